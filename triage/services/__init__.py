"""Writes of triage: items, decisions, allocation, gathering, advice (T1–T8)."""
