"""What happened (C2–C5): agreed levels, statuses, case notes, feedback, and who works with the child."""

from collections.abc import Iterable, Sequence

from django.db.models import Count, Q

from cems.base.kept import BY_WHOM, OWN_ROW, WITH_RECORD, WRITTEN, Counted, Kept, Shown
from cems.base.regimes import AGREED, ARRANGED, HELD, JUDGED, KEPT, RECORDED
from cems.children.choices import StatusKind
from cems.children.history.models.involvement import InvolvementState
from cems.children.models import (
    AgreedLevel,
    CaseNote,
    Correction,
    Feedback,
    Involvement,
    Status,
    StudentChild,
)

# Of what was withdrawn the correction tells, with what it said.
IN_CORRECTION = "the correction tells of it"


def _statuses_twice(child_ids: Sequence[int]) -> Iterable[str]:
    running = Status.objects.filter(child__in=child_ids, ends_on__isnull=True)
    for row in running.values("kind").annotate(how_many=Count("pk")).filter(how_many__gt=1).order_by("kind"):
        yield f"Both have a running status {StatusKind(row['kind']).label}: decide which one goes on."


ROWS = (
    Kept(
        AgreedLevel,
        title="Agreed level",
        retention=WITH_RECORD,
        basis=AGREED,
        columns={
            "level": "level",
            "forms of harm": "forms",
            "contexts": "contexts",
            "forum": "forum",
            "reference": "reference",
            "happened": "happened_at",
            "rationale": "rationale",
        },
        left_out={WRITTEN: ("recorded_at",), BY_WHOM: ("recorded_by",)},
        order=("happened_at", "pk"),
    ),
    Kept(
        Status,
        title="Status",
        retention=WITH_RECORD,
        basis=HELD,
        columns={
            "status": "kind",
            "from": "starts_on",
            "to": "ends_on",
            "legal authority": "legal_basis",
            "authority responsible": "responsible",
        },
        left_out={WRITTEN: ("recorded_at",), BY_WHOM: ("recorded_by",), IN_CORRECTION: ("withdrawn_at",)},
        order=("starts_on", "pk"),
        at_merge=_statuses_twice,
    ),
    Kept(
        Correction,
        title="Correction of a status or placement",
        retention=WITH_RECORD,
        basis=RECORDED,
        columns={
            "before": Shown(lambda row: row.said_before, "said", "placement.provider"),
            "why": "why",
            "it was never so": "withdrawn",
            "corrected": "recorded_at",
        },
        left_out={BY_WHOM: ("recorded_by",), OWN_ROW: ("status",)},
        order=("recorded_at", "pk"),
    ),
    Kept(
        Feedback,
        title="Feedback",
        retention=WITH_RECORD,
        basis=RECORDED,
        columns={
            "whose words": "whose",
            "about": "about",
            "words": "words",
            "what changed": "changed",
            "happened": "happened_at",
        },
        left_out={WRITTEN: ("recorded_at",), BY_WHOM: ("recorded_by",)},
        third_party=lambda row: row.whose != "child",
        order=("happened_at", "pk"),
    ),
    Kept(
        Involvement,
        title="Involvement",
        retention=WITH_RECORD,
        basis=ARRANGED,
        columns={
            "who": Shown(lambda row: str(row.user or row.team), "user", "team"),
            "role": "case_role",
            "state": "state",
            "from": "started_at",
            "to": "ended_at",
            "why it ended": "end_reason",
            "how they said they work with the child": "claim_why",
            "why it was agreed or not": "decided_why",
            "decided": "decided_at",
        },
        left_out={WRITTEN: ("recorded_at",), BY_WHOM: ("made_by", "decided_by")},
        order=("started_at", "pk"),
        at_merge=Counted(
            Q(ended_at__isnull=True, state=InvolvementState.CONFIRMED),
            lambda count: (
                f"People and teams who work with one of them, and will reach the whole record: {count}."
            ),
        ),
    ),
    Kept(
        StudentChild,
        title="Shown to a student",
        retention=WITH_RECORD,
        basis=KEPT,
        columns={
            "who": Shown(lambda row: str(row.post.user), "post.user"),
            "by": "named_by",
            "from": "starts_on",
            "to": "ends_on",
            "ended before": "ended_at",
        },
        left_out={WRITTEN: ("named_at",)},
        order=("starts_on", "pk"),
    ),
    Kept(
        CaseNote,
        title="Case note",
        retention=WITH_RECORD,
        basis=JUDGED,
        columns={
            "happened": "happened_at",
            "recorded": "recorded_at",
            "author": "author",
            "who was involved": "who",
            "text": "text",
            "what was done": "done",
        },
        left_out={"a correction and what it corrects are both shown": ("supersedes",)},
        third_party=True,
        order=("happened_at", "pk"),
    ),
)
