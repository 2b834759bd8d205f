"""The synthetic partnership: repeatable, complete, through the services, and never outside a demonstration."""

import ast
import io
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction
from django.db.models import Q
from pytest_django import Settings

import demo
from cems.accounts.models import Appointment, User
from cems.audit.choices import Verb
from cems.audit.models import Entry
from cems.base.errors import Conflict
from cems.base.models import IdempotencyKey
from cems.base.time import local_date, now
from cems.children.access.grants import differences
from cems.children.choices import MatterKind, StatusKind
from cems.children.history.models.involvement import InvolvementState
from cems.children.models import Bar, Child, Involvement, Matter, Status, StudentChild
from cems.clocks.choices import OPEN, Stage
from cems.clocks.models import Clock
from cems.clocks.sweeping import sweep
from cems.meetings.models import Contribution, Meeting
from cems.notices.models import Mail, Notice
from demo import story
from demo.afterwards import MEETINGS
from demo.courses import CYCLE
from demo.fill import NotFilled, fill
from demo.password import PasswordLost, path
from matrix.choices import MatrixState
from matrix.models import Matrix, Submission
from plans.choices import MeetingKind
from plans.models import Referral, Request, StatutoryMeeting
from tests.audit.conftest import SEALING, findings, seal_all
from tests.demo.conftest import AS_OF
from tests.demo.digest import digest
from tests.demo.shown import everything_is_shown
from triage.cevt.selectors.eligibility import eligibility_of
from triage.models import (
    Absence,
    AgencyEnquiry,
    Allocation,
    AllocationDeclined,
    AllocationWait,
    Capacity,
    Consultation,
    Decision,
    InformationRequest,
    Item,
    Vacancy,
)

pytestmark = pytest.mark.django_db
ONE_OF_EACH = len(CYCLE)


def _children() -> int:
    return Child.objects.unscoped("a test counts the demonstration's children").count()


def test_the_same_arguments_make_the_same_partnership() -> None:
    prints = []
    for _ in range(2):
        with transaction.atomic():
            fill(seed=3, children=3, as_of=AS_OF)
            prints.append((digest(), _children(), Clock.objects.count()))
            transaction.set_rollback(True)
    assert prints[0] == prints[1]
    with transaction.atomic():
        fill(seed=4, children=3, as_of=AS_OF)
        assert digest() != prints[0][0]
        transaction.set_rollback(True)


def test_a_second_run_adds_nothing_and_an_interrupted_one_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    with transaction.atomic():
        fill(seed=1, children=3, as_of=AS_OF)
        whole = digest()
        assert fill(seed=1, children=3, as_of=AS_OF).added == 0
        assert fill(seed=1, children=3, as_of=None).added == 0
        assert digest() == whole
        transaction.set_rollback(True)

    tell, numbers = story.Story.tell, []

    def interrupted(self: story.Story) -> Child:
        child = tell(self)
        if len(numbers) == 1:
            raise KeyboardInterrupt  # in the midst of the second child, after all was written
        numbers.append(self.course.number)
        return child

    monkeypatch.setattr(story.Story, "tell", interrupted)
    with pytest.raises(KeyboardInterrupt):
        fill(seed=1, children=3, as_of=AS_OF)
    assert _children() == 1
    monkeypatch.undo()
    assert fill(seed=1, children=3, as_of=None).added == 2
    assert digest() == whole


def test_one_child_that_is_refused_does_not_stop_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    tell = story.Story.tell

    def refused(self: story.Story) -> Child:
        child = tell(self)
        if self.course.number == 1:
            raise Conflict("Somebody was quicker.")
        return child

    monkeypatch.setattr(story.Story, "tell", refused)
    filled = fill(seed=1, children=3, as_of=AS_OF)
    assert filled.added == _children() == 2
    assert len(filled.faults) == 1
    assert "Somebody was quicker." in filled.faults[0]


