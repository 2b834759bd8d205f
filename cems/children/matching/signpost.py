"""Saying no more than "a record may exist" to those without reach, audited and limited (access rules)."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q
from django.utils.crypto import salted_hmac

from cems.accounts.models import User
from cems.accounts.profile import profile_of
from cems.accounts.roles import Part, Work
from cems.audit.choices import Verb
from cems.audit.models import Entry
from cems.audit.services import record
from cems.base.command import command
from cems.base.errors import TooMany
from cems.base.time import local_date, now
from cems.children.access.models.access import NamedReaderKind
from cems.children.access.visibility import within
from cems.children.matching.identified import identified, named_and_born
from cems.children.matching.rules.search import Asked
from cems.children.models import Child, ChildName, NamedReader
from cems.children.querysets import rows_of_clusters
from cems.notices.services import notice_send

SIGNPOSTS_AN_HOUR = 20
SIGNPOSTS_OF_A_DESK = 200  # of those who match records, and look for every child they are rung about
_SPAN = timedelta(hours=1)
QUESTION = "children.signpost"
NUMBER = "children.number"  # the question that recording a number asks, counted apart from those of searches


@dataclass(frozen=True)
class Signpost:
    """The answer to one question; past the limit there is none, whatever the records say."""

    may_exist: bool = False
    too_often: bool = False


@command
def signpost(user: User, *, asked: Asked, counted_as: str = QUESTION) -> Signpost:
    """Whether a record may exist that `user` can't reach, for an exact identifier or full name with birth date.

    Audited and limited; the owner and deputy of a restricted record are told at once. Whatever the record, the
    answer is the same word. The same question within the hour counts once, so a page that is opened again uses
    nothing up. Questions `counted_as` something else are counted apart. Past the limit the answer is `too_often`:
    no search and no record waits for it.
    """
    if not (asked.identifiers or asked.full):
        return Signpost()
    instant = now()
    questions = Entry.objects.filter(actor=user, at__gt=instant - _SPAN, part=counted_as)
    question = _digest(user, asked)
    if not questions.filter(detail__question=question).exists():
        if questions.count() >= _most(user):
            return Signpost(too_often=True)
        detail = {"question": question}
        record(user, verb=Verb.SEARCHED, part=counted_as, detail=detail, at=instant)
    matches = unseen(user, asked)
    recently = _signposted(user, matches, instant)
    for child in matches:
        if child.public_id not in recently:
            record(
                user,
                verb=Verb.SIGNPOSTED,
                subject=child,
                child=child.public_id,
                part=Part.IDENTITY,
                at=instant,
            )
        tell_owners(user, child)
    return Signpost(may_exist=bool(matches))


def to_be_matched(user: User, asked: Asked) -> bool:
    """Whether a record made now is provisional: one may exist out of reach, or that could not be asked any more.

    Past the limit every new record is: so the tag on it answers nothing either.
    """
    answer = signpost(user, asked=asked)
    return answer.may_exist or answer.too_often


def unseen(user: User, asked: Asked) -> list[Child]:
    """Records that fit exactly, lie within the authorities served, and are out of this person's reach."""
    exact = Q(pk__in=identified(asked))
    if asked.full and asked.born:
        called = named_and_born(ChildName.objects.filter(search_key=asked.name), asked.born)
        exact |= Q(pk__in=called.values_list("primary"))
    served = profile_of(user).authority_ids
    fitting = Child.objects.unscoped("signpost: whether a record exists, no more").filter(
        exact, within(served), merged_into__isnull=True
    )
    return list(
        fitting.not_sealed().exclude(pk__in=Child.objects.visible_to(user).filter(exact).values("pk"))
    )


def limit_questions(user: User, what: str, span: timedelta, most: int) -> None:
    """No more than so many questions in a while, whatever their answers: else the limit itself would answer."""
    if Entry.objects.filter(actor=user, at__gt=now() - span, part=what).count() >= most:
        raise TooMany(
            "You have searched very often in a short time. Wait a while, or ask First Contact.",
            seconds=int(span.total_seconds()),
        )


def tell_owners(user: User, child: Child) -> None:
    """Of a restricted record, or of one merged into it: nobody else has an owner."""
    keepers = NamedReader.objects.filter(
        child__in=rows_of_clusters([child.pk]),
        child__restricted=True,
        kind__in=[NamedReaderKind.OWNER, NamedReaderKind.DEPUTY],
        until__gt=now(),
    )
    notice_send(
        list(keepers.values_list("user_id", flat=True)),
        kind="children.signpost",
        key=f"signpost:{child.public_id}:{user.public_id}:{local_date(now())}",
        text=f"Somebody without access searched for {child.reference}. See its record use.",
        reference=child.reference,
        child=child.public_id,
    )


def _most(user: User) -> int:
    return SIGNPOSTS_OF_A_DESK if profile_of(user).may(Work.DUPLICATES) else SIGNPOSTS_AN_HOUR


def _digest(user: User, asked: Asked) -> str:
    """The question as the audit keeps it: it tells nobody who was looked for, and is the same if asked again."""
    words = repr((user.pk, asked.name, asked.born, sorted(asked.identifiers)))
    return salted_hmac("cems.children.signpost", words, algorithm="sha256").hexdigest()[:32]


def _signposted(user: User, children: list[Child], at: datetime) -> set[object]:
    """Those of these records whose record use shows the same person's question of the last hour already."""
    rows = Entry.objects.filter(
        actor=user,
        at__gt=at - _SPAN,
        verb=Verb.SIGNPOSTED,
        child__in=[child.public_id for child in children],
    )
    return set(rows.values_list("child", flat=True)) if children else set()
