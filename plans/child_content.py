"""What referrals, requests and statutory meetings add to a child's record."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.db.models import Q
from django.urls import reverse

from cems.accounts.models import User
from cems.accounts.roles import Part
from cems.base.kept import BY_WHOM, INTERNAL, OWN_ROW, WITH_RECORD, WRITTEN, Counted, Kept
from cems.base.regimes import HELD, JUDGED
from cems.base.time import local_date
from cems.children.access_control import OpenChild
from cems.children.choices import RiskLevel
from cems.children.slots import ChronologyEntry, NavigationItem, NowLine, Panel
from cems.clocks.presentation import present
from plans.models import Referral, Request, StatutoryMeeting
from plans.selectors.meeting import newest_view

CLOCKED = ("made_by", "clock__owner_user", "clock__owner_team")
SHOWN = 3  # of each kind of paper on the panel


def referrals_of(opened: OpenChild, since: datetime | None) -> Sequence[Referral]:
    """The newest, and those that came or were decided from `since` on; newest first."""
    rows = Referral.objects.filter(child__in=opened.cluster).lately(
        since, "received_at", "decided_at", newest=SHOWN
    )
    rows = rows.select_related(*CLOCKED).order_by("-received_at", "-pk")
    return opened.kept(f"plans.referrals {since}", lambda: list(rows))


def _requests(opened: OpenChild, since: datetime | None) -> Sequence[Request]:
    """The newest, and those asked or answered from `since` on; newest first."""
    rows = Request.objects.filter(child__in=opened.cluster).lately(
        since, "requested_at", "answered_at", newest=SHOWN
    )
    rows = rows.select_related(*CLOCKED).order_by("-requested_at", "-pk")
    return opened.kept(f"plans.requests {since}", lambda: list(rows))


def _meetings(opened: OpenChild, since: datetime | None) -> Sequence[StatutoryMeeting]:
    """The newest, and those held from `since` on; newest first."""
    rows = StatutoryMeeting.objects.filter(child__in=opened.cluster, superseded_by__isnull=True).lately(
        since, "held_at", newest=SHOWN
    )
    return opened.kept(f"plans.meetings {since}", lambda: list(rows.order_by("-held_at", "-pk")))


def _panel(user: User, opened: OpenChild) -> dict[str, Any] | None:
    since = opened.year_ago
    referrals = referrals_of(opened, since)[:SHOWN]
    requests = _requests(opened, since)[:SHOWN]
    meetings = _meetings(opened, since)[:SHOWN]
    if not (referrals or requests or meetings):
        return None
    return {
        "referrals": [(row, present(row.clock, opened.at)) for row in referrals],
        "requests": [(row, present(row.clock, opened.at)) for row in requests],
        "meetings": meetings,
    }


def chronology(opened: OpenChild, since: datetime | None) -> Iterable[ChronologyEntry]:
    if opened.access.sees(Part.REFERRALS):
        yield from _of_referrals(opened, since)
    if opened.access.sees(Part.STRATEGY):
        yield from _of_strategy(opened, since)


def _of_referrals(opened: OpenChild, since: datetime | None) -> Iterable[ChronologyEntry]:
    for referral in referrals_of(opened, since):
        yield ChronologyEntry(
            referral.received_at,
            referral.recorded_at,
            "Referral",
            f"Referred to First Contact ({referral.reference})",
            Part.REFERRALS,
            by_id=referral.made_by_id,
            url=_url("referral", referral, opened),
        )
        if referral.decided_at:
            yield ChronologyEntry(
                referral.decided_at,
                referral.decided_at,
                "Referral",
                f"{referral.outcome_label} ({referral.reference})",
                Part.REFERRALS,
                text=referral.rationale,
                by_id=referral.decided_by_id,
            )


def _of_strategy(opened: OpenChild, since: datetime | None) -> Iterable[ChronologyEntry]:
    for request in _requests(opened, since):
        yield ChronologyEntry(
            request.requested_at,
            request.requested_at,
            "Strategy meeting",
            f"Strategy meeting asked for ({request.reference})",
            Part.STRATEGY,
            by_id=request.made_by_id,
            url=_url("request", request, opened),
        )
        if request.answered_at:
            yield ChronologyEntry(
                request.answered_at,
                request.answered_at,
                "Strategy meeting",
                f"{request.get_answer_display()} ({request.reference})",
                Part.STRATEGY,
                text=request.answer_why,
                by_id=request.answered_by_id,
            )
    for meeting in _meetings(opened, since):
        yield ChronologyEntry(
            meeting.held_at,
            meeting.recorded_at,
            "Meeting",
            meeting.get_kind_display(),
            Part.STRATEGY,
            text=meeting_words(meeting),
            by_id=meeting.recorded_by_id,
            url=reverse("plans:meetings", args=[opened.child.public_id]),
        )


def meeting_words(row: StatutoryMeeting) -> str:
    """What a meeting decided, who was there, which level it saw; a correction with its reason."""
    words = [row.outcome]
    if row.attended:
        words.append(f"There: {row.attended}")
    if row.level_view is not None:
        words.append(f"The meeting saw {row.get_level_view_display()}; it agrees no level.")
    if row.corrected_why:
        words.append(f"Corrects what was recorded before: {row.corrected_why}")
    return "\n".join(words)


def _view_line(opened: OpenChild) -> tuple[str, str, str] | None:
    """The level that the newest meeting saw, while no forum has agreed one since."""
    row = newest_view(opened)
    if row is None:
        return None
    agreed = opened.child.current_level
    beside = f"Agreed: {RiskLevel(agreed.level).label}." if agreed else "No forum has agreed a level."
    saw = (
        f"{row.get_kind_display()} of {local_date(row.held_at):%-d %B %Y} saw {row.get_level_view_display()}."
    )
    return "A meeting’s view", f"{saw} {beside}", reverse("plans:meetings", args=[opened.child.public_id])


def _url(name: str, paper: Referral | Request, opened: OpenChild) -> str:
    """Papers of a record merged into this one are read under it."""
    return reverse(f"plans:{name}", args=[opened.child.public_id, paper.public_id])


ROWS = (
    Kept(
        Referral,
        title="Referral",
        retention=WITH_RECORD,
        basis=JUDGED,
        columns={
            "reference": "reference",
            "received": "received_at",
            "agency": "agency",
            "concern": "concern",
            "informed": "informed",
            "why not informed": "not_informed_why",
            "assessment form": "saf_reference",
            "outcome": "outcome_label",
            "decided": "decided_at",
            "rationale": "rationale",
        },
        left_out={
            "names a person who may not wish the family to know": ("referrer",),
            WRITTEN: ("recorded_at",),
            BY_WHOM: ("made_by", "decided_by"),
            INTERNAL: ("source", "state", "clock", "outcome"),
        },
        third_party=True,  # the concern is told in the words of the person who referred
        at_merge=Counted(
            Q(state="open"),
            lambda count: f"{count} referrals are open: First Contact decides each.",
            least=2,
        ),
    ),
    Kept(
        Request,
        title="Request for a strategy meeting",
        retention=WITH_RECORD,
        basis=JUDGED,
        columns={
            "meeting": "kind",
            "reference": "reference",
            "requested": "requested_at",
            "answer": "answer",
            "answered": "answered_at",
            "why": "answer_why",
        },
        left_out={BY_WHOM: ("made_by", "answered_by"), INTERNAL: ("source", "clock")},
        at_merge=Counted(
            Q(answer=""),
            lambda count: f"{count} requests for a strategy meeting are open: each needs its answer.",
            least=2,
        ),
    ),
    Kept(
        StatutoryMeeting,
        title="Statutory meeting",
        retention=WITH_RECORD,
        basis=HELD,
        columns={
            "meeting": "kind",
            "held": "held_at",
            "who was there": "attended",
            "outcome": "outcome",
            "the level it saw": "level_view",
            "the review it belongs to was due": "review_due_on",
            "why it was corrected": "corrected_why",
        },
        left_out={
            OWN_ROW: ("answers", "review"),
            "a correction and what it corrects are both shown": ("supersedes",),
            WRITTEN: ("recorded_at",),
            BY_WHOM: ("recorded_by",),
        },
        third_party=True,  # names those who were there
    ),
)
TAB = NavigationItem("Meetings", "plans:meetings", Part.STRATEGY)
VIEW_LINE = NowLine("plans.level_view", Part.STRATEGY, _view_line)
PANEL = Panel("plans.requests", "Referrals and strategy meetings", Part.REFERRALS, "plans/panel.html", _panel)