def test_outside_a_demonstration_nothing_is_written(settings: Settings) -> None:
    settings.DEMO = False
    with pytest.raises(CommandError, match="CEMS_DEMO is off"):
        call_command("seed_demo", children=1)
    with pytest.raises(CommandError, match="CEMS_DEMO is off"):
        call_command("demo_sign_ins")
    assert not User.objects.exists()
    assert not path().exists()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"seed": 10}, "seed is 0 to 9"),
        ({"children": 0}, "1 to 999"),
        ({"as_of": AS_OF + timedelta(days=1)}, "from the future"),
        ({"as_of": datetime(2023, 6, 1, tzinfo=UTC)}, "two months later"),
    ],
)
def test_arguments_that_make_no_sense_are_refused_in_plain_words(
    arguments: dict[str, object], said: str
) -> None:
    with pytest.raises(NotFilled, match=said):
        fill(**{"seed": 1, "children": 1, "as_of": AS_OF, **arguments})  # type: ignore[arg-type]
    assert not User.objects.exists()


def test_a_seed_keeps_the_present_it_was_filled_for() -> None:
    fill(seed=1, children=1, as_of=AS_OF)
    with pytest.raises(NotFilled, match="Choose another seed"):
        fill(seed=1, children=1, as_of=AS_OF - timedelta(days=1))


def test_a_lost_password_is_said_before_anything_is_written() -> None:
    fill(seed=1, children=1, as_of=AS_OF)
    path().unlink()
    with pytest.raises(PasswordLost, match="Bring that file back"):
        fill(seed=1, children=2, as_of=AS_OF)
    assert _children() == 1
    assert not path().exists()


def test_the_whole_partnership() -> None:
    """One fill with one child of each course, looked at from every side: a fill is dear, so there is one."""
    filled = fill(seed=1, children=ONE_OF_EACH, as_of=AS_OF)
    assert (filled.added, filled.faults) == (ONE_OF_EACH, ())

    stages = set(Clock.objects.values_list("stage", flat=True))
    assert stages == set(Stage.values), "every state of a clock occurs"
    assert not Clock.objects.filter(next_at__lte=AS_OF).exists(), "every clock stands where it should"
    assert sweep(AS_OF) == 0

    states = set(Matrix.objects.values_list("state", flat=True))
    assert {MatrixState.DRAFT, MatrixState.SUBMITTED} <= states
    assert set(Submission.objects.values_list("level", flat=True)) == {0, 1, 2, 3}
    differing = [row for row in Submission.objects.all() if row.level != row.suggested]
    assert differing
    assert all(row.difference for row in differing)
    assert Matrix.objects.exclude(child_views="").exists()
    assert {"open", "decided"} <= set(Referral.objects.values_list("state", flat=True))
    assert {"", "held"} <= set(Request.objects.values_list("answer", flat=True))
    assert set(Matter.objects.values_list("kind", flat=True)) >= {
        MatterKind.CEVT, MatterKind.CEG, MatterKind.EXPLOITATION, MatterKind.REFERRAL,
    }  # fmt: skip
    every = Child.objects.unscoped("a test looks at the demonstration's children")
    assert every.filter(restricted=True).count() == 1
    assert every.filter(provisional=True).count() == 1
    assert Bar.objects.count() == 1
    assert Involvement.objects.filter(state=InvolvementState.CLAIMED).exists()
    assert set(every.values_list("locality__code", flat=True)) == {
        "east",
        "south",
        "north-west",
        "darlington",
        None,
    }
    far = every.get(locality=None)
    assert far.area_id != far.authority_id, "placed where no board is"

    made = Entry.objects.filter(verb=Verb.CREATED, subject_kind="children.child")
    assert set(made.values_list("child", flat=True)) == set(every.values_list("public_id", flat=True))
    assert not Mail.objects.exists(), "old news is not mailed"
    assert not Notice.objects.filter(read_at__isnull=True, at__lt=AS_OF - timedelta(days=2)).exists()
    assert Notice.objects.filter(read_at__isnull=True).exists()
    assert IdempotencyKey.objects.filter(action="demo.fill").count() == ONE_OF_EACH + 3
    everything_is_shown(AS_OF)
    _the_days_work()
    _meetings_are_those_of_the_plan_there_was()

    assert differences(now()) == []
    for command in ("check_access", "check_derived"):
        call_command(command, stdout=io.StringIO())
    assert Appointment.objects.filter(user__email="first.contact@demo.cems.example").count() == 1


