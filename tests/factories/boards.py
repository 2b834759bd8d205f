"""Builders for the locality boards: a chair, a child CEVT put on the board, what a board agrees."""

from datetime import date, datetime, timedelta

from ceg.models import BoardEntry, BoardReview
from ceg.services.review import Agreement, review_record
from cems.accounts.models import Locality, User
from cems.base.calendar import next_working_day
from cems.base.months import add_months
from cems.base.time import local_date, now
from cems.children.choices import RiskLevel
from cems.children.models import Child, Status
from matrix.unread import last_entered
from tests.factories.matrices import submit
from tests.factories.people import make_locality, make_user
from tests.factories.triage import make_chair, ruling, waiting_child
from triage.cevt.outcomes import Wish
from triage.cevt.services.decision import decision_make
from triage.cevt.services.item import item_raise
from triage.models import Decision, Item


def make_board_chair(locality: Locality | None = None, **kw: object) -> User:
    """The chair of a locality's board, East's unless told."""
    return make_user("ceg_chair", locality=locality or make_locality("east"), **kw)  # type: ignore[arg-type]


def receive(child: Child, *, level: RiskLevel, at: datetime) -> Item:
    """A matrix of a child whom services know, which CEVT owes a level."""
    return Item.objects.get(submission=submit(make_user(), child, level, at=at))


def put_on_board(
    child: Child,
    *,
    level: RiskLevel = RiskLevel.SIGNIFICANT,
    outcomes: tuple[Wish, ...] = (),
    by: User | None = None,
    at: datetime | None = None,
) -> BoardEntry:
    """A matrix came, and CEVT sent the child to the board of their locality."""
    instant = at or now() - timedelta(days=1)
    known = Status.objects.filter(child=child, ends_on__isnull=True).exists()
    begin = receive if known else waiting_child
    item = begin(child, level=level, at=instant - timedelta(hours=1))
    decision_make(by or make_chair(), child=child, ruling=ruling(item, level, outcomes=outcomes), at=instant)
    return BoardEntry.objects.select_related("child", "locality", "clock").get(
        child=child, left_at__isnull=True
    )


def cevt_decides(
    child: Child,
    level: RiskLevel,
    *,
    outcomes: tuple[Wish, ...] = (),
    by: User | None = None,
    at: datetime | None = None,
    **more: object,
) -> Decision:
    """Somebody raised a child at CEVT who has a matrix already, and CEVT decided with that before it."""
    item = item_raise(make_user(), child=child, why="A worry without a new matrix.", at=at)
    last = last_entered(child)
    made = ruling(item, level, outcomes=outcomes, seen=last.public_id if last else None, **more)
    return decision_make(by or make_chair(), child=child, ruling=made, at=at)


def month_on(at: datetime) -> date:
    """A working day about a month later, as a board sets it."""
    return next_working_day(add_months(local_date(at), 1))


def agreement(child: Child, level: RiskLevel = RiskLevel.SIGNIFICANT, **kw: object) -> Agreement:
    """What a board agrees that has read everything: at Significant the child stays, else is stepped out."""
    fresh = Child.objects.unscoped("a builder reads the level of now").select_related("current_level")
    level_now = fresh.get(pk=child.pk).current_level
    last = last_entered(child)
    stays = level is RiskLevel.SIGNIFICANT
    fields: dict[str, object] = {
        "rationale": "What the board saw.",
        "stays": stays,
        "next_on": month_on(now()) if stays else None,
        "note": "" if stays else "Keep the weekly visits, and come back if debts are named again.",
        "seen": last.public_id if last else None,
        "seen_level": level_now.public_id if level_now else None,
        **kw,
    }
    return Agreement(level=level, **fields)  # type: ignore[arg-type]


def reviewed(
    chair: User, entry: BoardEntry, level: RiskLevel = RiskLevel.SIGNIFICANT, **kw: object
) -> BoardReview:
    """The board has reviewed the child now."""
    return review_record(chair, entry=entry, agreement=agreement(entry.child, level, **kw))
