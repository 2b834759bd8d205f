"""Who reaches a record, and what narrows it (A2)."""
