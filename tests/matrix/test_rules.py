"""Age of evidence, the suggestion, the judgement and what changed (M2, M3, M6)."""

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cems.base.errors import Invalid
from cems.children.choices import RiskLevel
from matrix import instrument, rules
from matrix.choices import Band, Counts, IndicatorKind, Seen, WhenKind
from matrix.rules import Evidence
from tests.matrix import reference_rules

BANDS = instrument.load(2).bands
RULE, FIRST_RULE = instrument.load(2).suggestion, instrument.load(1).suggestion
KINDS = instrument.load(2).kinds
HARM, DANGER, CONTACT, SIGN = (
    IndicatorKind.HARM,
    IndicatorKind.DANGER,
    IndicatorKind.CONTACT,
    IndicatorKind.SIGN,
)
CONCERN, VULNERABILITY, STRENGTH = IndicatorKind.CONCERN, IndicatorKind.VULNERABILITY, IndicatorKind.STRENGTH
TODAY = date(2026, 6, 15)
todays = st.dates(date(2024, 1, 1), date(2028, 12, 31))


def seen(kind: IndicatorKind, on: date | None = TODAY, *, code: str = "a-code") -> Evidence:
    return Evidence(code, kind, Seen.SEEN, on)


def concern(on: date | None, *, code: str = "a-concern") -> Evidence:
    return seen(CONTACT, on, code=code)


_KIND_OF = {
    "a": HARM, "b": DANGER, "c": CONTACT, "d": CONTACT, "e": CONTACT, "f": CONTACT, "g": SIGN, "h": SIGN, "i": SIGN,
    "j": VULNERABILITY, "k": VULNERABILITY, "l": STRENGTH,
}  # fmt: skip
_FIRST_KIND_OF = dict.fromkeys("cdefghi", CONCERN) | {"b": HARM}


@st.composite
def answers(draw: st.DrawFn, today: date, version: int = 2) -> list[Evidence]:
    """Answers to some of twelve indicators, dated up to eight months before `today`, standing, or not dated."""
    codes = draw(st.lists(st.sampled_from("abcdefghijkl"), unique=True))
    given_answers = []
    for code in codes:
        kind = _KIND_OF[code] if version == 2 else _FIRST_KIND_OF.get(code, _KIND_OF[code])
        answer = draw(st.sampled_from(Seen))
        # Days near the month bounds matter most, so they are drawn as often as all others.
        ago = draw(
            st.one_of(st.none(), st.integers(0, 250), st.sampled_from([28, 30, 31, 89, 90, 91, 92, 182, 184]))
        )
        standing = code == "k"
        on = None if ago is None or standing else today - timedelta(days=ago)
        given_answers.append(Evidence(code, kind, answer, on, standing))
    return given_answers


