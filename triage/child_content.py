"""What triage adds to a child's record."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.urls import reverse

from cems.accounts.models import User
from cems.accounts.roles import Part, Work
from cems.base.regimes import AGREED, ARRANGED, JUDGED
from cems.base.registries import ChildContent, Happening, Panel
from cems.children.doors import OpenChild
from plans.child_content import referrals_of
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
from triage.panel_cevt import PANEL as CEVT_PANEL
from triage.selectors.gathering import gathered, may_read_answers

# What a decision or an entry of the log took from the library stands with it, so it is kept and shown with it.
ADVISED = (Outcome.advice.through, Consultation.advice.through)
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
    *ADVISED,
)
ROWS = {
    "On CEVT's list": "Item",
    "Information CEVT wanted": "Wanted",
    "CEVT decision": "Decision",
    "CEVT outcome": "Outcome",
    "First Contact's inquiry": "Inquiry",
    "Information gathered": "Gathering",
    "Waited for a worker": "Waiting",
    "No worker allocated": "NotMade",
    "Allocated worker": "Allocation",
    "Held until the next working day": "Hold",
    "Advice asked for": "Consultation",
}


def _first_contact_panel(user: User, opened: OpenChild) -> dict[str, Any] | None:
    """What First Contact asked and found of the newest referral; and for First Contact, a new one."""
    newest = next(iter(referrals_of(opened, opened.year_ago)), None)
    found = gathered(newest, opened.access, opened.at) if newest else None
    may_refer = opened.access.may(Work.REFERRALS) and (newest is None or newest.outcome)
    known = found is not None and (found.asked or found.inquiry)
    if not (known or may_refer):
        return None
    return {
        "referral": newest if known else None,
        "gathered": found,
        "refer_url": reverse("triage:refer", args=[opened.child.public_id]) if may_refer else "",
    }


def _chronology(opened: OpenChild, since: datetime | None) -> Iterable[Happening]:
    if opened.access.sees(Part.REFERRALS):
        yield from _of_gathering(opened, since)
    if not opened.access.sees(Part.DECISIONS):
        return
    yield from _of_items(opened, since)
    yield from _of_decisions(opened, since)
    yield from _of_allocations(opened, since)
    yield from _of_not_made(opened, since)


def _of_gathering(opened: OpenChild, since: datetime | None) -> Iterable[Happening]:
    reads = may_read_answers(opened.access)
    rows = Gathering.objects.filter(child__in=opened.whole).lately(since, "asked_at", "answered_at")
    for row in rows.select_related("agency", "asked_by", "answered_by", "referral"):
        yield Happening(
            row.asked_at,
            row.asked_at,
            "Referral",
            f"First Contact asked {row.agency} ({row.referral.reference})",
            Part.REFERRALS,
            text=row.what if reads else "",
            by=str(row.asked_by),
        )
        if row.answered_at:
            yield Happening(
                row.answered_at,
                row.answered_at,
                "Referral",
                f"{row.agency}: {row.get_answered_display().lower()} ({row.referral.reference})",
                Part.REFERRALS,
                text=row.text if reads else "",
                by=str(row.answered_by),
            )


def _of_items(opened: OpenChild, since: datetime | None) -> Iterable[Happening]:
    rows = Item.objects.filter(child__in=opened.whole).lately(since, "received_at", "closed_at")
    for row in rows.select_related("submission", "clock"):
        paper = f" ({row.submission.reference})" if row.submission else ""
        yield Happening(
            row.received_at,
            row.received_at,
            "CEVT",
            f"On CEVT's list: {row.get_kind_display().lower()}{paper}",
            Part.DECISIONS,
            text=row.clock.explanation if row.clock else row.why,
            by_id=row.raised_by_id,
        )


def _of_decisions(opened: OpenChild, since: datetime | None) -> Iterable[Happening]:
    decisions = Decision.objects.filter(child__in=opened.whole).lately(since, "decided_at")
    for decision in decisions.prefetch_related("outcomes"):
        started = ", ".join(row.get_kind_display() for row in decision.outcomes.all())
        yield Happening(
            decision.decided_at,
            decision.recorded_at,
            "CEVT",
            f"CEVT decided ({decision.reference})",
            Part.DECISIONS,
            text=started,
            by_id=decision.decided_by_id,
        )


def _of_allocations(opened: OpenChild, since: datetime | None) -> Iterable[Happening]:
    allocations = Allocation.objects.filter(child__in=opened.whole).lately(since, "starts_at", "ended_at")
    for row in allocations.select_related("worker"):
        kind = row.get_kind_display()
        yield Happening(
            row.starts_at,
            row.recorded_at,
            "Allocation",
            f"{kind} allocated: {row.worker}",
            Part.DECISIONS,
            by_id=row.allocated_by_id,
        )
        if row.ended_at:
            yield Happening(
                row.ended_at,
                row.ended_at,
                "Allocation",
                f"{kind} ended: {row.worker}",
                Part.DECISIONS,
                text=row.ended_why,
                by_id=row.ended_by_id,
            )


def _of_not_made(opened: OpenChild, since: datetime | None) -> Iterable[Happening]:
    for row in NotMade.objects.filter(child__in=opened.whole).lately(since, "at").select_related("by"):
        title = f"No {row.get_kind_display().lower()} for now"
        yield Happening(row.at, row.at, "Allocation", title, Part.DECISIONS, text=row.why, by=str(row.by))


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
    outcomes = Outcome.objects.filter(child__in=child_ids).select_related("decision")
    for outcome in outcomes.prefetch_related("advice"):
        yield {
            "kind": "CEVT outcome",
            "outcome": outcome.get_kind_display(),
            "reference": outcome.decision.reference,
            "why": outcome.why,
            "advice": "; ".join(one.title for one in outcome.advice.all()),
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
        yield {"kind": "No worker allocated", "decided": none.at, "why": none.why}
    for hold in Hold.objects.filter(child__in=child_ids).select_related("held_by"):
        yield {"kind": "Held until the next working day", "by": str(hold.held_by), "plan": hold.plan}
    for row in Allocation.objects.filter(child__in=child_ids).select_related("worker"):
        yield {
            "kind": "Allocated worker",
            "as": row.get_kind_display(),
            "worker": str(row.worker),
            "from": row.starts_at,
            "until": row.ended_at,
            "why it ended": row.ended_why,
        }
    for talk in Consultation.objects.filter(child__in=child_ids).prefetch_related("advice"):
        yield {
            "kind": "Advice asked for",
            "at": talk.happened_at,
            "about": talk.about,
            "given": talk.given,
            "advice": "; ".join(one.title for one in talk.advice.all()),
        }


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
    regimes={
        "Item": ARRANGED,
        "Wanted": ARRANGED,
        "Decision": AGREED,
        "Outcome": AGREED,
        "Inquiry": JUDGED,
        "Gathering": JUDGED,
        "Waiting": ARRANGED,
        "NotMade": AGREED,
        "Allocation": ARRANGED,
        "Hold": ARRANGED,
        "Consultation": JUDGED,
        "Outcome_advice": AGREED,
        "Consultation_advice": JUDGED,
    },
    rows=ROWS,
    chronology=_chronology,
    merge_preview=_merge_preview,
    panels=(
        Panel(
            "triage.first_contact",
            "First Contact",
            Part.REFERRALS,
            "triage/first_contact/panel.html",
            _first_contact_panel,
            order=31,
        ),
        CEVT_PANEL,
        PANEL,
    ),
)
