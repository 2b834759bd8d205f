"""Decide an age that was not known or disputed (C1)."""

from dataclasses import dataclass
from datetime import date, datetime

from django.urls import reverse

from cems.accounts.models import User
from cems.audit.choices import Verb
from cems.audit.services import record
from cems.base.command import command
from cems.base.errors import Conflict, Invalid
from cems.base.events import publish
from cems.base.time import local_date, now
from cems.base.words import says_nothing
from cems.children.choices import AgeOutcome, BirthDateKnown
from cems.children.events import AgeDecided
from cems.children.history.models.involvement import InvolvementState
from cems.children.identity.rules import age_on, check_birth
from cems.children.identity.selectors.former_value import former_of
from cems.children.identity.services.former_value import former_values_keep
from cems.children.matching.services.cluster import lock_cluster
from cems.children.models import AgeDecision, Child, FormerReason, Involvement
from cems.children.querysets import cluster_of
from cems.clocks.models import Clock
from cems.clocks.recipients import holders
from cems.notices.services import notice_send


@dataclass(frozen=True)
class Decided:
    """What was decided, by whom and when."""

    outcome: str
    decided_by: str
    decided_on: date
    born: date
    why: str


@command
def age_decide(user: User, *, child: Child, decided: Decided, at: datetime | None = None) -> AgeDecision:
    """The age is decided: the birth date holds from now on, and with it who reaches the record and which rules hold.

    Who works with the child and who has a promise about them is told. Raises Invalid for what can't be, Conflict
    where nothing is to be decided (any more).
    """
    instant = at or now()
    primary = lock_cluster(child.pk)
    if not primary.presumed_child:
        raise Conflict(
            "The age of this child is decided. If a new dispute arises, say so under “Who the child is”."
        )
    _check(decided, local_date(instant))
    row = AgeDecision.objects.create(
        child=primary,
        born_before=primary.date_of_birth,
        recorded_at=instant,
        recorded_by=user,
        outcome=decided.outcome,
        decided_by=decided.decided_by.strip(),
        decided_on=decided.decided_on,
        born=decided.born,
        why=decided.why.strip(),
    )
    was = former_of(primary, ["date_of_birth"])
    primary.date_of_birth, primary.birth_date_known = decided.born, BirthDateKnown.EXACT
    primary.version += 1
    primary.save(update_fields=["date_of_birth", "birth_date_known", "version"])
    former_values_keep(user, rows=was, reason=FormerReason.DECIDED, at=instant)
    record(user, verb=Verb.DECIDED, subject=row, child=primary.public_id, part="identity", at=instant)
    adult = age_on(decided.born, local_date(instant)) >= 18
    publish(AgeDecided(primary.pk, row.pk, adult, user.pk, instant))
    _tell(user, row, primary, instant)
    return row


def _check(decided: Decided, today: date) -> None:
    if decided.outcome not in AgeOutcome.values:
        raise Invalid("Choose what was decided.", field="outcome")
    if says_nothing(decided.decided_by):
        raise Invalid("Write who decided: the name, the post, the authority or court.", field="decided_by")
    if says_nothing(decided.why):
        raise Invalid("Write what the decision rests on.", field="why")
    if decided.decided_on > today:
        raise Invalid("The decision is in the future. Check the date.", field="decided_on")
    try:
        check_birth(decided.born, today)
    except Invalid as refusal:
        raise Invalid(refusal.message, field="born") from None
    grown = age_on(decided.born, decided.decided_on) >= 18
    if grown != (decided.outcome == AgeOutcome.ADULT):
        years = age_on(decided.born, decided.decided_on)
        raise Invalid(f"By this birth date the person was {years} on that day. Check both.", field="born")


def _tell(user: User, row: AgeDecision, primary: Child, at: datetime) -> None:
    """Those who work with the child, and those who have a promise about them: by reference, never by name."""
    working = Involvement.objects.of(primary).filter(
        user__isnull=False, ended_at__isnull=True, state=InvolvementState.CONFIRMED
    )
    people = set(working.values_list("user_id", flat=True))
    clocks = list(Clock.objects.still_open().filter(child__in=cluster_of(primary.pk).values()))
    for ids in holders(clocks, local_date(at)).values():
        people |= ids
    notice_send(
        people - {user.pk},
        kind="children.age_decided",
        key=f"age:{row.public_id}",
        text=f"{primary.reference}: the age is decided, {row.get_outcome_display().lower()}.",
        url=reverse("children:overview", args=[primary.public_id]),
        reference=primary.reference,
        child=primary.public_id,
        at=at,
    )
