"""The API of CEVT: its items, what agencies say, and decisions, under the rules of the pages (T3, T4, O1)."""

from typing import Any, cast
from uuid import UUID

from django.http import Http404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from cems.accounts.access_control import acting_user
from cems.accounts.api import ApiView, key_of
from cems.accounts.roles import Part, Work
from cems.audit.services import listed
from cems.base.access_control import AccessRule, Shape
from cems.base.idempotency import once
from cems.base.not_found import or_404
from cems.base.paging import ByKey
from cems.children.access_control import OpenChild, log_read, may_take_away, open_child
from cems.children.choices import HarmContext, RiskLevel
from cems.meetings.choices import Held, RelayedHow
from cems.meetings.services.contribution import Told
from triage.cevt.outcomes import OUTCOMES, Wish
from triage.cevt.selectors.contribution import contributions_about
from triage.cevt.selectors.item import (
    address_of_child,
    is_own,
    item_at,
    items_visible,
    readable_items,
    with_facts,
)
from triage.cevt.selectors.meeting import open_meeting_chaired_by
from triage.cevt.selectors.relayed_contribution import relayed_about
from triage.cevt.serializers import (
    ContributionBody,
    DecisionBody,
    ItemShown,
    ItemWhole,
    RelayedContributionBody,
    Sent,
)
from triage.cevt.services.contribution import contribution_relay, contribution_write
from triage.cevt.services.decision import Ruling, Task, UnseenLevel, decision_make
from triage.models import Item

PARTS = (Part.DECISIONS, Part.OWN_SUBMISSIONS)
KEY = OpenApiParameter(
    "Idempotency-Key",
    OpenApiTypes.UUID,
    OpenApiParameter.HEADER,
    required=True,
    description="The same key with the same body is one decision, however often it is sent.",
)


class Items(ApiView):
    """CEVT's items."""

    access_rule = AccessRule(
        Shape.API, reason="an account lists what CEVT has of its matrices, a member what the forum has"
    )
    read_scope = "matrix:read"

    @extend_schema(
        responses=ItemShown(many=True),
        parameters=[
            OpenApiParameter("open", bool, description="Only those that wait for a decision"),
            OpenApiParameter("cursor", str),
            OpenApiParameter("page_size", int),
        ],
    )
    def get(self, request: Request) -> Response:
        """Items of children in reach whose decisions may be read, and of one's own matrices; newest first."""
        user = acting_user(request)
        rows = items_visible(user, only_open=request.query_params.get("open") in {"true", "1"})
        pages = ByKey()
        pages.ordering = "-pk"
        page: list[Any] = list(readable_items(user, pages.paginate_queryset(rows, request, self) or []))
        listed(user, what="cevt.items", children=[row.child_public_id for row in page])
        return pages.get_paginated_response(ItemShown(page, many=True).data)


class OneItem(ApiView):
    """One item."""

    access_rule = AccessRule(Shape.API, part=PARTS[0], parts=PARTS, about_child=True)
    read_scope = "matrix:read"

    @extend_schema(responses=ItemWhole)
    def get(self, request: Request, public_id: UUID) -> Response:
        """An item with its clock, eligibility and decision; what agencies said only to those at the table."""
        item, opened = _open(request, public_id)
        log_read(cast(Any, request), opened, Part.DECISIONS, item)
        return _whole(item, opened)


class ItemContribution(ApiView):
    """What an agency says."""

    access_rule = AccessRule(
        Shape.API,
        part=Part.CONTRIBUTIONS,
        parts=(Part.CONTRIBUTIONS,),
        work=Work.CONTRIBUTION,
        about_child=True,
    )

    @extend_schema(responses=ItemWhole)
    def get(self, request: Request, public_id: UUID) -> Response:
        """The item with what the person's own agency has said, and its version."""
        item, opened = _open(request, public_id, Part.CONTRIBUTIONS, work=Work.CONTRIBUTION)
        log_read(cast(Any, request), opened, Part.CONTRIBUTIONS, item)
        return _whole(item, opened, agency=acting_user(request).agency_id)

    @extend_schema(request=ContributionBody, responses=ItemWhole)
    def post(self, request: Request, public_id: UUID) -> Response:
        """Save what the person's agency says of the child; a colleague's newer words are never overwritten."""
        item, opened = _open(request, public_id, Part.CONTRIBUTIONS, work=Work.CONTRIBUTION)
        body = ContributionBody(data=request.data)
        body.is_valid(raise_exception=True)
        sent: Sent = body.validated_data
        contribution_write(
            acting_user(request),
            child=opened.child,
            about=item.public_id,
            held=sent["held"],
            text=sent["text"],
            version=sent["version"],
        )
        log_read(cast(Any, request), opened, Part.CONTRIBUTIONS, item)
        return _whole(item, opened, agency=acting_user(request).agency_id)


