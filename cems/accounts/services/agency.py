"""Agencies confirm their people; their teams, desks, schools and homes (A1)."""

from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from cems.accounts.directory.error_page import desk_numbers_keep_or_log
from cems.accounts.models import Agency, PeopleConfirmation, Team, User
from cems.accounts.permissions import may_administer
from cems.audit.choices import Verb
from cems.audit.services import record
from cems.base.command import command
from cems.base.errors import Conflict, Invalid
from cems.base.time import local_date, now


@command
def people_confirm(
    actor: User, *, agency: Agency, expected: int, at: datetime | None = None
) -> PeopleConfirmation:
    """Record that an agency looked through its people this quarter (access.md).

    `expected` is how many the page showed. Raises Conflict when the list has changed since.
    """
    may_administer(actor)
    instant = at or now()
    Agency.objects.select_for_update(no_key=True).get(pk=agency.pk)
    people = User.objects.here(local_date(instant)).filter(agency=agency).count()
    if people != expected:
        raise Conflict("The list has changed since you opened it. Look through it once more.")
    row = PeopleConfirmation.objects.create(agency=agency, confirmed_by=actor, at=instant, people=people)
    record(actor, verb=Verb.CHANGED, subject=agency, detail={"people_confirmed": people}, at=at)
    return row


@command
def agency_lead_name(actor: User, *, agency: Agency, lead: User | None, at: datetime | None = None) -> Agency:
    """Name the agency's safeguarding lead, who takes up what another authority fails to do (C2).

    Raises Invalid for somebody of another agency or who has left.
    """
    may_administer(actor)
    instant = at or now()
    row = Agency.objects.select_for_update(no_key=True).get(pk=agency.pk)
    if (
        lead is not None
        and not User.objects.here(local_date(instant)).filter(pk=lead.pk, agency=row).exists()
    ):
        raise Invalid(f"Choose somebody who works for {row} today.", field="lead")
    row.safeguarding_lead = lead
    row.save(update_fields=["safeguarding_lead"])
    record(actor, verb=Verb.CHANGED, subject=row, detail={"fields": ["safeguarding_lead"]}, at=instant)
    return row


@command
def team_save(actor: User, *, team: Team | None, at: datetime | None = None, **values: Any) -> Team:
    """Add a team, desk, school or home, or mend one (A1). `values` are the model's own fields."""
    may_administer(actor)
    if team is None:
        made = Team(**values)
        verb, fields = Verb.CREATED, sorted(values)
    else:
        made = Team.objects.select_for_update(no_key=True).get(pk=team.pk)
        verb, fields = Verb.CHANGED, [key for key, value in values.items() if getattr(made, key) != value]
        for key in fields:
            setattr(made, key, values[key])
    try:
        made.full_clean()
    except ValidationError as error:
        field, faults = next(iter(error.message_dict.items()))
        raise Invalid(faults[0], field=field) from None
    made.save()
    transaction.on_commit(lambda: desk_numbers_keep_or_log(now()))
    record(actor, verb=verb, subject=made, detail={"fields": fields}, at=at)
    return made
