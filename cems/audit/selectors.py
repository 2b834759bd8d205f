"""Reading the audit trail: who has looked at a record, and how sealing stands (A3)."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from heapq import merge
from uuid import UUID

from django.db import connection
from django.db.models import Q, QuerySet

from cems.audit.choices import LawfulBasis, Verb
from cems.audit.models import Entry
from cems.audit.partitions import STRAYS, TABLE
from cems.audit.unsealed import frontiers
from cems.base.keyset import Keyset, Page
from cems.base.time import now

ORDER = Keyset("-at", "-pk", size=50)

SIGN_IN_VERBS = (
    Verb.SIGNED_IN, Verb.SIGNED_OUT, Verb.SIGN_IN_FAILED, Verb.LOCKED_OUT, Verb.CREDENTIALS_CHANGED,
)  # fmt: skip
# What a person adds to a record or decides about it; to look at it, take it away or come to it is none of these.
WRITING_VERBS = (
    Verb.CREATED, Verb.CHANGED, Verb.SUBMITTED, Verb.DECIDED, Verb.APPROVED, Verb.WITHDRAWN, Verb.COMPLETED,
    Verb.CANCELLED, Verb.CLOSED, Verb.NOT_SHARED,
)  # fmt: skip


@dataclass(frozen=True)
class Use:
    """One line of "who has looked at this record": who, when, why, what."""

    pk: int
    at: datetime
    recorded_at: datetime
    who: str
    agency: str
    did: str
    verb: str
    part: str
    reason: str
    subject_kind: str
    subject_id: str
    request_reference: str


def record_use(child: UUID | Collection[UUID], *, after: str = "") -> Page[Use]:
    """Who has looked at, changed or disclosed a child's record, newest first, in two queries (A3).

    `child` is a public id, or all those of records joined into one. Lists and searches that showed the
    child are among them. The caller has asked whether the reader may see record use.
    """
    children = [child] if isinstance(child, UUID) else list(child)
    shown = Q()
    for public_id in children:
        shown |= Q(detail__contains={"children": [str(public_id)]})
    about = _ahead(Entry.objects.filter(child__in=children), after)
    lists = _ahead(Entry.objects.filter(shown, verb__in=[Verb.LISTED, Verb.SEARCHED]), after)
    uses = merge(map(_use, about), map(_use, lists), key=lambda use: (use.at, use.pk), reverse=True)
    return ORDER.cut(uses)


SHARED = (Verb.DISCLOSED, Verb.NOT_SHARED)
TAKEN = (Verb.DOWNLOADED, Verb.EXPORTED)


@dataclass(frozen=True)
class GivenOut:
    """One line of what left a record, or was not shared: who, when, to whom, what for, on which basis."""

    pk: int
    at: datetime
    who: str
    agency: str
    verb: str
    to: str
    reason: str
    basis: str
    document: str
    part: str


def given_out(
    children: Collection[UUID], *, parts: Collection[str], taken_by: int | None, after: str = ""
) -> Page[GivenOut]:
    """What was disclosed of these records, taken away, or asked for and not shared, newest first, in one query (A4).

    Of what was disclosed or not shared, what is of none but these parts; of what was taken for work, which is a use of
    the record, what this person took, or all of it with None.
    """
    shown = Q(verb__in=SHARED, part__in=["", *parts])
    shown |= Q(verb__in=TAKEN) if taken_by is None else Q(verb__in=TAKEN, actor=taken_by)
    entries = Entry.objects.filter(shown, child__in=list(children))
    return ORDER.cut(map(_given_out, _ahead(entries, after)))


def given_out_before(children: Collection[UUID], *, since: datetime, before: datetime) -> list[GivenOut]:
    """All that was disclosed of these records or taken away within this time, newest first, in one query (A4)."""
    rows = Entry.objects.filter(
        child__in=list(children), verb__in=[Verb.DISCLOSED, *TAKEN], at__gte=since, at__lt=before
    )
    return [_given_out(entry) for entry in rows.select_related("actor__agency").order_by("-at", "-pk")]


def lookers(children: Collection[UUID], *, part: str, since: datetime, before: datetime) -> list[str]:
    """Who looked at this part of these records within this time, each once, with their agency, in one query (A3)."""
    rows = Entry.objects.filter(
        child__in=list(children),
        verb=Verb.VIEWED,
        part=part,
        at__gte=since,
        at__lt=before,
        actor__isnull=False,
    )
    people = rows.values_list("actor__name", "actor__agency__name").distinct()
    return [f"{name}, {agency}" for name, agency in people.order_by("actor__name", "actor__agency__name")]


def _given_out(entry: Entry) -> GivenOut:
    actor, detail = entry.actor, entry.detail
    basis = detail.get("lawful_basis", "")
    return GivenOut(
        pk=entry.pk,
        at=entry.at,
        who=actor.name if actor else "",
        agency=actor.agency.name if actor else "",
        verb=entry.verb,
        to=detail.get("to", ""),
        reason=entry.reason,
        basis=LawfulBasis(basis).label if basis in LawfulBasis.values else "",
        document=detail.get("document", ""),
        part=entry.part,
    )


def sign_ins(user_id: int, *, after: str = "") -> Page[Use]:
    """A person's own sign-ins and what went wrong with them, newest first, in one query."""
    entries = Entry.objects.filter(actor_id=user_id, verb__in=SIGN_IN_VERBS)
    return ORDER.cut(map(_use, _ahead(entries, after)))


