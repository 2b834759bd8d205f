"""The main screens measured at national size. `make bench` runs it; docs/benchmarks.md is what it found."""
