"""Records that were joined, and records that are not the same child (C1)."""

from cems.base.kept import BY_WHOM, OWN_ROW, WITH_RECORD, Kept, Shown
from cems.base.regimes import KEPT
from cems.children.models import Merge, NotSame

ROWS = (
    Kept(
        Merge,
        title="Records joined",
        retention=WITH_RECORD,
        basis=KEPT,
        columns={
            "references": Shown(lambda row: [row.child.reference, row.other.reference], "child", "other"),
            "when": "at",
            "why": "why",
            "taken apart": "undone_at",
            "why taken apart": "undone_why",
        },
        left_out={OWN_ROW: ("shown", "before"), BY_WHOM: ("by", "undone_by")},
        reached_by=("child", "other"),
        order=("at", "pk"),
    ),
    Kept(
        NotSame,
        title="Compared with another record, and not the same child",
        retention=WITH_RECORD,
        basis=KEPT,
        # The other record is another child's: its reference is not this child's to have.
        columns={"when": "at"},
        left_out={BY_WHOM: ("by",)},
        reached_by=("child", "other"),
        order=("at", "pk"),
    ),
)
