"""The approach, a team's ages, and how findings and outcome go together (T1)."""

from itertools import product

import pytest

from triage.choices import Section47
from triage.first_contact.outcomes import ADVICE, OUTCOMES
from triage.first_contact.rules.ages import ages_of, warning
from triage.first_contact.rules.approach import why_not
from triage.first_contact.rules.threshold import SECTION_47, THRESHOLDS

KEYS = [key for key, _ in THRESHOLDS.labels()]
pytestmark = pytest.mark.requirement("T1")
# Harm Outside the Home Multi-Agency Procedures, Early Help and Children Services, written out by hand: need,
# enquiry → whether the approach may be taken where the primary risk lies outside the home.
ALLOWED = {
    ("early_help", ""),
    ("early_help", "unsubstantiated"),
    ("section_17", ""),
    ("section_17", "unsubstantiated"),
    ("section_47", "unsubstantiated"),
    ("universal", "unsubstantiated"),
    ("", "unsubstantiated"),
}


def test_the_approach_is_taken_in_the_three_situations_and_outside_the_home_only() -> None:
    for need, enquiry, outside in product(["", *KEYS], Section47.values, (True, False, None)):
        why = why_not(threshold=need, section_47=enquiry, outside_home=outside)
        assert (why == "") == (outside is True and (need, enquiry) in ALLOWED), (need, enquiry, outside)
        assert why == "" or why.endswith(".")


@pytest.mark.parametrize(("age", "warned"), [(13, True), (14, False), (17, False), (18, True)])
def test_aset_takes_14_to_17_and_others_take_any_age(age: int, warned: bool) -> None:
    ages = ages_of(["aset:14-17"])
    assert bool(warning("aset", age, ages)) == warned
    assert warning("families-first-east", age, ages) == ""


def test_every_outcome_has_its_thresholds_and_refuses_the_others() -> None:
    for outcome, key in product(OUTCOMES.values(), KEYS):
        fitting = [kind.key for kind in outcome.thresholds]
        kept = outcome.threshold(key)
        assert (kept.key if kept else None) == (key if key in fitting else None)
        first = outcome.threshold("")
        assert first and first.key == fitting[0]
    # What is substantiated enough for an enquiry is never closed as advice.
    assert ADVICE.threshold(SECTION_47.key) is None
    offered = {outcome.key: str(outcome.status) for outcome in OUTCOMES.values() if outcome.status}
    assert offered == {"early_help": "early_help", "assessment": "child_in_need"}
