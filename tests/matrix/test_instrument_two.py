"""Version 2 asks by kind, asks each fact once, and still holds every sign and factor of the papers (M1, M2, M3)."""

from collections import Counter
from datetime import date, timedelta

import pytest

from cems.children.choices import RiskLevel
from matrix import instrument
from matrix.choices import Counts, IndicatorKind, Seen
from matrix.hints import hints
from matrix.instrument import Condition, InstrumentError
from matrix.rules import Evidence, suggest
from tests.matrix.test_instrument import PUBLIC_TITLES, Spoil, data

pytestmark = pytest.mark.requirement("M1")

SECOND = instrument.load(2)
TODAY = date(2026, 6, 15)
PROCEDURES, ERASE, STRATEGY = (
    "Harm Outside the Home Multi-Agency Procedures",
    "ERASE Annual Report 2023–24",
    "County Durham Child Sexual Exploitation Strategy 2016–2019",
)
SIGNS = "Signs/Indicators of Harm Outside the Home: "
FACTORS = "Underlying Vulnerability Factors"

# Each sign of the Procedures in a few words of our own, the heading it stands under, and who asks it here.
SEVENTEEN_SIGNS = [
    ("more secret than before", "Changes in Behaviour and Mood", "changes-secretive"),
    ("mood swings", "Changes in Behaviour and Mood", "changes-mood"),
    ("afraid of someone or something", "Changes in Behaviour and Mood", "changes-fearful"),
    ("injuries without explanation", "Physical Indicators", "control-injuries"),
    ("sexual knowledge beyond their age", "Physical Indicators", "sexual-knowledge"),
    ("marks of restraint", "Physical Indicators", "control-restraint-marks"),
    ("older or unknown company", "Social and Peer Group Changes", "peers-company"),
    ("apart from family and friends", "Social and Peer Group Changes", "changes-withdrawn"),
    ("absent without explanation", "Social and Peer Group Changes", "missing-away"),
    ("things nobody can account for", "Financial and Material Changes", "money-unexplained"),
    ("sudden wealth", "Financial and Material Changes", "money-expensive"),
    (
        "secretive online, or with strangers",
        "Online and Digital Behaviour",
        "online-hides-devices online-strangers",
    ),
    ("more and later at the screen", "Online and Digital Behaviour", "online-late-night"),
    ("new words", "Online and Digital Behaviour", "changes-language"),
    ("falling off at school", "Academic and Social Withdrawal", "changes-school"),
    ("interests dropped", "Academic and Social Withdrawal", "changes-interests"),
    ("breaking the law", "Academic and Social Withdrawal", "criminal-offending"),
]
FACTORS_OF_THE_STRATEGY = [
    ("ran away before", FACTORS, "learning-missing-before"),
    ("abuse or neglect in the family", FACTORS, "home-abuse-neglect"),
    ("low self-esteem", FACTORS, "wellbeing-self-esteem"),
    ("domestic abuse", FACTORS, "home-domestic-abuse"),
    ("parents' drink or drugs", FACTORS, "home-parental-substances"),
    ("parents' mental health", FACTORS, "home-parental-mental-health"),
    ("family broken up", FACTORS, "home-disrupted"),
    ("long out of school", FACTORS, "learning-absence"),
    ("death or illness of someone close", FACTORS, "wellbeing-bereavement"),
    ("parenting in difficulty", FACTORS, "home-parenting-support"),
    ("does not see it as abuse", FACTORS, "wellbeing-recognition"),
    ("push: needs neglected", f"{FACTORS} (push factors)", "home-needs-unmet"),
    ("push: unsafe people", f"{FACTORS} (push factors)", "home-unsafe-visitors"),
    ("pull: what the child longs for", f"{FACTORS} (pull factors)", "wellbeing-pull"),
    ("pull: gifts, a bed, food, drugs", f"{FACTORS} (pull factors)", "money-gifts"),
    ("pull: sex in exchange", f"{FACTORS} (pull factors)", "sexual-exchange"),
    ("control: coercion and threats", f"{FACTORS} (control)", "control-threatened"),
    ("control: violence", f"{FACTORS} (control)", "control-hurt"),
]
PARAGRAPH_EIGHTEEN = [
    ("disability", "wellbeing-disability", IndicatorKind.VULNERABILITY),
    ("neglect", "home-abuse-neglect", IndicatorKind.VULNERABILITY),
    ("large amounts of cash", "money-cash", IndicatorKind.SIGN),
    ("more than one phone", "money-phones", IndicatorKind.SIGN),
]


def cited(code: str) -> set[tuple[str, str]]:
    """Every document and paragraph an indicator of version 2 names."""
    return {(source.document, source.paragraph) for source in SECOND.indicator(code).sources}


@pytest.mark.parametrize(("sign", "heading", "codes"), SEVENTEEN_SIGNS)
def test_every_sign_of_the_procedures_is_asked_and_cited(sign: str, heading: str, codes: str) -> None:
    assert len(SEVENTEEN_SIGNS) == 17
    for code in codes.split():
        assert (PROCEDURES, SIGNS + heading) in cited(code), sign
        assert SECOND.indicator(code).kind.is_concern


