"""Meetings: who came, who stood in for whom, what each agency said, quorum, dissent, what was noted (T3, G2)."""
