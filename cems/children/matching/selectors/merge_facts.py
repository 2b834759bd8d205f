"""What two records say differently of one child, for somebody to choose which one counts (C1)."""

from dataclasses import dataclass

from cems.children.choices import Ethnicity, Gender, Sex
from cems.children.models import Child

ROOT, OTHER = "primary", "other"
PREFIX = "identity-"
# The fields that go together, under the name of the choice; numbers, statuses and placements have choices of their own.
FACTS = {
    "name": ("given_name", "family_name"),
    "preferred_name": ("preferred_name",),
    "date_of_birth": ("date_of_birth", "birth_date_known"),
    "first_language": ("first_language",),
    "sex": ("sex",),
    "gender": ("gender",),
    "ethnicity": ("ethnicity",),
    "address": ("address", "postcode"),
    "school": ("school_id", "listed_school_id"),
}
_QUESTIONS = {
    "name": "Which full name counts?",
    "preferred_name": "Which name is used?",
    "date_of_birth": "Which birth date counts?",
    "first_language": "Which first language counts?",
    "sex": "Which sex counts?",
    "gender": "Which gender counts?",
    "ethnicity": "Which ethnicity counts?",
    "address": "Where does the child live?",
    "school": "Which school or college counts?",
}
_EMPTY = {"", None, Sex.NOT_KNOWN.value, Gender.NOT_ASKED.value, Ethnicity.NOBT.value}


@dataclass(frozen=True)
class FactChoice:
    """One fact that the records say differently; `default` is the side that counts where nobody chose."""

    fact: str
    said: dict[str, str]
    default: str

    @property
    def key(self) -> str:
        return f"{PREFIX}{self.fact}"

    @property
    def question(self) -> str:
        return _QUESTIONS[self.fact]

    @property
    def options(self) -> list[tuple[str, str]]:
        return [(side, self.said[side] or "Not recorded") for side in (ROOT, OTHER)]


def fact_choices(primary: Child, other: Child) -> list[FactChoice]:
    """Each fact that differs, the record that stays first; one that it lacks comes from the other by default.

    An age that is disputed or not known is settled by “Decide the age” and by nothing else; no address is chosen
    where it is confidential for either.
    """
    left_out = set()
    if primary.presumed_child or other.presumed_child:
        left_out.add("date_of_birth")
    if primary.place_is_confidential or other.place_is_confidential:
        left_out |= {"address", "school"}
    choices = []
    for fact, fields in FACTS.items():
        here, there = (tuple(getattr(child, name) for name in fields) for child in (primary, other))
        if fact in left_out or here == there or _EMPTY.issuperset(there):
            continue
        default = OTHER if _EMPTY.issuperset(here) else ROOT
        choices.append(FactChoice(fact, {ROOT: _words(primary, fact), OTHER: _words(other, fact)}, default))
    return choices


def _words(child: Child, fact: str) -> str:
    if fact == "name":
        return child.full_name
    if fact == "date_of_birth":
        return f"{child.date_of_birth:%-d %B %Y}, {child.get_birth_date_known_display().lower()}"
    if fact == "address":
        return child.home.replace("\n", ", ")
    if fact == "school":
        return child.learns_at
    if fact in {"sex", "gender", "ethnicity"}:
        return str(getattr(child, f"get_{fact}_display")())
    return str(getattr(child, fact))