def _meetings_are_those_of_the_plan_there_was() -> None:
    planned = StatutoryMeeting.objects.exclude(kind=MeetingKind.STRATEGY)
    assert planned.exists()
    for meeting in planned:
        held_on = local_date(meeting.held_at)
        running = Status.objects.of(meeting.child).filter(
            Q(ends_on__isnull=True) | Q(ends_on__gte=held_on), starts_on__lte=held_on
        )
        assert meeting.kind in {MEETINGS.get(StatusKind(row.kind)) for row in running}


def _the_days_work() -> None:
    """What waits on the day itself: CEVT's list, First Contact's queue, ERASE's board (T1 to T3, T6, T8)."""
    items = Item.objects.filter(closed_at__isnull=True).select_related("clock", "child")
    clocks = [item.clock for item in items if item.clock]
    assert {clock.stage for clock in clocks} >= {Stage.RUNNING, Stage.WARNED, Stage.PAUSED, Stage.BREACHED}
    assert any(local_date(clock.due_at) == local_date(AS_OF) for clock in clocks), "one is due today"
    ready = [item for item in items if eligibility_of([item])[item.pk]]
    assert 0 < len(ready) < len(items), "some wait for First Contact"
    assert InformationRequest.objects.filter(
        answered_at__isnull=True, item__clock__stage=Stage.PAUSED
    ).exists()
    contributions = Contribution.objects.filter(frozen_at__isnull=True)
    assert {row.about for row in contributions} <= {item.public_id for item in ready}
    assert contributions.count() >= len(ready)
    assert Contribution.objects.filter(frozen_at__isnull=False).exists()

    asked = AgencyEnquiry.objects.filter(referral__state="open")
    assert {row.answered == "" for row in asked} == {True, False}
    now_open = Allocation.objects.filter(ended_at__isnull=True)
    assert now_open.filter(first_visit_on__isnull=False, social_worker_told_at__isnull=False).exists()
    assert AllocationWait.objects.get(ended_at__isnull=True, level=3).clock.stage in {
        Stage.RUNNING,
        Stage.WARNED,
    }
    assert AllocationDeclined.objects.filter(ended_at__isnull=True, clock__stage__in=OPEN).exists()
    assert Capacity.objects.values("share").distinct().count() == 2
    day = local_date(AS_OF)
    assert Absence.objects.get().starts_on <= day <= (Absence.objects.get().ends_on or day)
    assert Vacancy.objects.filter(ends_on__isnull=True).count() == 1
    log = Consultation.objects.order_by("happened_at")
    assert log.count() >= 10 and AS_OF - log[0].happened_at > timedelta(days=60)
    assert Meeting.objects.exists() and not Meeting.objects.filter(ended_at__isnull=True).exists()
    assert not Decision.objects.exclude(provisional_why="").exists(), "the table is complete"

    student = User.objects.get(email="student@demo.cems.example")
    shown = set(StudentChild.objects.values_list("child", flat=True))
    seen = set(Child.objects.visible_to(student, AS_OF).values_list("pk", flat=True))
    assert seen == shown and len(shown) in {1, 2}


@SEALING
def test_the_filled_past_can_be_sealed_and_is_found_whole() -> None:
    fill(seed=1, children=2, as_of=AS_OF)
    seal_all()
    assert findings() == []


# Model methods and managers that write. A call of the services is a plain name, so it is not caught here.
_WRITES = {
    "save", "create", "get_or_create", "update_or_create", "bulk_create", "bulk_update", "delete", "acreate",
    "cursor", "raw",
}  # fmt: skip


def test_the_demonstration_writes_through_the_services_alone() -> None:
    faults = []
    for file in sorted(Path(demo.__file__).parent.rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            called = isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr
            if called in _WRITES or (called == "update" and ".objects" in ast.unparse(node)):
                faults.append(f"{file.name}: {ast.unparse(node)}")
    assert not faults, "use the app's service instead"
