"""What was done about a few children in the last days: looked into, shared or not, reviewed where nothing was new."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING

from cems.accounts.roles import Part
from cems.audit.choices import LawfulBasis
from cems.base.time import local_date
from cems.children.access.models.assignment import AssignmentKind
from cems.children.access.services.assignment import assignment_make
from cems.children.access.services.disclosure import disclosure_record, disclosure_refuse, document_keep
from cems.children.panels import CHRONOLOGY_PAPER
from demo.data import load
from matrix.choices import AskedKind, Managed
from matrix.models import Review
from matrix.rules.short_review import Asked
from matrix.services.short_review import short_review_send, works_with
from triage.cevt.services.short_review import reviews_note
from triage.models import ReviewToNote

if TYPE_CHECKING:
    from demo.story import Story

# By number, each a child of the present.
AUDITED, REQUESTED, SHARED, NOT_SHARED = 0, 5, 11, 6
NOTED = 16
NOTHING_NEW = frozenset({5, 11, NOTED})  # one waits for CEVT, one for a board, one is noted
ASSIGNED_FOR = timedelta(days=21)


def plan_lately(story: Story) -> None:
    """Plan it for this child; nothing is drawn, so that no other draw moves."""
    number, as_of = story.course.number, story.time.as_of
    if number == AUDITED:
        story.time.at(as_of - timedelta(days=4), partial(_assign, story, "auditor", AssignmentKind.SAMPLE))
    if number == REQUESTED:
        governance, request = "information.governance", AssignmentKind.REQUEST
        story.time.at(as_of - timedelta(days=3), partial(_assign, story, governance, request))
    if number == SHARED:
        story.time.at(as_of - timedelta(days=2), partial(_share, story))
    if number == NOT_SHARED:
        story.time.at(as_of - timedelta(days=5), partial(_keep_back, story))
    if number in NOTHING_NEW:
        story.time.at(as_of - timedelta(hours=50), partial(_nothing_new, story))
    if number == NOTED:
        story.time.at(as_of - timedelta(hours=26), partial(_note, story))


def _assign(story: Story, to: str, kind: AssignmentKind, at: datetime) -> None:
    """First Contact opens the record for an audit, or for a request that somebody made."""
    assignment_make(
        story.cast.person(story.place.front_door),
        child=story.child,
        person=story.cast.person(to),
        kind=kind,
        reference=load("words")["assigned"][kind],
        ends_on=local_date(at + ASSIGNED_FOR),
        at=at,
    )


def _share(story: Story, at: datetime) -> None:
    """The chronology goes to a home outside the partnership; a colleague takes it for their own work."""
    words = load("words")["shared"]
    document, part = CHRONOLOGY_PAPER.url_name, Part.CHRONOLOGY
    disclosure_record(
        story.author,
        child=story.child,
        document=document,
        part=part,
        to=words["to"],
        purpose=words["purpose"],
        lawful_basis=LawfulBasis.PUBLIC_TASK,
        at=at,
    )
    document_keep(story.author, child=story.child, document=document, part=part, purpose=words["own"], at=at)


def _keep_back(story: Story, at: datetime) -> None:
    """Somebody asked, and was not told."""
    words = load("words")["not_shared"]
    disclosure_refuse(story.author, child=story.child, to=words["to"], why=words["why"], at=at)


def _nothing_new(story: Story, at: datetime) -> None:
    """The person who works with the child asked, and nothing was new."""
    review = Review.objects.of(story.child).filter(ended_at__isnull=True).order_by("pk").first()
    if review is None or not works_with(story.author, story.child):
        return
    words = load("words")["nothing_new"]
    short_review_send(
        story.author,
        review=review,
        asked=[
            Asked(AskedKind.CHILD, "", local_date(at), words["child"]),
            Asked(AskedKind.FAMILY, words["who"], local_date(at), words["family"]),
        ],
        managed=Managed.PARTLY,
        managed_words=words["managed"],
        at=at,
    )


def _note(story: Story, at: datetime) -> None:
    """CEVT notes it with the others of its day."""
    waiting = ReviewToNote.objects.of(story.child).filter(ended_at__isnull=True)
    reviews_note(story.cast.person("cevt.chair"), reviews=[row.public_id for row in waiting], at=at)
