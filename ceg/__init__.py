"""Locality boards: who is on one, since when, why, and what it agrees at each review (G1, G2).

Meetings, agenda and minutes of the boards, and the strategic group, are not built yet (docs/roadmap.md).
"""
