"""What the pages of CEVT share."""

from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, QueryDict
from django.urls import reverse

from cems.accounts.access_control import acting_user
from cems.accounts.models import User
from cems.accounts.profile import profile_of
from cems.accounts.roles import Part, Work
from cems.base.errors import NotAllowed
from cems.base.not_found import or_404
from cems.base.time import today
from cems.children.access.child_access import ChildAccess
from cems.children.access.selectors.restriction import is_restricted
from cems.children.access_control import OpenChild
from cems.children.identity.page_context import child_page
from cems.meetings.choices import Held
from cems.meetings.models import Meeting
from triage.cevt.forms.decision import DecisionForm
from triage.cevt.forms.meeting import NoteForm
from triage.cevt.rules.figures import Return
from triage.cevt.selectors.listing_rows import Filters
from triage.cevt.selectors.live import items_mark
from triage.cevt.selectors.meeting import meeting_at
from triage.cevt.selectors.outcome import offer_for
from triage.cevt.selectors.owners import owners_of
from triage.cevt.selectors.seats import RAISE, ROOM, has_seat
from triage.cevt.selectors.sheet import Sheet
from triage.cevt.services.decision import OUTSIDE
from triage.models import Decision


@dataclass(frozen=True)
class InTheRoom(ChildAccess):
    """Access as the whole room may share it: what everybody with a seat may see, and no more."""

    @property
    def parts(self) -> frozenset[Part]:
        return super().parts & ROOM


def projected(request: HttpRequest) -> bool:
    """Whether this screen is shown to the whole room."""
    return request.GET.get("projector") == "1"


def asked_of(query: QueryDict) -> Filters:
    """What part of the list an address asks for."""
    return Filters(**{name: query.get(name, "") for name in Filters.__dataclass_fields__})


def asked_keys(request: HttpRequest) -> dict[str, str]:
    """What goes on from one sheet to the next in the address: the part of the list, and the projector."""
    keys = asked_of(request.GET).keys
    return {**keys, "projector": "1"} if projected(request) else keys


def for_the_room(request: HttpRequest, opened: OpenChild) -> OpenChild:
    """The child as this screen may show it: narrowed to what the room may see while it is projected.

    Raises NotAllowed for a restricted record, which only people named on it may read.
    """
    if not projected(request):
        return opened
    if is_restricted(opened.child.pk):
        raise NotAllowed(
            "This record is restricted, so it is not shown to a whole room. Open it on your own screen."
        )
    return replace(opened, access=InTheRoom(opened.access.reached, opened.access.emergency_access))


def sheet_page(request: HttpRequest, opened: OpenChild, sheet: Sheet, **more: Any) -> dict[str, Any]:
    """The context of a child's sheet."""
    asked = asked_of(request.GET)
    side = sheet.today.part(asked, opened.child)
    before, after = side.beside(opened.child)
    keys, user = asked_keys(request), acting_user(request)
    return {
        **child_page(request, opened),
        "sheet": sheet,
        "side": side,
        "partly": bool(asked.keys),
        "number": row.number if (row := side.of(opened.child)) else None,
        "at": opened.at,
        "before": before,
        "after": after,
        "query": urlencode(keys),
        "projector": projected(request),
        "projector_url": _switch(request, keys),
        "may_decide": opened.access.may(Work.DECISIONS),
        "may_say": opened.access.may(Work.CONTRIBUTION),
        "may_raise": opened.access.may(*RAISE),
        "sits": has_seat(profile_of(user)),
        "here": any(row.user_id == user.pk for row in sheet.table.present),
        "provisional": sheet.table.why_provisional if sheet.meeting else OUTSIDE,
        "clock": sheet.row.clock(opened.at) if sheet.row and sheet.items else None,
        "held_choices": Held.choices,
        "note_form": NoteForm(),
        "poll_seconds": settings.CEVT_LIVE_SECONDS,
        "items_mark": items_mark(sheet.items),
        **more,
    }


def _switch(request: HttpRequest, keys: dict[str, str]) -> str:
    """This page with the projector switched the other way."""
    if keys.pop("projector", ""):
        return f"{request.path}?{urlencode(keys)}" if keys else request.path
    return f"{request.path}?{urlencode({**keys, 'projector': '1'})}"


def decision_fields(opened: OpenChild, sheet: Sheet, *, confirms: bool = False) -> dict[str, Any]:
    """The choices of the decision form for this child at this table."""
    named = sheet.newest.matrix.forms if sheet.newest else []
    before = sheet.unconfirmed if confirms else None
    return {
        "offer": offer_for(opened.child, forms=named, on=today()),
        "owners": owners_of(
            opened.child, opened.at, cluster=opened.cluster, present=[row.user for row in sheet.table.present]
        ),
        "agencies": sheet.present,
        "confirms": confirms,
        "named": [*named, *(before.agreed.forms if before else ())],
        "returned": not confirms and sheet.row is not None and sheet.row.back is Return.REREFERRAL,
    }


def empty_form(opened: OpenChild, sheet: Sheet, *, before: Decision | None = None) -> DecisionForm:
    """A decision form to begin with."""
    newest, level = sheet.newest, opened.child.current_level
    begins = DecisionForm.begins(
        sheet.seen,
        level.public_id if level else None,
        before,
        newest.matrix.forms if newest else [],
        newest.matrix.contexts if newest else [],
    )
    return DecisionForm(initial=begins, **decision_fields(opened, sheet, confirms=before is not None))


def the_meeting(request: HttpRequest, meeting_id: UUID) -> Meeting:
    """CEVT's meeting at this address. Raises Http404 where the person's agency has no part in it."""
    return or_404(meeting_at(acting_user(request), meeting_id))


def seated(request: HttpRequest) -> User:
    """The person, who sits at CEVT's table. Raises NotAllowed for anybody else."""
    user = acting_user(request)
    if not has_seat(profile_of(user)):
        raise NotAllowed("Only people who sit at CEVT for their agency take part in its meeting.")
    return user


def sheet_url(public_id: UUID, query: str = "") -> str:
    """The address of a child's sheet, with what part of the list one walks through."""
    url = reverse("cevt:sheet", args=[public_id])
    return f"{url}?{query}" if query else url
