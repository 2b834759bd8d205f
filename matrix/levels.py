"""The level acted on for a child: agreed and submitted, the higher until a forum has agreed (C4)."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db.models import Case, F, QuerySet, When

from cems.children.access.visibility import primary_of
from cems.children.choices import RiskLevel
from cems.children.history.rules import level_to_act_on
from cems.children.models import AgreedLevel, Child
from cems.children.querysets import level_agreed_at
from matrix.models import Submission

HIGHEST_FIRST = ("-level", "-received_at", "-pk")  # of what waits: a lower matrix alone steps nobody down


def wait_level(child: Child) -> Submission | None:
    """Of the submissions that no forum has looked at since, the highest, and of several the newest; or None."""
    agreed = child.current_level
    return _waited(child, agreed.happened_at if agreed else None)


def highest_waiting(rows: Iterable[Submission], agreed: AgreedLevel | None) -> Submission | None:
    """The same of submissions that were read already."""
    waiting = [row for row in rows if agreed is None or row.received_at > agreed.happened_at]
    return max(waiting, key=lambda row: (row.level, row.received_at, row.pk), default=None)


def level_in_force(child: Child) -> RiskLevel | None:
    """The level acted on now, or None where there is neither an agreed nor a submitted one."""
    waiting = wait_level(child)
    return level_to_act_on(child.level, RiskLevel(waiting.level) if waiting else None)


def level_before(child: Child, agreed: AgreedLevel) -> RiskLevel | None:
    """The level acted on until this one was agreed, or None where there was none."""
    rows = AgreedLevel.objects.of(child).exclude(pk=agreed.pk).filter(happened_at__lte=agreed.happened_at)
    last = rows.order_by("-happened_at", "-pk").first()
    waited = _waited(child, last.happened_at if last else None, until=agreed.happened_at)
    return level_to_act_on(
        RiskLevel(last.level) if last else None, RiskLevel(waited.level) if waited else None
    )


def submissions_to_act_on(rows: QuerySet[Submission]) -> QuerySet[Any]:
    """Of these rows the one that counts for each record, by `primary`: the highest that waits, else the newest."""
    waiting = Case(
        When(agreed_at__isnull=True, then="level"), When(received_at__gt=F("agreed_at"), then="level")
    )
    annotated = rows.annotate(primary=primary_of(), agreed_at=level_agreed_at())
    return annotated.order_by("primary", waiting.desc(nulls_last=True), "-received_at", "-pk").distinct(
        "primary"
    )


def _waited(child: Child, after: datetime | None, *, until: datetime | None = None) -> Submission | None:
    rows = Submission.objects.of(child)
    if after:
        rows = rows.filter(received_at__gt=after)
    if until:
        rows = rows.filter(received_at__lte=until)
    highest: Submission | None = rows.order_by(*HIGHEST_FIRST).first()
    return highest
