"""Receipt at the triage and its clock (T2)."""
