"""What each agency says of a child, itself or relayed by the chair, as the table sees it (T3)."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from cems.accounts.models import Agency, User
from cems.base.time import local
from cems.meetings.choices import Held, MeetingForum
from cems.meetings.models import Contribution, RelayedContribution
from cems.meetings.rules import is_answer
from triage.models import Item


@dataclass(frozen=True)
class Answer:
    """All that one agency said of a child: its own words, and what it told the chair while it was away."""

    row: Contribution | None = None
    told: Sequence[RelayedContribution] = ()

    @property
    def answered_itself(self) -> bool:
        return self.row is not None and is_answer(self.row.held)

    @property
    def told_last(self) -> bool:
        """Whether what the chair was told came after the agency's own words, or without any."""
        return bool(self.told) and (self.row is None or self.told[-1].written_at > self.row.said_at)

    @property
    def last(self) -> str:
        """What was answered last, itself or relayed; "" for nothing yet."""
        if self.told_last:
            return self.told[-1].held
        return self.row.held if self.row else ""

    @property
    def agency(self) -> Agency:
        """Whose it is; there is none of an agency that said nothing."""
        return (self.row or self.told[0]).agency


NOTHING_YET = Answer()


def contributions_about(item: Item, *, agency: int | None = None) -> Sequence[Contribution]:
    """What agencies (or this one) said of an item themselves, in the order it was first said."""
    rows = Contribution.objects.filter(about=item.public_id)
    of_agency = rows.filter(agency=agency) if agency else rows
    return list(of_agency.select_related("agency").order_by("pk"))


def answers(
    items: Sequence[Item], key: Callable[[Contribution | RelayedContribution], int], **of: Any
) -> dict[int, Answer]:
    """What was said about these items, by what `key` makes of a row (its agency, say), within `of`: two queries.

    Of several of an agency's own words the newest; of what it told the chair all, in the order it was written.
    """
    asked = _about(items, of)
    rows = Contribution.objects.filter(**asked).select_related("agency", "said_by")
    own = {key(row): row for row in rows.order_by("said_at", "pk")}
    relayed: dict[int, list[RelayedContribution]] = defaultdict(list)
    notes = RelayedContribution.objects.filter(**asked).select_related("agency", "written_by")
    for note in notes.order_by("written_at", "pk"):
        relayed[key(note)].append(note)
    return {group: Answer(own.get(group), relayed.get(group, ())) for group in {**own, **relayed}}


def answers_by_agency(items: Sequence[Item]) -> dict[int, Answer]:
    """What each agency said about these items of one child."""
    return answers(items, lambda row: row.agency_id)


def heard(items: Sequence[Item], **of: Any) -> list[tuple[UUID, int, str]]:
    """What agencies answered about these items, themselves or relayed, oldest first: the item, the agency, `held`.

    One query, without the words: for a selector that counts.
    """
    asked = _about(items, of)
    own = Contribution.objects.filter(**asked).values_list("about", "agency", "held", "said_at")
    relayed_contributions = RelayedContribution.objects.filter(**asked).values_list(
        "about", "agency", "held", "written_at"
    )
    rows = sorted(own.union(relayed_contributions, all=True), key=lambda row: row[3])
    return [(about, agency, answer) for about, agency, answer, _ in rows]


def _about(items: Sequence[Item], of: dict[str, Any]) -> dict[str, Any]:
    return {"forum": MeetingForum.CEVT, "about__in": [item.public_id for item in items], **of}


@dataclass(frozen=True)
class Said:
    """One agency's line: what it said, or that nothing has come."""

    agency: Agency
    answer: Answer
    own: bool

    @property
    def row(self) -> Contribution | None:
        return self.answer.row

    @property
    def told(self) -> Sequence[RelayedContribution]:
        return self.answer.told

    @property
    def held(self) -> str:
        """The agency's own answer; "" where only the chair wrote for it."""
        if self.row:
            return Held(self.row.held).label
        return "" if self.told else "No answer yet"

    @property
    def text(self) -> str:
        return self.row.text if self.row else ""

    @property
    def version(self) -> int:
        return self.row.version if self.row else 0

    @property
    def mark(self) -> str:
        """Another one as soon as anything of the line changes."""
        return f"{self.version}.{len(self.told)}"

    @property
    def news(self) -> str:
        """What the line's last change is called, for the users who see it arrive."""
        return "has told the chair" if self.answer.told_last else "has written"

    @property
    def by(self) -> str:
        """Who said it, and when, for beneath the words."""
        return f"{self.row.said_by}, {local(self.row.said_at):%-d %B at %H:%M}" if self.row else ""


def said_by(user: User, agencies: Sequence[Agency], said: Mapping[int, Answer]) -> list[Said]:
    """A line for each agency with a seat, and for any other that spoke; the reader's own agency first."""
    asked = {agency.pk: agency for agency in agencies}
    asked |= {pk: answer.agency for pk, answer in said.items()}
    lines = [Said(agency, said.get(pk, NOTHING_YET), pk == user.agency_id) for pk, agency in asked.items()]
    return sorted(lines, key=lambda line: (not line.own, line.agency.name))