def has_written(
    actor_id: int, children: Iterable[UUID], *, since: datetime, but: Collection[str] = ()
) -> bool:
    """Whether this person has written anything about these children since, rows of the kinds in `but` apart."""
    entries = Entry.objects.filter(
        actor_id=actor_id, child__in=list(children), at__gte=since, verb__in=WRITING_VERBS
    )
    return entries.exclude(subject_kind__in=but).exists()


def unsealed_age(at: datetime | None = None) -> timedelta | None:
    """How long the oldest entry that no seal covers has waited; None where all are sealed.

    More than a minute means that the sealer stands still, or that a transaction is held open.
    """
    with connection.cursor() as cursor:
        waiting = []
        for frontier in frontiers(cursor):
            cursor.execute(
                "SELECT min(recorded_at) FROM audit_entry WHERE cluster = %s AND xid >= %s",
                [frontier.cluster, frontier.from_xid],
            )
            waiting.append(cursor.fetchone()[0])
    since = min((instant for instant in waiting if instant), default=None)
    return None if since is None else max((at or now()) - since, timedelta())


def strays() -> bool:
    """Whether entries have gone to the table of strays, because their month had no table."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT EXISTS (SELECT FROM {STRAYS})")  # noqa: S608
        return bool(cursor.fetchone()[0])


def months_ahead(at: datetime | None = None) -> int:
    """For how many months after this one there is a table."""
    day = (at or now()).date()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT max(relname) FROM pg_class JOIN pg_inherits ON inhrelid = pg_class.oid "
            "WHERE inhparent = %s::regclass AND relname ~ '_[0-9]{4}_[0-9]{2}$'",
            [TABLE],
        )
        name = cursor.fetchone()[0]
    if name is None:
        return 0
    last = date(int(name[-7:-3]), int(name[-2:]), 1)
    return max(0, (last.year - day.year) * 12 + last.month - day.month)


def _ahead(entries: QuerySet[Entry], after: str) -> QuerySet[Entry]:
    return ORDER.ahead(entries.select_related("actor__agency"), after)


def _use(entry: Entry) -> Use:
    actor = entry.actor
    return Use(
        pk=entry.pk,
        at=entry.at,
        recorded_at=entry.recorded_at,
        who=actor.name if actor else "Somebody not signed in",
        agency=actor.agency.name if actor else "",
        did=Verb(entry.verb).label,
        verb=entry.verb,
        part=entry.part,
        reason=entry.reason,
        subject_kind=entry.subject_kind,
        subject_id=entry.subject_id,
        request_reference=entry.request_reference,
    )
