"""Writes to meetings: start, attend, note, end; and what each agency contributes (T3)."""
