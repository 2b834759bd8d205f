"""What meetings keep about a child: what agencies said, and where one did not agree."""

from cems.base.kept import BY_WHOM, INTERNAL, OWN_ROW, WITH_RECORD, WRITTEN, Kept
from cems.base.regimes import JUDGED
from cems.meetings.models import Contribution, Dissent, RelayedContribution

ROWS = (
    Kept(
        Contribution,
        title="Said to a forum",
        retention=WITH_RECORD,
        basis=JUDGED,
        columns={"forum": "forum", "at": "said_at", "agency": "agency", "answer": "held", "text": "text"},
        left_out={OWN_ROW: ("about",), BY_WHOM: ("said_by",), INTERNAL: ("version", "frozen_at")},
    ),
    Kept(
        RelayedContribution,
        title="Told to a forum",
        retention=WITH_RECORD,
        basis=JUDGED,
        columns={"forum": "forum", "at": "told_at", "agency": "agency", "answer": "held", "text": "text"},
        left_out={
            OWN_ROW: ("about",),
            BY_WHOM: ("told_by", "told_how", "written_by"),
            WRITTEN: ("written_at",),
            INTERNAL: ("number",),
        },
    ),
    Kept(
        Dissent,
        title="Dissent",
        retention=WITH_RECORD,
        basis=JUDGED,
        columns={"at": "at", "agency": "agency", "text": "text"},
        left_out={OWN_ROW: ("about",), BY_WHOM: ("recorded_by",)},
    ),
)