@pytest.mark.requirement("M2")
class TestAge:
    @pytest.mark.parametrize(
        ("on", "today", "expected"),
        [
            (TODAY, TODAY, Band.MONTH),
            (date(2026, 5, 15), TODAY, Band.MONTH),
            (date(2026, 5, 14), TODAY, Band.QUARTER),
            (date(2026, 3, 15), TODAY, Band.QUARTER),
            (date(2026, 3, 14), TODAY, Band.HALF),
            (date(2025, 12, 15), TODAY, Band.HALF),
            (date(2025, 12, 14), TODAY, Band.OLDER),
            (date(2026, 1, 31), date(2026, 2, 28), Band.MONTH),
            (date(2026, 1, 31), date(2026, 3, 1), Band.QUARTER),
            (date(2026, 2, 28), date(2026, 3, 28), Band.MONTH),
            (date(2026, 2, 28), date(2026, 3, 29), Band.QUARTER),
        ],
    )
    def test_the_bounds_are_exact(self, on: date, today: date, expected: Band) -> None:
        assert rules.band_of(on, today, BANDS) == expected

    @settings(deadline=None)
    @given(todays, st.integers(0, 800))
    def test_agrees_with_the_reference(self, today: date, ago: int) -> None:
        on = today - timedelta(days=ago)
        assert rules.band_of(on, today, BANDS) == reference_rules.band(on, today)

    @settings(deadline=None)
    @given(todays, st.integers(0, 400), st.integers(0, 400))
    def test_evidence_never_grows_younger(self, on: date, one: int, two: int) -> None:
        early, late = sorted((one, two))
        ages = [rules.band_of(on, on + timedelta(days=days), BANDS) for days in (early, late)]
        assert ages == sorted(ages, key=list(Band).index)

    def test_what_has_not_happened_has_no_age(self) -> None:
        with pytest.raises(ValueError, match="has not happened"):
            rules.band_of(TODAY + timedelta(days=1), TODAY, BANDS)

    @pytest.mark.parametrize(
        ("kind", "day", "stands_for", "words"),
        [
            (WhenKind.THIS_WEEK, None, TODAY, "in the week of 15 June 2026"),
            (WhenKind.THIS_MONTH, None, TODAY, "in June 2026"),
            (WhenKind.MONTH, date(2026, 2, 1), date(2026, 2, 28), "in February 2026"),
            (WhenKind.MONTH, date(2026, 6, 30), TODAY, "in June 2026"),
            (WhenKind.EXACT, date(2026, 3, 3), date(2026, 3, 3), "on 3 March 2026"),
            (WhenKind.ABOUT, date(2026, 3, 3), date(2026, 3, 3), "about 3 March 2026"),
        ],
    )
    def test_an_approximate_date_counts_as_its_last_day_and_reads_no_more_exact(
        self, kind: WhenKind, day: date | None, stands_for: date, words: str
    ) -> None:
        on = rules.evidence_day(kind, TODAY, day)
        assert on == stands_for
        assert rules.when_words(kind, on) == words

    @pytest.mark.parametrize(
        ("kind", "day"),
        [
            (WhenKind.EXACT, None),
            (WhenKind.EXACT, date(2026, 6, 16)),
            (WhenKind.ABOUT, date(2026, 6, 16)),
            (WhenKind.MONTH, date(2026, 7, 1)),
        ],
    )
    def test_no_date_or_one_ahead_is_refused_beside_its_field(self, kind: WhenKind, day: date | None) -> None:
        with pytest.raises(Invalid) as refusal:
            rules.evidence_day(kind, TODAY, day)
        assert refusal.value.field == "when"

    @settings(deadline=None)
    @given(st.data(), todays)
    def test_the_profile_counts_everything_seen_once(self, data: st.DataObject, today: date) -> None:
        evidence = data.draw(answers(today))
        profile = rules.profile(evidence, today, BANDS, KINDS)
        for row in profile.rows:
            mine = [item for item in evidence if (item.kind, item.seen) == (row.kind, "seen")]
            assert row.total == len(mine)
            assert row.standing == sum(item.standing for item in mine)
            for band in Band:
                assert row.count(band) == sum(
                    item.on is not None and reference_rules.band(item.on, today) == band for item in mine
                )
        rest = profile.usual + profile.not_seen + profile.not_known
        assert sum(row.total for row in profile.rows) + rest == len(evidence)

    def test_the_profile_tells_harm_from_each_risk(self) -> None:
        evidence = [seen(CONTACT), seen(HARM, None), seen(SIGN, date(2026, 3, 14)), seen(DANGER)]
        profile = rules.profile(evidence, TODAY, BANDS, KINDS)
        assert profile.row(CONTACT).count(Band.MONTH) == 1
        assert profile.row(HARM).undated == 1
        assert profile.row(SIGN).count(Band.HALF) == 1
        assert [row.kind for row in profile.rows] == [HARM, DANGER, CONTACT, SIGN, VULNERABILITY, STRENGTH]
        first = rules.profile([seen(CONCERN), seen(HARM)], TODAY, BANDS, instrument.load(1).kinds)
        assert [row.kind for row in first.rows] == [HARM, CONCERN, VULNERABILITY, STRENGTH]

    def test_a_standing_fact_needs_no_day_and_never_ages(self) -> None:
        disability = instrument.load(2).indicator("wellbeing-disability")
        for day in (None, date(2020, 1, 1)):
            row = rules.profile([Evidence.of(disability, Seen.SEEN, day)], TODAY, BANDS, KINDS).row(
                VULNERABILITY
            )
            assert (row.standing, row.undated, row.count(Band.OLDER)) == (1, 0, 0)
        assert rules.suggest([Evidence.of(disability, Seen.SEEN)], TODAY, RULE).level == RiskLevel.NONE

    def test_what_is_usual_for_the_child_is_shown_and_counted_in_no_row(self) -> None:
        profile = rules.profile([Evidence("s", SIGN, Seen.USUAL)], TODAY, BANDS, KINDS)
        assert profile.usual == 1
        assert not any(row.total for row in profile.rows)


