"""Where a child is placed, and concerns about children placed here by others (C2)."""
