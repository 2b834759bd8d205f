"""Scorecards, the annual report, the profile and exports (Q1 to Q3, O1).

No code yet: docs/roadmap.md says what comes when.
"""
