"""What triage adds to a child's record."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from cems.accounts.roles import Part
from cems.base.registries import ChildContent, Happening
from cems.children.doors import OpenChild
from triage.models import (
    Allocation,
    Consultation,
    Decision,
    Gathering,
    Hold,
    Inquiry,
    Item,
    NotMade,
    Outcome,
    Waiting,
    Wanted,
)
from triage.panel_allocation import PANEL

MODELS = (
    Item,
    Wanted,
    Decision,
    Outcome,
    Inquiry,
    Gathering,
    Waiting,
    NotMade,
    Allocation,
    Hold,
    Consultation,
)


def _chronology(opened: OpenChild, since: datetime | None) -> Iterable[Happening]:
    if not opened.access.sees(Part.DECISIONS):
        return
    yield from _of_items(opened, since)
    yield from _of_decisions(opened, since)
    yield from _of_allocations(opened, since)


def _of_items(opened: OpenChild, since: datetime | None) -> Iterable[Happening]:
    rows = Item.objects.filter(child__in=opened.whole).lately(since, "received_at", "closed_at")
    for row in rows.select_related("submission", "clock", "raised_by"):
        paper = f" ({row.submission.reference})" if row.submission else ""
        yield Happening(
            row.received_at,
            row.received_at,
            "CEVT",
            f"On CEVT's list: {row.get_kind_display().lower()}{paper}",
            Part.DECISIONS,
            text=row.clock.explanation if row.clock else row.why,
            by=str(row.raised_by or ""),
        )


def _of_decisions(opened: OpenChild, since: datetime | None) -> Iterable[Happening]:
    decisions = Decision.objects.filter(child__in=opened.whole).lately(since, "decided_at")
    for decision in decisions.select_related("agreed", "decided_by").prefetch_related("outcomes"):
        started = ", ".join(row.get_kind_display() for row in decision.outcomes.all())
        yield Happening(
            decision.decided_at,
            decision.recorded_at,
            "CEVT",
            f"CEVT decided ({decision.reference})",
            Part.DECISIONS,
            text=started,
            by=str(decision.decided_by),
        )


def _of_allocations(opened: OpenChild, since: datetime | None) -> Iterable[Happening]:
    allocations = Allocation.objects.filter(child__in=opened.whole).lately(since, "starts_at", "ended_at")
    for row in allocations.select_related("worker", "allocated_by", "ended_by"):
        kind = row.get_kind_display()
        yield Happening(
            row.starts_at,
            row.recorded_at,
            "Allocation",
            f"{kind} allocated: {row.worker}",
            Part.DECISIONS,
            by=str(row.allocated_by),
        )
        if row.ended_at:
            yield Happening(
                row.ended_at,
                row.ended_at,
                "Allocation",
                f"{kind} ended: {row.worker}",
                Part.DECISIONS,
                text=row.ended_why,
                by=str(row.ended_by or ""),
            )


def _subject_access(child_ids: Sequence[int]) -> Iterable[dict[str, Any]]:
    for item in Item.objects.filter(child__in=child_ids).select_related("submission"):
        reference = item.submission.reference if item.submission else ""
        yield {
            "kind": "On CEVT's list",
            "reference": reference,
            "received": item.received_at,
            "why": item.why,
        }
    for wanted in Wanted.objects.filter(child__in=child_ids).select_related("agency"):
        yield {
            "kind": "Information CEVT wanted",
            "asked": wanted.asked_at,
            "agency": str(wanted.agency),
            "what": wanted.what,
            "answer": wanted.answer,
        }
    for row in Decision.objects.filter(child__in=child_ids).select_related("agreed"):
        yield {
            "kind": "CEVT decision",
            "reference": row.reference,
            "decided": row.decided_at,
            "level": row.agreed.get_level_display(),
            "rationale": row.agreed.rationale,
            "feedback": row.feedback,
        }
    for outcome in Outcome.objects.filter(child__in=child_ids).select_related("decision"):
        yield {
            "kind": outcome.get_kind_display(),
            "reference": outcome.decision.reference,
            "why": outcome.why,
        }
    yield from _of_first_contact(child_ids)
    yield from _of_workers(child_ids)


def _of_first_contact(child_ids: Sequence[int]) -> Iterable[dict[str, Any]]:
    for inquiry in Inquiry.objects.filter(child__in=child_ids).select_related("referral"):
        yield {
            "kind": "First Contact's inquiry",
            "reference": inquiry.referral.reference,
            "threshold": inquiry.get_threshold_display(),
            "section 47": inquiry.get_section_47_display(),
            "approach": inquiry.approach_why,
        }
    for row in Gathering.objects.filter(child__in=child_ids).select_related("agency"):
        yield {
            "kind": "Information gathered",
            "agency": str(row.agency),
            "asked": row.asked_at,
            "what": row.what,
            "answer": row.get_answered_display(),
            "text": row.text,
        }


def _of_workers(child_ids: Sequence[int]) -> Iterable[dict[str, Any]]:
    for waiting in Waiting.objects.filter(child__in=child_ids):
        yield {
            "kind": "Waited for a worker",
            "since": waiting.since,
            "ended": waiting.get_ended_how_display(),
            "why": waiting.ended_why,
        }
    for none in NotMade.objects.filter(child__in=child_ids):
        yield {"kind": "No worker for now", "decided": none.at, "why": none.why}
    for hold in Hold.objects.filter(child__in=child_ids).select_related("held_by"):
        yield {"kind": "Held until the next working day", "by": str(hold.held_by), "plan": hold.plan}
    for row in Allocation.objects.filter(child__in=child_ids).select_related("worker"):
        yield {
            "kind": row.get_kind_display(),
            "worker": str(row.worker),
            "from": row.starts_at,
            "until": row.ended_at,
            "why it ended": row.ended_why,
        }
    for talk in Consultation.objects.filter(child__in=child_ids):
        yield {"kind": "Advice asked for", "at": talk.happened_at, "about": talk.about, "given": talk.given}


def _merge_preview(child_ids: Sequence[int]) -> Iterable[str]:
    waiting = Item.objects.filter(child__in=child_ids, closed_at__isnull=True).count()
    if waiting > 1:
        yield f"{waiting} items wait for CEVT: one decision answers all of them."
    workers = Allocation.objects.filter(child__in=child_ids, ended_at__isnull=True).count()
    if workers > 1:
        yield f"{workers} workers are allocated: the ERASE manager decides who stays."


CONTENT = ChildContent(
    app="triage",
    models=MODELS,
    subject_access=_subject_access,
    retention={model.__name__: "with the child's record" for model in MODELS},
    chronology=_chronology,
    merge_preview=_merge_preview,
    panels=(PANEL,),
)
