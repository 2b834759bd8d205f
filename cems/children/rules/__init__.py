"""Pure rules of the record; no database, time passed in."""
