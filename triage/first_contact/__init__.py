"""First Contact: its queue, what it asks agencies, the threshold and the outcome (T1)."""
