"""Every write to the record."""
