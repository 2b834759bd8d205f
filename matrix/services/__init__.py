"""Every write to a matrix."""
