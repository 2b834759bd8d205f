"""What follows from each level, new receipt or review, and when the next review is (M5, M6)."""

from datetime import date
from itertools import product

import pytest

from cems.children.choices import RiskLevel
from matrix import rules
from matrix.policy import CEVT_DAYS, PHONE_CALL_HOURS, REVIEW_MONTHS
from matrix.rules import Forum, Limit, Receipt, Review, Situation

NONE, LOW, MODERATE, SIGNIFICANT = RiskLevel
SITUATIONS = [Situation(*flags) for flags in product((True, False), repeat=5)]
OPEN = Situation(open_to_childrens_services=True, out_of_hours=False)
NOT_OPEN = Situation(open_to_childrens_services=False, out_of_hours=False)
OPEN_AT_NIGHT = Situation(open_to_childrens_services=True, out_of_hours=True)
NOT_OPEN_AT_NIGHT = Situation(open_to_childrens_services=False, out_of_hours=True)


MONTHS = {level: policy.default for level, policy in REVIEW_MONTHS.items()}


def keys(level: RiskLevel, situation: Situation) -> list[str]:
    return [step.key for step in rules.follows(level, situation)]


@pytest.mark.requirement("M5")
class TestFollows:
    @pytest.mark.parametrize("situation", SITUATIONS)
    @pytest.mark.parametrize("level", RiskLevel)
    def test_each_step_comes_once_with_owner_and_source(self, level: RiskLevel, situation: Situation) -> None:
        steps = rules.follows(level, situation)
        assert len({step.key for step in steps}) == len(steps) > 0
        assert all(step.title and step.source and step.owner in rules.Owner for step in steps)

    @pytest.mark.parametrize("situation", SITUATIONS)
    def test_none_and_low_start_no_clock_and_no_cevt(self, situation: Situation) -> None:
        for level in (NONE, LOW):
            assert all(step.limit is None for step in rules.follows(level, situation))
            assert "cevt" not in keys(level, situation)

    def test_low(self) -> None:
        assert keys(LOW, NOT_OPEN) == [
            "early-intervention",
            "practice-champion",
            "safety-plan",
            "police-sharing",
        ]

    def test_at_low_the_police_get_the_concern_not_the_matrix(self) -> None:
        assert "not the matrix" in rules.follows(LOW, OPEN)[-1].title
        assert "not the matrix" not in rules.follows(MODERATE, OPEN)[-1].title

    @pytest.mark.parametrize(
        ("situation", "first"),
        [
            (NOT_OPEN, "first-contact"),
            (NOT_OPEN_AT_NIGHT, "first-contact"),
            (OPEN, "tell-manager"),
            (OPEN_AT_NIGHT, "tell-edt"),
        ],
    )
    def test_moderate_reaches_whoever_works_with_the_child(self, situation: Situation, first: str) -> None:
        assert keys(MODERATE, situation) == [first, "cevt", "ce-worker", "safety-plan", "police-sharing"]
        assert not any(step.at_once for step in rules.follows(MODERATE, situation))

    @pytest.mark.parametrize(
        ("situation", "first", "phone"),
        [
            (NOT_OPEN, "first-contact", "First Contact"),
            (NOT_OPEN_AT_NIGHT, "first-contact", "Emergency Duty Team"),
            (OPEN, "tell-manager", "the manager of the allocated worker"),
            (OPEN_AT_NIGHT, "tell-edt", "Emergency Duty Team"),
        ],
    )
    def test_significant_is_at_once_with_a_call_and_a_strategy_meeting(
        self, situation: Situation, first: str, phone: str
    ) -> None:
        steps = rules.follows(SIGNIFICANT, situation)
        assert [step.key for step in steps] == [
            first,
            "phone-call",
            "strategy-meeting",
            "cevt",
            "ce-worker",
            "nrm",
            "safety-plan",
            "police-sharing",
        ]
        tell, call, meeting, *_ = steps
        assert tell.at_once
        assert "strategy meeting" in tell.title
        assert call.limit is Limit.PHONE_CALL
        assert PHONE_CALL_HOURS.in_words(PHONE_CALL_HOURS.default) == "1 hour"
        assert phone in call.title
        assert meeting.compulsory

    def test_a_call_or_tries_recorded_leaves_no_call_clock(self) -> None:
        situation = Situation(
            open_to_childrens_services=False, out_of_hours=False, call_or_tries_recorded=True
        )
        assert "phone-call" not in keys(SIGNIFICANT, situation)
        assert "first-contact" in keys(SIGNIFICANT, situation)

    def test_significant_is_never_held_at_early_help(self) -> None:
        situation = Situation(open_to_childrens_services=False, out_of_hours=False, held_at_early_help=True)
        assert "step-up" in keys(SIGNIFICANT, situation)
        assert "step-up" not in keys(MODERATE, situation)
        assert "step-up" not in keys(SIGNIFICANT, NOT_OPEN)

    def test_a_worker_is_allocated_at_significant_and_considered_at_moderate(self) -> None:
        worker = {
            level: next(step for step in rules.follows(level, OPEN) if step.key == "ce-worker")
            for level in (MODERATE, SIGNIFICANT)
        }
        assert not worker[MODERATE].compulsory
        assert worker[SIGNIFICANT].compulsory

    @pytest.mark.requirement("T2")
    @pytest.mark.parametrize(("level", "days"), [(MODERATE, 3), (SIGNIFICANT, 2)])
    def test_cevt_has_its_working_days(self, level: RiskLevel, days: int) -> None:
        (cevt,) = (step for step in rules.follows(level, OPEN) if step.key == "cevt")
        assert cevt.limit is Limit.CEVT
        assert CEVT_DAYS[level].in_words(CEVT_DAYS[level].default) == f"{days} working days"


