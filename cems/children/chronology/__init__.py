"""Everything about a child on one line of time (C5)."""
