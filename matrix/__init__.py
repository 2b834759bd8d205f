"""The CE Matrix: instrument, drafts, submissions (M1 to M7)."""
