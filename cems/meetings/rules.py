"""Quorum, provisional decisions, and what counts as an answer (T3). Pure."""

from collections.abc import Collection, Mapping, Sequence

from cems.accounts.models import AgencyKind
from cems.meetings.choices import Held

IN_WORDS: Mapping[str, str] = {
    AgencyKind.POLICE: "the police",
    AgencyKind.CHILDRENS_SERVICES: "children's services",
    AgencyKind.EDUCATION: "education",
    AgencyKind.HEALTH: "health",
    AgencyKind.YOUTH_JUSTICE: "youth justice",
    AgencyKind.DRUG_ALCOHOL: "the drug and alcohol service",
    AgencyKind.CHARITY: "a charity",
    AgencyKind.HOUSING: "housing",
    AgencyKind.PARTNERSHIP: "the partnership",
}


def is_answer(held: str) -> bool:
    """Whether an agency has said what it knows: silence ("") and "not checked" are no answer (T3)."""
    return held not in {"", Held.NOT_CHECKED}


def missing_from(present: Collection[str], must_attend: Sequence[str]) -> list[str]:
    """The kinds of agency that must be at the table and are not, in the order of the rule."""
    return [kind for kind in must_attend if kind not in present]


def why_provisional(
    present: Collection[str], agencies: int, *, must_attend: Sequence[str], quorum: int
) -> str:
    """Why a decision made at this table is provisional; "" when it is final (T3, Decision).

    Args:
        present: the kinds of agency at the table.
        agencies: how many agencies are there.
        must_attend: the kinds without which a decision is provisional (police and children's services).
        quorum: how many agencies make a quorum.
    """
    away = missing_from(present, must_attend)
    reasons = [f"without {' and '.join(IN_WORDS[kind] for kind in away)}"] if away else []
    if agencies < quorum:
        reasons.append(f"without a quorum ({agencies} of {quorum} agencies)")
    return ", ".join(reasons)
