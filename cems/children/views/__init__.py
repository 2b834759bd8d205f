"""Pages of the child's record, by subject."""
