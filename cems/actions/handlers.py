"""What actions follow from what the record tells."""

from cems.accounts.desks import desk_in, desk_of
from cems.accounts.events import PersonLeft
from cems.accounts.models import Duty, User
from cems.actions.policy import ADULT_DECIDED_DAYS, PLACEMENT_CONCERN_DAYS
from cems.actions.services import Source, action_follow_clock, action_open, actions_rehome
from cems.base.calendar import close_of_business
from cems.children.events import AgeDecided, PlacementConcern
from cems.children.models import AgeDecision, CaseNote
from cems.clocks.events import ClockHandedOver


def on_placement_concern(event: PlacementConcern) -> None:
    """First Contact of the area acts within its time (C2); telling who is responsible has its own clock.

    Without a desk in that area (an authority far away) the one of the authority responsible acts, else who raised it.
    """
    note = CaseNote.objects.select_related("child").get(pk=event.note_id)
    user = User.objects.get(pk=event.user_id)
    length = PLACEMENT_CONCERN_DAYS.read(event.at, event.area_id)
    action_open(
        user,
        title=f"Act on a concern about a child placed by {event.responsible}",
        detail=note.text,
        owner=desk_in(Duty.FRONT_DOOR, event.area_id)
        or desk_in(Duty.FRONT_DOOR, event.responsible_id)
        or user,
        child=note.child,
        deadline=close_of_business(event.at, length.value),
        length=length,
        source=Source("case_note", str(note.public_id)),
        key="placement-concern",
        happened_at=note.happened_at,
        at=event.at,
    )


def on_age_decided(event: AgeDecided) -> None:
    """Somebody presumed under 18 is an adult: First Contact agrees with adult services what goes on (C1, truth-f6)."""
    if not event.adult:
        return
    decision = AgeDecision.objects.select_related("child").get(pk=event.decision_id)
    child, user = decision.child, User.objects.get(pk=event.user_id)
    length = ADULT_DECIDED_DAYS.read(event.at, child.area_id)
    action_open(
        user,
        title="Agree with adult services what goes on: the age was decided 18 or over",
        detail=decision.why,
        owner=desk_of(Duty.FRONT_DOOR, child.area_id, child.authority_id),
        child=child,
        deadline=close_of_business(event.at, length.value),
        length=length,
        source=Source("age_decision", str(decision.public_id)),
        key="age-decided-adult",
        at=event.at,
    )


def on_clock_handed_over(event: ClockHandedOver) -> None:
    """One promise has one owner: the action goes with its clock, as the clock goes with its action (K1)."""
    user = User.objects.get(pk=event.user_id) if event.user_id else None
    action_follow_clock(user, clock_id=event.clock_id, reason=event.reason, at=event.at)


def on_person_left(event: PersonLeft) -> None:
    """What a leaver undertook without a time goes where their promises went, so that it belongs to somebody."""
    actions_rehome(None, leaver_id=event.user_id)