class ItemRelayedContribution(ApiView):
    """What an agency that is away told."""

    access_rule = AccessRule(
        Shape.API,
        part=Part.CONTRIBUTIONS,
        parts=(Part.CONTRIBUTIONS,),
        work=Work.DECISIONS,
        about_child=True,
    )

    @extend_schema(responses=ItemWhole)
    def get(self, request: Request, public_id: UUID) -> Response:
        """The item with what agencies said and told: what a chair looks at before writing for one."""
        item, opened = _open(request, public_id, Part.CONTRIBUTIONS, work=Work.DECISIONS)
        log_read(cast(Any, request), opened, Part.CONTRIBUTIONS, item)
        return _whole(item, opened)

    @extend_schema(request=RelayedContributionBody, responses=ItemWhole)
    def post(self, request: Request, public_id: UUID) -> Response:
        """Write down what an agency that is away told the chair; the same again is taken once."""
        item, opened = _open(request, public_id, Part.CONTRIBUTIONS, work=Work.DECISIONS)
        body = RelayedContributionBody(data=request.data)
        body.is_valid(raise_exception=True)
        sent: Sent = body.validated_data
        contribution_relay(
            acting_user(request),
            child=opened.child,
            about=item.public_id,
            agency=sent["agency"],
            told=Told(
                Held(sent["held"]),
                sent["text"],
                sent["told_by"],
                RelayedHow(sent["told_how"]),
                sent["told_at"],
            ),
            seen=sent["seen"],
        )
        log_read(cast(Any, request), opened, Part.CONTRIBUTIONS, item)
        return _whole(item, opened)


class ItemDecision(ApiView):
    """The decision."""

    access_rule = AccessRule(
        Shape.API, part=Part.DECISIONS, parts=(Part.DECISIONS,), work=Work.DECISIONS, about_child=True
    )

    @extend_schema(responses=ItemShown)
    def get(self, request: Request, public_id: UUID) -> Response:
        """The item as it stands, with its decision where there is one: what a chair looks at before deciding."""
        item, opened = _open(request, public_id, Part.DECISIONS, work=Work.DECISIONS)
        log_read(cast(Any, request), opened, Part.DECISIONS, item)
        [shown] = with_facts([item], {item.child_id: opened.child}, reading={item.pk})
        return Response(ItemShown(shown).data)

    @extend_schema(request=DecisionBody, responses={201: ItemShown}, parameters=[KEY])
    def post(self, request: Request, public_id: UUID) -> Response:
        """Decide about the child of this item, in the chair's open meeting if there is one; once for a key."""
        user = acting_user(request)
        item, opened = _open(request, public_id, Part.DECISIONS, work=Work.DECISIONS)
        body = DecisionBody(data=request.data)
        body.is_valid(raise_exception=True)
        sent: Sent = body.validated_data
        meeting = open_meeting_chaired_by(user, item.authority_id)

        def perform() -> dict[str, Any]:
            row = decision_make(user, child=opened.child, ruling=_ruling(sent), meeting=meeting)
            return {"decision": str(row.public_id)}

        once(
            user,
            key=key_of(request),
            action="api.decision",
            body=_plain(request.data, public_id),
            perform=perform,
        )
        log_read(cast(Any, request), opened, Part.DECISIONS, item)
        fresh = or_404(item_at(item.public_id))
        [shown] = with_facts([fresh], {item.child_id: opened.child}, reading={item.pk})
        return Response(ItemShown(shown).data, status=201)


def _open(
    request: Request, public_id: UUID, *parts: Part, work: Work | None = None
) -> tuple[Item, OpenChild]:
    """The item for this person, as the pages' access rules open a child. Raises Http404 for a stranger's."""
    item = or_404(item_at(public_id))
    opened = open_child(cast(Any, request), address_of_child(item), parts=parts or PARTS, work=work)
    may_take_away(Shape.API, opened.access)
    if not opened.access.sees(Part.DECISIONS) and not is_own(acting_user(request), item):
        raise Http404
    return item, opened


def _whole(item: Item, opened: OpenChild, *, agency: int | None = None) -> Response:
    """The item with what agencies (or this one) said, and told the chair, for those who may read it."""
    sees = opened.access.sees(Part.CONTRIBUTIONS)
    contributions = contributions_about(item, agency=agency) if sees else []
    relayed = relayed_about(item, agency=agency) if sees else []
    reading = {item.pk} if opened.access.sees(Part.DECISIONS) else set()
    [shown] = with_facts([item], {item.child_id: opened.child}, reading=reading)
    return Response(
        {**ItemWhole({"item": shown, "contributions": contributions, "relayed_contribution": relayed}).data}
    )


def _ruling(sent: Sent) -> Ruling:
    return Ruling(
        level=RiskLevel(sent["level"]),
        rationale=sent["rationale"],
        forms=sorted(set(sent["forms"])),
        contexts=[HarmContext(context) for context in sorted(sent["contexts"])],
        outcomes=[Wish(**{**wish, "kind": OUTCOMES[wish["kind"]]}) for wish in sent["outcomes"]],
        tasks=[
            Task(task["title"], task["person"] if "person" in task else task["team"], task["working_days"])
            for task in sent["tasks"]
        ],
        dissents=[(dissent["agency"], dissent["text"]) for dissent in sent["dissents"]],
        feedback=sent["feedback"],
        seen=sent["seen"],
        seen_level=sent.get("seen_level", UnseenLevel.NOT_SAID),
        returned_because=sent["returned_because"],
    )


def _plain(data: Any, public_id: UUID) -> dict[str, Any]:
    """What was sent, as it came, so that the same key with other content is told apart."""
    return {"item": str(public_id), "sent": data}
