"""Who does what by when, carried over until done."""
