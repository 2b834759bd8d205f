"""Promises in time: working days, warnings, breaches, escalation (K1)."""