@pytest.mark.parametrize(("factor", "paragraph", "code"), FACTORS_OF_THE_STRATEGY)
def test_every_factor_of_the_strategy_is_asked_and_cited(factor: str, paragraph: str, code: str) -> None:
    assert (STRATEGY, paragraph) in cited(code), factor


@pytest.mark.parametrize(("example", "code", "kind"), PARAGRAPH_EIGHTEEN)
def test_every_example_of_the_report_is_asked_and_cited_and_of_its_kind(
    example: str, code: str, kind: IndicatorKind
) -> None:
    assert (ERASE, "18") in cited(code), example
    assert SECOND.indicator(code).kind == kind


def test_what_goes_beyond_the_signs_and_factors_says_so() -> None:
    listed = [
        indicator.code
        for indicator in SECOND.indicators
        if any(
            (source.document == PROCEDURES and source.paragraph.startswith(SIGNS))
            or (source.document == STRATEGY and source.paragraph.startswith(FACTORS))
            or (source.document == ERASE and source.paragraph == "18")
            for source in indicator.sources
        )
    ]
    assert [indicator.code for indicator in SECOND.indicators if not indicator.added] == listed


def test_every_source_has_a_public_title_and_a_place() -> None:
    for source in [source for indicator in SECOND.indicators for source in indicator.sources]:
        assert source.document in PUBLIC_TITLES
        assert source.paragraph.strip()


def test_a_group_has_six_to_nine_questions_and_every_kind_is_there() -> None:
    assert all(6 <= len(group.indicators) <= 9 for group in SECOND.groups)
    assert set(SECOND.kinds) == set(IndicatorKind) - {IndicatorKind.CONCERN}
    assert Counter(indicator.kind for indicator in SECOND.indicators)[IndicatorKind.CONTACT] >= 10


def test_no_word_of_it_blames_the_child() -> None:
    texts = [text for indicator in SECOND.indicators for text in (indicator.text, indicator.help)]
    texts += [group.help for group in SECOND.groups]
    texts += [text for definition in SECOND.definitions for text in (definition.text, *definition.parts)]
    assert [(text, hints(text)) for text in texts if hints(text)] == []


def test_what_was_asked_twice_is_asked_once_and_nothing_is_lost() -> None:
    carried = instrument.codes_carried(1, 2)
    became = Counter(carried.values())
    for code, asked in {
        "missing-away": {"missing-unexplained", "missing-three-in-thirty", "missing-long"},
        "control-hurt": {"control-violence", "control-partner", "missing-harm"},
        "control-threatened": {"control-threats", "control-blackmail"},
        "control-grooming": {"sexual-grooming", "control-calls", "online-dating-apps", "peers-recruited"},
        "sexual-unequal-relationship": {"sexual-older-partner", "sexual-believed-relationship"},
        "control-person-of-concern": {"peers-person-of-concern", "criminal-group"},
        "criminal-offending": {"criminal-new-offending", "criminal-antisocial"},
        "money-gifts": {"money-provided-for", "control-phone-supplied"},
        "places-concern": {"peers-hotspot", "missing-found"},
        "places-taken-over": {"sexual-party-house", "criminal-cuckooing"},
        "peers-company": {"peers-new", "peers-older"},
    }.items():
        assert {old for old, new in carried.items() if new == code} == asked
        assert became[code] == len(asked)
        # Under a code of its own, so that what was seen stands, whichever of them was answered "not seen".
        assert code not in asked
    gone = {indicator.code for indicator in instrument.load(1).indicators} - set(carried)
    assert gone == {"missing-not-ready-to-talk"}  # never held against a child


def test_harm_of_the_first_version_is_harm_or_control_in_the_second() -> None:
    for indicator in instrument.load(1).indicators:
        if indicator.harm:
            became = SECOND.indicator(instrument.codes_carried(1, 2)[indicator.code])
            assert became.kind in {IndicatorKind.HARM, IndicatorKind.CONTACT}, indicator.code


def test_a_sign_asks_for_the_change_and_what_happened_once_is_never_usual() -> None:
    signs = [indicator for indicator in SECOND.indicators if indicator.kind is IndicatorKind.SIGN]
    assert {sign.code for sign in signs if not sign.baseline} == {
        "control-injuries", "criminal-custody", "criminal-serious-violence",
    }  # fmt: skip
    assert not [
        indicator.code for indicator in SECOND.indicators if indicator.baseline and indicator not in signs
    ]
    assert not [
        indicator.code
        for indicator in instrument.load(1).indicators
        if indicator.baseline or indicator.managed
    ]


@pytest.mark.requirement("M2")
def test_standing_facts_are_what_does_not_pass() -> None:
    standing = {indicator.code for indicator in SECOND.indicators if indicator.standing}
    assert {"wellbeing-disability", "care-unaccompanied"} <= standing
    assert all(SECOND.indicator(code).kind is IndicatorKind.VULNERABILITY for code in standing)


