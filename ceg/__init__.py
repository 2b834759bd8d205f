"""Locality boards, their meetings, and the strategic group (G1, G2, Q4).

No code yet: docs/roadmap.md says what comes when.
"""
