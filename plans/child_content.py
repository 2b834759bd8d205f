"""What referrals, requests and statutory meetings add to a child's record."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from django.urls import reverse

from cems.accounts.models import User
from cems.accounts.roles import Part
from cems.base.registries import ChildContent, Happening, Panel
from cems.base.time import now
from cems.children.models import Child
from cems.clocks.presentation import present
from plans.models import Referral, Request, StatutoryMeeting


def _panel(user: User, child: Child) -> dict[str, Any] | None:
    joined = ("made_by", "clock__owner_user", "clock__owner_team")
    referrals = list(Referral.objects.of(child).select_related(*joined).order_by("-received_at")[:3])
    requests = list(Request.objects.of(child).select_related(*joined).order_by("-requested_at")[:3])
    meetings = list(StatutoryMeeting.objects.of(child).order_by("-held_at")[:3])
    if not (referrals or requests or meetings):
        return None
    instant = now()
    return {
        "referrals": [(row, present(row.clock, instant)) for row in referrals],
        "requests": [(row, present(row.clock, instant)) for row in requests],
        "meetings": meetings,
    }


def _chronology(child_ids: Sequence[int]) -> Iterable[Happening]:
    records = Child.objects.unscoped("addresses of papers on a chronology that is open").filter(
        pk__in=child_ids
    )
    rows = list(records.values_list("pk", "public_id", "merged_into"))
    known = {pk: public_id for pk, public_id, _ in rows}
    roots = {pk: known.get(root or pk, public_id) for pk, public_id, root in rows}
    for referral in Referral.objects.filter(child__in=child_ids).select_related("made_by", "decided_by"):
        yield Happening(
            referral.received_at,
            referral.recorded_at,
            "Referral",
            f"Referred to First Contact ({referral.reference})",
            Part.REFERRALS,
            by=str(referral.made_by),
            url=_url("referral", referral, roots),
        )
        if referral.decided_at:
            yield Happening(
                referral.decided_at,
                referral.decided_at,
                "Referral",
                f"{referral.get_outcome_display()} ({referral.reference})",
                Part.REFERRALS,
                text=referral.rationale,
                by=str(referral.decided_by),
            )
    requests = Request.objects.filter(child__in=child_ids).select_related("made_by", "answered_by")
    for request in requests:
        yield Happening(
            request.requested_at,
            request.requested_at,
            "Strategy meeting",
            f"Strategy meeting asked for ({request.reference})",
            Part.STRATEGY,
            by=str(request.made_by),
            url=_url("request", request, roots),
        )
        if request.answered_at:
            yield Happening(
                request.answered_at,
                request.answered_at,
                "Strategy meeting",
                f"{request.get_answer_display()} ({request.reference})",
                Part.STRATEGY,
                text=request.answer_why,
                by=str(request.answered_by),
            )
    for meeting in StatutoryMeeting.objects.filter(child__in=child_ids).select_related("recorded_by"):
        yield Happening(
            meeting.held_at,
            meeting.recorded_at,
            "Meeting",
            meeting.get_kind_display(),
            Part.STRATEGY,
            text=meeting.outcome,
            by=str(meeting.recorded_by),
        )


def _url(name: str, paper: Referral | Request, roots: Mapping[int, UUID]) -> str:
    return reverse(f"plans:{name}", args=[roots[paper.child_id], paper.public_id])


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
            "kind": meeting.get_kind_display(),
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