@pytest.mark.requirement("M3")
class TestLevels:
    # What each definition of the Procedures holds, and a word of ours that stands for it.
    PARTS = {
        RiskLevel.NONE: ("vulnerable", "support", "services", "teenage life", "No flag", "lead practitioner"),
        RiskLevel.LOW: (
            "target", "groom", "warning signs", "several indicators", "suspicion", "No offence", "strengths",
        ),
        RiskLevel.MODERATE: (
            "evidence", "suspicion", "grooming or targeting", "exploitation in future", "opportunity", "contact",
            "direct or indirect", "physical or sexual", "one person or several", "older adults or peers",
            "online or offline", "More work", "immediate or urgent",
        ),
        RiskLevel.SIGNIFICANT: (
            "seen, assessed, proved or told", "being exploited", "significant risk", "is a victim",
            "imminent danger", "sexual, physical", "drug trafficking", "trafficking for sex", "modern slavery",
            "begging", "online", "One person", "several", "older adults or peers", "Coercion or control",
            "does not show", "early help", "strategy meeting",
        ),
    }  # fmt: skip

    @pytest.mark.parametrize("level", RiskLevel)
    def test_a_definition_has_lost_none_of_its_parts(self, level: RiskLevel) -> None:
        definition = SECOND.definition(level)
        whole = " ".join([definition.text, *definition.parts]).lower()
        assert [part for part in self.PARTS[level] if part.lower() not in whole] == []

    def test_the_rule_is_the_partnerships_decision(self) -> None:
        assert {step.level: step.any_of for step in SECOND.suggestion.steps} == {
            RiskLevel.SIGNIFICANT: (
                Condition(Counts.HARM, 3, 1), Condition(Counts.DANGER, 3, 1), Condition(Counts.CONTACT, 1, 3),
            ),
            RiskLevel.MODERATE: (Condition(Counts.CONTACT, 3, 1),),
            RiskLevel.LOW: (
                Condition(Counts.SIGN, 6, 2),
                Condition(Counts.CONTACT, None, 1),
                Condition(Counts.HARM, None, 1),
                Condition(Counts.DANGER, None, 1),
            ),
            RiskLevel.NONE: (),
        }  # fmt: skip

    @pytest.mark.parametrize(
        ("codes", "first", "second"),
        [
            (
                ("changes-mood", "online-late-night", "changes-interests"),
                RiskLevel.SIGNIFICANT,
                RiskLevel.LOW,
            ),
            (("control-immediate-danger",), RiskLevel.MODERATE, RiskLevel.SIGNIFICANT),
            (("changes-mood",), RiskLevel.MODERATE, RiskLevel.NONE),
            (("home-conflict", "wellbeing-disability"), RiskLevel.LOW, RiskLevel.NONE),
        ],
    )
    def test_what_the_first_version_weighed_wrongly_is_weighed_by_its_kind(
        self, codes: tuple[str, ...], first: RiskLevel, second: RiskLevel
    ) -> None:
        for version, level in ((1, first), (2, second)):
            asked = instrument.load(version)
            seen = [
                Evidence.of(asked.indicator(code), Seen.SEEN, TODAY - timedelta(days=9)) for code in codes
            ]
            assert suggest(seen, TODAY, asked.suggestion).level == level

    def test_a_sign_that_is_usual_for_the_child_makes_no_level(self) -> None:
        usual = [
            Evidence.of(SECOND.indicator(code), Seen.USUAL)
            for code in ("changes-mood", "online-late-night", "changes-interests")
        ]
        assert suggest(usual, TODAY, SECOND.suggestion).level == RiskLevel.NONE


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (lambda f: f["groups"][5]["indicators"][3].update(kind="worry"), "kind must be one of harm, danger"),
        (lambda f: f["groups"][5]["indicators"][3].pop("kind"), "kind is missing"),
        (lambda f: f["groups"][0]["indicators"][0].update(kind="sign"), "kind is only told of a concern"),
        (lambda f: f["groups"][4]["indicators"][0].update(standing=True), "standing can only be true of a"),
        (lambda f: f["groups"][5]["indicators"][0].update(baseline=True), "baseline is only asked of a"),
        (lambda f: f["groups"][5]["indicators"][0].update(also=["R 18"]), "also[0]: must be an object"),
        (lambda f: f["definitions"][0].update(parts="one"), "parts must be a list of texts"),
        (
            lambda f: (
                f["groups"][5]["indicators"][3].pop("kind"),
                f["groups"][5]["indicators"][3].update(harm=False),
            ),
            "every concern must name its kind, or none",
        ),
        (
            lambda f: f["groups"][10]["indicators"][0].update(kind="harm"),
            "counts danger, and no indicator is of this kind",
        ),
    ],
)
def test_a_broken_kind_is_refused_by_the_name_of_the_entry(spoil: Spoil, message: str) -> None:
    file = data(2)
    spoil(file)
    with pytest.raises(InstrumentError) as refusal:
        instrument.parse(file)
    assert message in str(refusal.value)
