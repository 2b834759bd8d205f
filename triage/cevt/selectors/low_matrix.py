"""CEVT's one list of matrices at Low or None: who the child is, the levels, who sent it and who leads (M5)."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from cems.accounts.models import User
from cems.accounts.profile import profile_of
from cems.accounts.roles import Part
from cems.base.calendar import say_day
from cems.base.keyset import Keyset
from cems.base.time import local_date
from cems.children.access.child_access import accesses
from cems.children.access.visibility import primary_of
from cems.children.access_control import OpenChild
from cems.children.choices import RiskLevel
from cems.children.history.selectors.involvement import leads_of
from cems.children.models import AgreedLevel, Child
from cems.children.practice_lists import HARM_FORMS
from cems.children.querysets import primary_by_row
from matrix.models import Submission
from triage.choices import LowEnd
from triage.models import Item, LowMatrix

ORDER = Keyset("late_from", "pk", size=50)


@dataclass(frozen=True)
class Overseen:
    """One child of the list: the newest matrix, and what stands beside it."""

    child: Child
    row: LowMatrix
    lead: User | None
    listed: bool  # whether an item of the child waits for CEVT, on a record that was joined since
    late_days: int  # how many days since it came, where it is late; else 0

    @property
    def submission(self) -> Submission:
        return self.row.submission

    @property
    def types(self) -> str:
        """The forms of harm the matrix names."""
        return ", ".join(HARM_FORMS.label(form) for form in self.submission.matrix.forms)

    @property
    def level(self) -> RiskLevel:
        return RiskLevel(self.submission.level)

    @property
    def higher(self) -> AgreedLevel | None:
        """The agreed level, where it is higher than the submitted one and so the one acted on."""
        agreed: AgreedLevel | None = self.child.current_level
        return agreed if agreed and agreed.level > self.submission.level else None


@dataclass(frozen=True)
class OverseenPage:
    """A page of the list; `after` is where the next begins."""

    lines: Sequence[Overseen]
    after: str


def overseen(user: User, at: datetime, after: str = "") -> OverseenPage:
    """Whose matrix at Low or None nobody has looked at, what is late or will be so first at the top, of the
    children this list opens.

    Raises Invalid for a place in the list that is none.
    """
    rows = ORDER.page(_waiting(user, at).select_related("submission__submitted_by__agency", *_PAPER), after)
    children = _children(user, {row.primary for row in rows.rows}, at)
    newest: dict[int, Any] = {}  # of two records that were joined since, the newer matrix
    first: dict[int, Any] = {}  # and the one that has waited longest
    for row in rows.rows:
        if row.primary in children:
            first.setdefault(row.primary, row)
            newest[row.primary] = max(newest.get(row.primary, row), row, key=lambda each: each.received_at)
    cluster = primary_by_row(newest) if newest else {}
    leads, listed = (leads_of(cluster), _listed(cluster)) if newest else ({}, set())
    lines = [
        Overseen(children[pk], row, leads.get(pk), pk in listed, _late_days(first[pk], at))
        for pk, row in newest.items()
    ]
    return OverseenPage(lines, rows.after)


def still_overseen(user: User, low_matrices: Collection[UUID], at: datetime) -> Sequence[LowMatrix]:
    """Those of these matrices that wait, of children on this user's list, as everybody locks them."""
    rows = list(_waiting(user, at).filter(public_id__in=low_matrices).order_by("child", "pk"))
    children = _children(user, {row.primary for row in rows}, at)
    return [row for row in rows if row.primary in children]


def count_overseen(user: User, at: datetime) -> int:
    """How many children that is."""
    return _waiting(user, at).values("primary").distinct().count()


def late_overseen(user: User, at: datetime) -> QuerySet[Any, Any]:
    """Those of them that nobody has looked at in their time."""
    return _waiting(user, at).filter(late_from__lte=at)


def anything_late(user: User, at: datetime) -> QuerySet[Any, Any]:
    """One of them where there is any: to look at the list is one thing to do."""
    return LowMatrix.objects.filter(pk__in=late_overseen(user, at).values("pk")[:1])


def late_since(user: User, at: datetime) -> tuple[int, datetime | None]:
    """How many children that is, and since when the first of them."""
    rows = late_overseen(user, at).values_list("primary", "late_from")
    return len({primary for primary, _ in rows}), min((since for _, since in rows), default=None)


def _late_days(row: LowMatrix, at: datetime) -> int:
    return (local_date(at) - local_date(row.received_at)).days if row.late_from <= at else 0


_PAPER = ("submission__matrix__on_paper__agency",)


def _waiting(user: User, at: datetime) -> QuerySet[Any, Any]:
    """What waits at the CEVT of the user's authorities, of the children they may see; the record each is read under
    as `primary`."""
    visible = Child.objects.visible_to(user, at).filter(died_on__isnull=True)
    rows = LowMatrix.objects.filter(ended_at__isnull=True, authority__in=profile_of(user).authority_ids)
    return rows.annotate(primary=primary_of()).filter(primary__in=visible.values("pk"))


def _children(user: User, primaries: set[int], at: datetime) -> dict[int, Child]:
    """Those of these children whose name and level are open to the user."""
    if not primaries:
        return {}
    rows = Child.objects.visible_to(user, at).filter(pk__in=primaries).with_page()
    seen = list(rows)
    reach = accesses(user, seen, at)
    return {
        child.pk: child
        for child in seen
        if reach[child.pk].sees(Part.IDENTITY) and reach[child.pk].sees(Part.LEVEL)
    }


def _listed(cluster: dict[int, int]) -> set[int]:
    rows = Item.objects.filter(child__in=cluster, closed_at__isnull=True)
    return {cluster[child] for child in rows.values_list("child", flat=True)}


def panel(user: User, opened: OpenChild, sent: Submission) -> tuple[str, str, dict[str, object]] | None:
    """On the page of a matrix sent at Low or None: whether CEVT has looked at it; the note to who reads decisions."""
    if sent.level >= RiskLevel.MODERATE:
        return None
    row = LowMatrix.objects.filter(submission=sent).select_related("ended_by").first()
    if row is None:
        return None
    sees_decision = opened.access.sees(Part.DECISIONS)
    context: dict[str, object] = {
        "sentence": _sentence(row, opened.at, whole=sees_decision),
        "note": row.note if sees_decision else "",
    }
    return "CEVT’s list of Low and None", "triage/cevt/low_panel.html", context


def _sentence(row: LowMatrix, at: datetime, *, whole: bool) -> str:
    """What became of it; where not `whole`, nothing that tells of what others sent or decided."""
    if row.ended_at is None:
        if row.late_from <= at:
            day = say_day(local_date(row.late_from), True)
            return f"It is on CEVT’s list. Nobody there has looked at it yet, which was to be done by {day}."
        return "It starts no clock. CEVT oversees it in one list, and nobody there has looked at it yet."
    day = say_day(local_date(row.ended_at), True)
    if row.ended_how == LowEnd.LOOKED_AT:
        return f"CEVT has looked at it on {day}: {row.ended_by}."
    if not whole:
        return f"It left CEVT’s list on {day}: something newer takes its place."
    return f"{LowEnd(row.ended_how).label} on {day}, so it is not looked at by itself."
