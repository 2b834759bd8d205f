"""What referrals, requests and statutory meetings add to a child's record."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.urls import reverse

from cems.accounts.models import User
from cems.accounts.roles import Part
from cems.base.regimes import HELD, JUDGED
from cems.base.registries import ChildContent, Happening, Panel
from cems.children.doors import OpenChild
from cems.clocks.presentation import present
from plans.models import Referral, Request, StatutoryMeeting

CLOCKED = ("made_by", "clock__owner_user", "clock__owner_team")
SHOWN = 3  # of each kind of paper on the panel


def referrals_of(opened: OpenChild, since: datetime | None) -> Sequence[Referral]:
    """The newest, and those that came or were decided from `since` on; newest first."""
    rows = Referral.objects.filter(child__in=opened.whole).lately(
        since, "received_at", "decided_at", newest=SHOWN
    )
    rows = rows.select_related(*CLOCKED).order_by("-received_at", "-pk")
    return opened.kept(f"plans.referrals {since}", lambda: list(rows))


def _requests(opened: OpenChild, since: datetime | None) -> Sequence[Request]:
    """The newest, and those asked or answered from `since` on; newest first."""
    rows = Request.objects.filter(child__in=opened.whole).lately(
        since, "requested_at", "answered_at", newest=SHOWN
    )
    rows = rows.select_related(*CLOCKED).order_by("-requested_at", "-pk")
    return opened.kept(f"plans.requests {since}", lambda: list(rows))


def _meetings(opened: OpenChild, since: datetime | None) -> Sequence[StatutoryMeeting]:
    """The newest, and those held from `since` on; newest first."""
    rows = StatutoryMeeting.objects.filter(child__in=opened.whole).lately(since, "held_at", newest=SHOWN)
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


def _chronology(opened: OpenChild, since: datetime | None) -> Iterable[Happening]:
    if opened.access.sees(Part.REFERRALS):
        yield from _of_referrals(opened, since)
    if opened.access.sees(Part.STRATEGY):
        yield from _of_strategy(opened, since)


def _of_referrals(opened: OpenChild, since: datetime | None) -> Iterable[Happening]:
    for referral in referrals_of(opened, since):
        yield Happening(
            referral.received_at,
            referral.recorded_at,
            "Referral",
            f"Referred to First Contact ({referral.reference})",
            Part.REFERRALS,
            by_id=referral.made_by_id,
            url=_url("referral", referral, opened),
        )
        if referral.decided_at:
            yield Happening(
                referral.decided_at,
                referral.decided_at,
                "Referral",
                f"{referral.get_outcome_display()} ({referral.reference})",
                Part.REFERRALS,
                text=referral.rationale,
                by_id=referral.decided_by_id,
            )


def _of_strategy(opened: OpenChild, since: datetime | None) -> Iterable[Happening]:
    for request in _requests(opened, since):
        yield Happening(
            request.requested_at,
            request.requested_at,
            "Strategy meeting",
            f"Strategy meeting asked for ({request.reference})",
            Part.STRATEGY,
            by_id=request.made_by_id,
            url=_url("request", request, opened),
        )
        if request.answered_at:
            yield Happening(
                request.answered_at,
                request.answered_at,
                "Strategy meeting",
                f"{request.get_answer_display()} ({request.reference})",
                Part.STRATEGY,
                text=request.answer_why,
                by_id=request.answered_by_id,
            )
    for meeting in _meetings(opened, since):
        yield Happening(
            meeting.held_at,
            meeting.recorded_at,
            "Meeting",
            meeting.get_kind_display(),
            Part.STRATEGY,
            text=meeting.outcome,
            by_id=meeting.recorded_by_id,
        )


def _url(name: str, paper: Referral | Request, opened: OpenChild) -> str:
    """Papers of a record merged into this one are read under it."""
    return reverse(f"plans:{name}", args=[opened.child.public_id, paper.public_id])


def _subject_access(child_ids: Sequence[int]) -> Iterable[dict[str, Any]]:
    for referral in Referral.objects.filter(child__in=child_ids):
        yield {
            "kind": "Referral",
            "reference": referral.reference,
            "received": referral.received_at,
            "outcome": referral.get_outcome_display(),
            "rationale": referral.rationale,
        }
    for request in Request.objects.filter(child__in=child_ids):
        yield {
            "kind": "Request for a strategy meeting",
            "reference": request.reference,
            "requested": request.requested_at,
            "answer": request.get_answer_display(),
            "why": request.answer_why,
        }
    for meeting in StatutoryMeeting.objects.filter(child__in=child_ids):
        yield {
            "kind": "Statutory meeting",
            "meeting": meeting.get_kind_display(),
            "held": meeting.held_at,
            "outcome": meeting.outcome,
        }


def _merge_preview(child_ids: Sequence[int]) -> Iterable[str]:
    open_referrals = Referral.objects.filter(child__in=child_ids, state="open").count()
    if open_referrals > 1:
        yield f"{open_referrals} referrals are open: First Contact decides each."
    open_requests = Request.objects.filter(child__in=child_ids, answer="").count()
    if open_requests > 1:
        yield f"{open_requests} requests for a strategy meeting are open: each needs its answer."


CONTENT = ChildContent(
    app="plans",
    models=(Referral, Request, StatutoryMeeting),
    subject_access=_subject_access,
    retention={
        "Referral": "with the child's record",
        "Request": "with the child's record",
        "StatutoryMeeting": "with the child's record",
    },
    regimes={"Referral": JUDGED, "Request": JUDGED, "StatutoryMeeting": HELD},
    rows={
        "Referral": "Referral",
        "Request for a strategy meeting": "Request",
        "Statutory meeting": "StatutoryMeeting",
    },
    chronology=_chronology,
    merge_preview=_merge_preview,
    panels=(
        Panel(
            "plans.requests",
            "Referrals and strategy meetings",
            Part.REFERRALS,
            "plans/panel.html",
            _panel,
            order=30,
        ),
    ),
)
