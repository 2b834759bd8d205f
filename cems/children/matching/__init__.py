"""Finding a child, and one record for one child (C1)."""