@pytest.mark.requirement("M6")
class TestReview:
    @pytest.mark.parametrize("level", (MODERATE, SIGNIFICANT))
    def test_one_calendar_month_after_the_last_submission(self, level: RiskLevel) -> None:
        due = rules.review_due(level, date(2026, 1, 31), on_ceg_board=False, months=MONTHS)
        assert due == Review(date(2026, 2, 28), Forum.CEVT)

    def test_it_goes_to_ceg_when_the_child_is_on_its_board(self) -> None:
        review = rules.review_due(SIGNIFICANT, date(2026, 6, 15), on_ceg_board=True, months=MONTHS)
        assert review == Review(date(2026, 7, 15), Forum.CEG)

    @pytest.mark.parametrize("level", (NONE, LOW))
    def test_it_stops_when_low_or_none_is_agreed(self, level: RiskLevel) -> None:
        assert rules.review_due(level, date(2026, 6, 15), on_ceg_board=True, months=MONTHS) is None

    def test_the_months_are_the_partnerships_to_set(self) -> None:
        review = rules.review_due(LOW, date(2026, 6, 15), on_ceg_board=False, months={LOW: 6})
        assert review == Review(date(2026, 12, 15), Forum.CEVT)

    @pytest.mark.parametrize(
        ("level", "in_force", "concern_open", "expected"),
        [
            (MODERATE, None, False, Receipt.NEW),
            (SIGNIFICANT, MODERATE, True, Receipt.NEW),
            (MODERATE, MODERATE, True, Receipt.REVIEW),
            (LOW, SIGNIFICANT, True, Receipt.REVIEW),
            (MODERATE, MODERATE, False, Receipt.NEW),
            (LOW, SIGNIFICANT, False, Receipt.NEW),
        ],
    )
    def test_an_update_that_raises_the_level_or_reopens_is_a_new_receipt(
        self, level: RiskLevel, in_force: RiskLevel | None, concern_open: bool, expected: Receipt
    ) -> None:
        assert rules.receipt(level, in_force=in_force, concern_open=concern_open) == expected