@pytest.mark.requirement("M3")
class TestSuggestion:
    @settings(deadline=None, max_examples=200)
    @given(st.data(), todays)
    def test_agrees_with_the_reference(self, data: st.DataObject, today: date) -> None:
        evidence = data.draw(answers(today))
        assert rules.suggest(evidence, today, RULE).level == reference_rules.level(evidence, today)

    @settings(deadline=None)
    @given(st.data(), todays)
    def test_the_first_version_keeps_its_rule(self, data: st.DataObject, today: date) -> None:
        evidence = data.draw(answers(today, version=1))
        assert rules.suggest(evidence, today, FIRST_RULE).level == reference_rules.first_level(
            evidence, today
        )

    @settings(deadline=None)
    @given(st.data(), todays, st.sampled_from([HARM, DANGER, CONTACT, SIGN, VULNERABILITY]))
    def test_more_evidence_never_lowers_it_and_strengths_and_the_usual_never_move_it(
        self, data: st.DataObject, today: date, kind: IndicatorKind
    ) -> None:
        evidence = data.draw(answers(today))
        before = rules.suggest(evidence, today, RULE).level
        assert rules.suggest([*evidence, seen(kind, today, code="new")], today, RULE).level >= before
        for still in (seen(STRENGTH, today, code="new"), Evidence("new", SIGN, Seen.USUAL)):
            assert rules.suggest([*evidence, still], today, RULE).level == before

    @pytest.mark.parametrize(
        ("evidence", "level"),
        [
            ([seen(HARM, date(2026, 3, 15))], RiskLevel.SIGNIFICANT),
            ([seen(HARM, date(2026, 3, 14))], RiskLevel.LOW),
            ([seen(DANGER, date(2026, 3, 15))], RiskLevel.SIGNIFICANT),
            ([seen(DANGER, date(2026, 3, 14))], RiskLevel.LOW),
            ([concern(date(2026, 5, 15))] * 3, RiskLevel.SIGNIFICANT),
            ([concern(date(2026, 5, 15))] * 2 + [concern(date(2026, 5, 14))], RiskLevel.MODERATE),
            ([concern(date(2026, 3, 15))], RiskLevel.MODERATE),
            ([concern(date(2026, 3, 14))], RiskLevel.LOW),
            ([concern(date(2020, 1, 1))], RiskLevel.LOW),
            ([seen(SIGN, date(2025, 12, 15))] * 2, RiskLevel.LOW),
            ([seen(SIGN, date(2025, 12, 15)), seen(SIGN, date(2025, 12, 14))], RiskLevel.NONE),
            ([seen(SIGN)] * 10, RiskLevel.LOW),
            ([seen(SIGN)], RiskLevel.NONE),
            ([seen(SIGN), Evidence("u", SIGN, Seen.USUAL)], RiskLevel.NONE),
            ([seen(VULNERABILITY)] * 5, RiskLevel.NONE),
            ([Evidence("v", HARM, Seen.NOT_SEEN), Evidence("w", HARM, Seen.NOT_KNOWN)], RiskLevel.NONE),
            ([], RiskLevel.NONE),
        ],
    )
    def test_the_decision_at_its_bounds(self, evidence: list[Evidence], level: RiskLevel) -> None:
        assert rules.suggest(evidence, TODAY, RULE).level == level

    def test_the_reasons_name_counts_and_dates_and_what_is_wanting(self) -> None:
        suggested = rules.suggest([concern(date(2026, 6, 1)), concern(date(2026, 4, 2))], TODAY, RULE)
        assert suggested.reasons == (
            "2 concerns of contact or control seen within 3 months (newest 1 June 2026, oldest 2 April 2026).",
            "Significant would take 1 sign of harm that has happened seen within 3 months;"
            " there are none here.",
            "Significant would take 1 report of imminent danger seen within 3 months; there are none here.",
            "Significant would take 3 concerns of contact or control seen within 1 month; there is 1 here.",
        )
        assert suggested.rule_version == RULE.version

    def test_every_condition_that_holds_is_named(self) -> None:
        evidence = [seen(HARM), concern(TODAY), concern(TODAY), concern(TODAY)]
        assert rules.suggest(evidence, TODAY, RULE).reasons == (
            "1 sign of harm that has happened seen within 3 months (15 June 2026).",
            "3 concerns of contact or control seen within 1 month (15 June 2026).",
        )

    def test_nothing_seen_says_so(self) -> None:
        first, *_ = rules.suggest([], TODAY, RULE).reasons
        assert first == "Nothing that counts towards a level has been marked as seen."

    def test_a_single_sign_is_said_to_be_too_little(self) -> None:
        assert rules.suggest([seen(SIGN)], TODAY, RULE).reasons[:2] == (
            "What has been marked as seen suggests no level by itself.",
            "Low would take 2 warning signs seen within 6 months; there is 1 here.",
        )

    def test_what_is_usual_is_named_and_counts_for_nothing(self) -> None:
        suggested = rules.suggest(
            [Evidence("u", SIGN, Seen.USUAL), Evidence("v", SIGN, Seen.USUAL)], TODAY, RULE
        )
        assert suggested.level == RiskLevel.NONE
        assert suggested.reasons[-1] == "2 signs are usual for this child, and counted for nothing."

    @pytest.mark.parametrize(("rule", "harm"), [(RULE, HARM), (FIRST_RULE, HARM)])
    def test_what_has_no_date_yet_counts_only_where_age_does_not_matter_and_is_asked_for(
        self, rule: instrument.Suggestion, harm: IndicatorKind
    ) -> None:
        suggested = rules.suggest([seen(harm, None)], TODAY, rule)
        assert suggested.level == RiskLevel.LOW
        assert suggested.reasons[-1] == (
            "1 answer marked as seen has no date yet; with a date the suggestion may be higher."
        )

    def test_the_rule_is_explained_in_words(self) -> None:
        explained = dict(rules.rule_words(RULE))
        assert explained[RiskLevel.MODERATE] == "1 or more concerns of contact or control within 3 months"
        assert "2 or more warning signs within 6 months" in explained[RiskLevel.LOW]
        assert explained[RiskLevel.NONE] == "none of these"
        assert list(explained) == sorted(RiskLevel, reverse=True)

    def test_another_partnerships_rule_is_only_other_data(self) -> None:
        stricter = instrument.Suggestion(
            7,
            (
                instrument.Step(RiskLevel.SIGNIFICANT, (instrument.Condition(Counts.CONCERN, 12, 1),)),
                *RULE.steps[1:],
            ),
        )
        suggested = rules.suggest([seen(SIGN, date(2025, 6, 15))], TODAY, stricter)
        assert (suggested.level, suggested.rule_version) == (RiskLevel.SIGNIFICANT, 7)

    def test_evidence_from_the_future_is_an_error(self) -> None:
        with pytest.raises(ValueError, match="dated after"):
            rules.suggest([concern(TODAY + timedelta(days=1))], TODAY, RULE)

    @pytest.mark.parametrize("judged", RiskLevel)
    @pytest.mark.parametrize("suggested", RiskLevel)
    def test_a_judgement_that_differs_needs_a_reason(self, judged: RiskLevel, suggested: RiskLevel) -> None:
        problem = rules.judgement_problem(judged, suggested, "  ")
        assert (problem is None) == (judged == suggested)
        assert rules.judgement_problem(judged, suggested, "He told his aunt more.") is None
        if problem:
            assert str(judged.label) in problem
            assert str(suggested.label) in problem


