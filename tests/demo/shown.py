"""What the demonstration shows at least once: placements, boards, ages, records, schools, what children say."""

from datetime import datetime

from ceg.choices import Left
from ceg.models import BoardEntry, BoardReview
from cems.accounts.models import Agency, Authority, Delegation, User
from cems.audit.choices import Verb
from cems.audit.models import Entry
from cems.base.time import local_date
from cems.children.access.models.assignment import Assignment, AssignmentKind
from cems.children.choices import PRESUMED_CHILD, ConcernStep
from cems.children.history.models.involvement import Involvement, InvolvementState
from cems.children.models import AgeDecision, Child, Feedback, Merge, PlacedConcern, Placement, School
from cems.meetings.choices import NoteKind
from cems.meetings.models import Dissent, Note
from triage.cevt.outcomes import ADVICE, NOT_CEG
from triage.choices import ReviewEnd
from triage.models import Absence, Decision, Outcome, ReviewToNote


def everything_is_shown(as_of: datetime) -> None:
    """Raises AssertionError for the first thing a person who looks round would not meet."""
    _placements(as_of)
    _ages_and_records()
    _schools_and_offices()
    _cover(as_of)
    _forums()
    _lately(as_of)
    assert Feedback.objects.exclude(changed="").exists()
    assert Feedback.objects.filter(whose="child").count() >= 3


def _placements(as_of: datetime) -> None:
    day = local_date(as_of)
    running = [row for row in Placement.objects.all() if row.runs_on(day)]
    assert any(row.placed_by_id != row.area_id == row.child.area_id for row in running), (
        "placed here by another"
    )
    ours = [row for row in running if row.placed_by_id == row.child.authority_id != row.area_id]
    assert [row.child.area_id for row in ours] == [row.area_id for row in ours] != []
    assert Placement.objects.filter(starts_on__gt=day, moved_in_at__isnull=True).exists(), "notice before"
    ended = Placement.objects.get(ends_on__lt=day)
    assert ended.child.area_id == ended.home_area_id != ended.area_id, "back home"
    assert ended.child.locality_id == ended.home_locality_id is not None
    assert PlacedConcern.objects.filter(steps__kind=ConcernStep.TOLD).exists(), "the authority is told"


def _ages_and_records() -> None:
    every = Child.objects.unscoped("a test looks at the demonstration's children")
    assert every.filter(birth_date_known__in=PRESUMED_CHILD).count() == 1, "one age is open"
    assert AgeDecision.objects.get().child.birth_date_known == "exact"
    assert Merge.objects.filter(undone_at__isnull=True).count() == 1
    apart = Merge.objects.exclude(undone_at=None).get()
    assert apart.undone_why and apart.other.merged_into_id is None


def _schools_and_offices() -> None:
    assert School.objects.filter(team__isnull=False).count() == 4
    every = Child.objects.unscoped("a test looks at the demonstration's children")
    alone = every.get(school__isnull=True, listed_school__isnull=False)
    assert alone.learns_at.startswith("Invented School Fellside")
    assert not every.filter(school__isnull=False, listed_school__isnull=True).exists()
    assert Agency.objects.filter(safeguarding_lead__isnull=False).count() >= 3
    assert Authority.objects.exclude(phone="").exclude(night_phone="").exists()


def _cover(as_of: datetime) -> None:
    cover, away = Delegation.objects.get(), Absence.objects.get()
    assert (cover.appointment.user_id, cover.starts_on, cover.ends_on) == (
        away.user_id,
        away.starts_on,
        away.ends_on,
    )
    assert User.objects.get(email="ce.worker.third@demo.cems.example").pk == cover.deputy_id


def _lately(as_of: datetime) -> None:
    claims = Involvement.objects.filter(state=InvolvementState.CLAIMED)
    assert claims.exists() and not claims.filter(claim_why="").exists(), "claims say why"
    kinds = set(Assignment.objects.filter(until__gt=as_of).values_list("kind", flat=True))
    assert {AssignmentKind.SAMPLE, AssignmentKind.REQUEST} <= kinds
    for verb in (Verb.DISCLOSED, Verb.EXPORTED, Verb.NOT_SHARED):
        assert Entry.objects.filter(verb=verb).exclude(reason="").exists(), verb
    waiting = ReviewToNote.objects.filter(ended_at__isnull=True)
    assert waiting.exists() and ReviewToNote.objects.filter(ended_how=ReviewEnd.NOTED).exists()
    assert all(row.short_review.asked.exists() for row in waiting)


def _forums() -> None:
    kinds = set(Outcome.objects.values_list("kind", flat=True))
    assert {ADVICE.key, NOT_CEG.key} <= kinds
    assert not Decision.objects.filter(feedback="").exists(), "words for whoever sent it"
    assert Dissent.objects.exists()
    assert BoardEntry.objects.filter(left_how=Left.MOVED).exclude(left_why="").exists(), "handed over"
    assert BoardReview.objects.filter(next_on__isnull=False).exists(), "kept on the board"
    assert BoardReview.objects.exclude(note="").exists(), "stepped out with a note"
    for kind in NoteKind:
        texts = set(Note.objects.filter(kind=kind).values_list("text", flat=True))
        assert len(texts) >= 2, "followed over time"
