"""The daily triage: its list, the meeting, the decision and what follows from it (T2 to T5, T7)."""
