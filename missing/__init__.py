"""Missing episodes, return home interviews, escalations and patterns (E1 to E5).

No code yet: docs/roadmap.md says what comes when.
"""
