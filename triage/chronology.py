"""What triage tells in a child's chronology (C5)."""

from collections.abc import Iterable
from datetime import datetime

from django.urls import reverse

from cems.accounts.roles import Part
from cems.base.time import local_date
from cems.children.access_control import OpenChild
from cems.children.choices import RiskLevel
from cems.children.chronology.entries import noon
from cems.children.slots import ChronologyEntry
from triage.cevt.outcomes import kind_of
from triage.choices import LowEnd, ReviewEnd
from triage.first_contact.selectors.enquiry import may_read_answers
from triage.models import (
    AgencyEnquiry,
    Allocation,
    AllocationDeclined,
    Decision,
    Item,
    LaterFinding,
    LowMatrix,
    ReferralAssessment,
    ReviewToNote,
)


def chronology(opened: OpenChild, since: datetime | None) -> Iterable[ChronologyEntry]:
    if opened.access.sees(Part.REFERRALS):
        yield from _of_enquiry(opened, since)
        yield from _of_held_below(opened, since)
        yield from _of_later_findings(opened, since)
    if not opened.access.sees(Part.DECISIONS):
        return
    yield from _of_items(opened, since)
    yield from _of_reviews(opened, since)
    yield from _of_low_matrices(opened, since)
    yield from _of_decisions(opened, since)
    yield from _of_allocations(opened, since)
    yield from _of_declined(opened, since)


def _of_enquiry(opened: OpenChild, since: datetime | None) -> Iterable[ChronologyEntry]:
    reads = may_read_answers(opened.access)
    rows = AgencyEnquiry.objects.filter(child__in=opened.cluster).lately(since, "asked_at", "answered_at")
    for row in rows.select_related("agency", "asked_by", "answered_by", "referral"):
        yield ChronologyEntry(
            row.asked_at,
            row.asked_at,
            "Referral",
            f"First Contact asked {row.agency} ({row.referral.reference})",
            Part.REFERRALS,
            text=row.what if reads else "",
            by=str(row.asked_by),
        )
        if row.answered_at:
            yield ChronologyEntry(
                row.answered_at,
                row.answered_at,
                "Referral",
                f"{row.agency}: {row.get_answered_display().lower()} ({row.referral.reference})",
                Part.REFERRALS,
                text=row.text if reads else "",
                by=str(row.answered_by),
            )


def _of_held_below(opened: OpenChild, since: datetime | None) -> Iterable[ChronologyEntry]:
    """A child at Significant decided below it, with the manager's reason (M5)."""
    rows = ReferralAssessment.objects.filter(child__in=opened.cluster).exclude(below_why="")
    for row in rows.lately(since, "referral__decided_at").select_related("referral", "below_manager"):
        if row.referral.decided_at:
            yield ChronologyEntry(
                row.referral.decided_at,
                row.referral.decided_at,
                "Referral",
                f"Decided below Significant ({row.referral.reference}): {row.referral.outcome_label}",
                Part.REFERRALS,
                text=row.below_why,
                by=str(row.below_manager),
            )


def _of_later_findings(opened: OpenChild, since: datetime | None) -> Iterable[ChronologyEntry]:
    """What was found once a referral was decided, on its own day."""
    rows = LaterFinding.objects.filter(child__in=opened.cluster).lately(
        since and local_date(since), "found_on"
    )
    for row in rows.select_related("referral"):
        yield ChronologyEntry(
            noon(row.found_on),
            row.recorded_at,
            "Referral",
            f"{row.get_kind_display()} ({row.referral.reference})"
            + (", recorded in error" if row.withdrawn_at else ""),
            Part.REFERRALS,
            text=f"{row.text}\nRecorded in error: {row.withdrawn_why}" if row.withdrawn_at else row.text,
            by_id=row.recorded_by_id,
            url=reverse("plans:referral", args=[opened.child.public_id, row.referral.public_id]),
        )


def _of_items(opened: OpenChild, since: datetime | None) -> Iterable[ChronologyEntry]:
    rows = Item.objects.filter(child__in=opened.cluster).lately(since, "received_at", "closed_at")
    for row in rows.select_related("submission", "clock"):
        paper = f" ({row.submission.reference})" if row.submission else ""
        yield ChronologyEntry(
            row.received_at,
            row.received_at,
            "CEVT",
            f"On CEVT's list: {row.get_kind_display().lower()}{paper}",
            Part.DECISIONS,
            text=row.clock.explanation if row.clock else row.why,
            by_id=row.raised_by_id,
        )


