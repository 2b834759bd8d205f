"""Which level is acted on (C4)."""

from cems.children.choices import RiskLevel


def level_to_act_on(agreed: RiskLevel | None, submitted: RiskLevel | None) -> RiskLevel | None:
    """C4 Decision: until a forum has agreed a submitted level, the higher of the two is acted on."""
    known = [level for level in (agreed, submitted) if level is not None]
    return max(known) if known else None
