"""Statuses, involvements, agreed levels, notes and feedback (C2 to C6)."""