def _of_reviews(opened: OpenChild, since: datetime | None) -> Iterable[ChronologyEntry]:
    """Who noted a review where nothing was new, or took it out to be discussed."""
    rows = ReviewToNote.objects.filter(child__in=opened.cluster, ended_at__isnull=False)
    rows = rows.exclude(ended_how=ReviewEnd.LEVEL).lately(since, "ended_at")
    for row in rows.select_related("short_review"):
        reference, ended = row.short_review.reference, row.ended_at or row.received_at
        noted = row.ended_how == ReviewEnd.NOTED
        yield ChronologyEntry(
            ended,
            ended,
            "CEVT",
            f"CEVT noted the review {reference}" if noted else f"CEVT is to discuss the review {reference}",
            Part.DECISIONS,
            by_id=row.ended_by_id,
        )


def _of_low_matrices(opened: OpenChild, since: datetime | None) -> Iterable[ChronologyEntry]:
    """Who looked at a matrix at Low or None, and what they noted."""
    rows = LowMatrix.objects.filter(child__in=opened.cluster, ended_how=LowEnd.LOOKED_AT)
    for row in rows.lately(since, "ended_at").select_related("submission"):
        ended = row.ended_at or row.received_at
        title = f"CEVT has looked at {row.submission.reference} ({row.submission.get_level_display()})"
        yield ChronologyEntry(
            ended, ended, "CEVT", title, Part.DECISIONS, text=row.note, by_id=row.ended_by_id
        )


def _of_decisions(opened: OpenChild, since: datetime | None) -> Iterable[ChronologyEntry]:
    decisions = Decision.objects.filter(child__in=opened.cluster).lately(since, "decided_at")
    outcomes = ("outcomes__locality", "outcomes__provider", "outcomes__advice")
    for decision in decisions.select_related("agreed").prefetch_related(*outcomes):
        yield ChronologyEntry(
            decision.decided_at,
            decision.recorded_at,
            "CEVT",
            f"CEVT agreed {RiskLevel(decision.agreed.level).label} ({decision.reference})",
            Part.DECISIONS,
            text=_decision_words(decision),
            by_id=decision.decided_by_id,
        )


def _decision_words(decision: Decision) -> str:
    """Why, what follows with its reasons and advice, and whether it waits for its confirmation."""
    rows = sorted(decision.outcomes.all(), key=lambda row: row.pk)
    provisional = f"Provisional: {decision.provisional_why}." if decision.provisional else ""
    return "\n".join(
        filter(None, [decision.agreed.rationale, *(kind_of(row).minute(row) for row in rows), provisional])
    )


def _of_allocations(opened: OpenChild, since: datetime | None) -> Iterable[ChronologyEntry]:
    allocations = Allocation.objects.filter(child__in=opened.cluster).lately(since, "starts_at", "ended_at")
    for row in allocations.select_related("worker"):
        kind = row.get_kind_display()
        yield ChronologyEntry(
            row.starts_at,
            row.recorded_at,
            "Allocation",
            f"{kind} allocated: {row.worker}",
            Part.DECISIONS,
            by_id=row.allocated_by_id,
        )
        if row.ended_at:
            yield ChronologyEntry(
                row.ended_at,
                row.ended_at,
                "Allocation",
                f"{kind} {'undone' if row.undone else 'ended'}: {row.worker}",
                Part.DECISIONS,
                text=row.ended_why,
                by_id=row.ended_by_id,
            )


def _of_declined(opened: OpenChild, since: datetime | None) -> Iterable[ChronologyEntry]:
    for row in (
        AllocationDeclined.objects.filter(child__in=opened.cluster).lately(since, "at").select_related("by")
    ):
        title = f"No {row.get_kind_display().lower()} for now"
        yield ChronologyEntry(
            row.at, row.at, "Allocation", title, Part.DECISIONS, text=row.why, by=str(row.by)
        )