@pytest.mark.requirement("M6")
class TestComparison:
    @settings(deadline=None)
    @given(st.data(), todays, st.integers(0, 120))
    def test_agrees_with_the_reference(self, data: st.DataObject, first_day: date, passed: int) -> None:
        second_day = first_day + timedelta(days=passed)
        before = data.draw(answers(first_day))
        fresh = {answer.code: answer for answer in data.draw(answers(second_day))}
        # Most answers are carried forward as they were, as an update does.
        kept = [answer for answer in before if answer.code not in fresh or data.draw(st.booleans())]
        after = kept + [answer for code, answer in fresh.items() if code not in {k.code for k in kept}]
        changes = rules.changes(before, after, before_on=first_day, after_on=second_day, bands=BANDS)
        assert {change.code: change.kind.value for change in changes} == reference_rules.changed(
            before, after, first_day, second_day
        )

    @settings(deadline=None)
    @given(st.data(), todays)
    def test_the_same_answers_on_the_same_day_show_no_change(self, data: st.DataObject, today: date) -> None:
        evidence = data.draw(answers(today))
        assert rules.changes(evidence, evidence, before_on=today, after_on=today, bands=BANDS) == []

    def test_evidence_carried_forward_shows_its_age_then_and_now(self) -> None:
        evidence = [concern(date(2026, 5, 10))]
        (change,) = rules.changes(
            evidence, evidence, before_on=date(2026, 5, 20), after_on=TODAY, bands=BANDS
        )
        assert change.kind == rules.ChangeKind.AGED
        assert (change.band_before, change.band_after) == (Band.MONTH, Band.QUARTER)

    def test_an_answer_taken_out_is_no_longer_known_not_no_longer_seen(self) -> None:
        (change,) = rules.changes([concern(TODAY)], [], before_on=TODAY, after_on=TODAY, bands=BANDS)
        assert change.kind == rules.ChangeKind.NO_LONGER_KNOWN

    def test_a_sign_found_to_be_usual_says_so(self) -> None:
        usual = [Evidence("a-sign", SIGN, Seen.USUAL)]
        (change,) = rules.changes(
            [seen(SIGN, code="a-sign")], usual, before_on=TODAY, after_on=TODAY, bands=BANDS
        )
        assert change.kind == rules.ChangeKind.FOUND_USUAL

    def test_the_newest_concern_passes_over_strengths_vulnerabilities_and_what_is_not_seen(self) -> None:
        evidence = [
            concern(date(2026, 3, 3)),
            concern(date(2026, 1, 1)),
            concern(None),
            Evidence("s", STRENGTH, Seen.SEEN, TODAY),
            Evidence("v", VULNERABILITY, Seen.SEEN, TODAY),
            Evidence("n", HARM, Seen.NOT_SEEN, TODAY),
        ]
        assert rules.newest_concern(evidence) == date(2026, 3, 3)
        assert rules.newest_concern(evidence[3:]) is None

    def test_the_sentence_says_how_fresh_and_when_last_asked(self) -> None:
        say = rules.newest_evidence_sentence
        assert say(date(2026, 3, 3), date(2026, 6, 2)) == (
            "No new evidence recorded since 3 March 2026; last asked 2 June 2026."
        )
        assert (
            say(None, date(2026, 6, 2)) == "No dated evidence of a concern recorded; last asked 2 June 2026."
        )
        assert say(date(2026, 3, 3), None) == (
            "No new evidence recorded since 3 March 2026; not asked again yet."
        )

    @pytest.mark.parametrize("asked", [date(2026, 3, 3), date(2026, 3, 2), date(2025, 12, 31)])
    def test_the_sentence_denies_nothing_that_nobody_asked_about_since(self, asked: date) -> None:
        said_now = rules.newest_evidence_sentence(date(2026, 3, 3), asked)
        assert said_now.startswith("Newest evidence of a concern 3 March 2026; last asked ")
