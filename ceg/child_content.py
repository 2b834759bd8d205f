"""What the boards keep about a child: when they were on one, and what was agreed at each review."""

from django.db.models import Q

from ceg.models import BoardEntry, BoardReview
from cems.base.kept import BY_WHOM, INTERNAL, OWN_ROW, WITH_RECORD, WRITTEN, Counted, Kept
from cems.base.regimes import AGREED, ARRANGED

ROWS = (
    Kept(
        BoardEntry,
        title="On a CEG board",
        retention=WITH_RECORD,
        basis=ARRANGED,
        columns={
            "board of": "locality",
            "from": "entered_at",
            "reason": "outcome.ceg_reason",
            "why": "outcome.why",
            "until": "left_at",
            "how it ended": "left_how",
            "why it ended": "left_why",
        },
        left_out={
            OWN_ROW: ("before",),
            WRITTEN: ("recorded_at",),
            BY_WHOM: ("entered_by", "left_by"),
            INTERNAL: ("matter", "clock"),
        },
        at_merge=Counted(
            Q(left_at__isnull=True),
            lambda count: f"{count} boards follow: one goes on, that of the record that stays.",
            least=2,
        ),
    ),
    Kept(
        BoardReview,
        title="Review by a CEG board",
        retention=WITH_RECORD,
        basis=AGREED,
        columns={
            "reference": "reference",
            "reviewed": "happened_at",
            "board of": "entry.locality",
            "matrix": "submission.reference",
            "level": "agreed.level",
            "rationale": "agreed.rationale",
            "why the child stays": "stays_why",
            "next review": "next_on",
            "note to the lead practitioner": "note",
        },
        left_out={OWN_ROW: ("action",), WRITTEN: ("recorded_at",), BY_WHOM: ("reviewed_by",)},
    ),
)
