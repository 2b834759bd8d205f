"""The synthetic partnership: invented people only."""
