"""Who reaches the record, who may not, and who opened it in an emergency (A2)."""

from cems.base.kept import BY_WHOM, INTERNAL, WITH_RECORD, Kept
from cems.base.regimes import ARRANGED, KEPT
from cems.children.models import (
    Assignment,
    Bar,
    ChildUserObjectPermission,
    EmergencyAccess,
    Matter,
    NamedReader,
    Submitter,
)

ROWS = (
    Kept(
        Matter,
        title="Followed by",
        retention=WITH_RECORD,
        basis=ARRANGED,
        columns={"matter": "kind", "from": "opened_at", "to": "closed_at"},
        left_out={INTERNAL: ("authority", "responsible", "locality", "until")},
        order=("opened_at", "pk"),
    ),
    Kept(
        Submitter,
        title="Submitted by",
        retention=WITH_RECORD,
        basis=KEPT,
        columns={"who": "user", "at": "at"},
        third_party=True,
    ),
    Kept(
        NamedReader,
        title="Named reader",
        retention=WITH_RECORD,
        basis=KEPT,
        columns={"as": "kind", "who": "user"},
        left_out={INTERNAL: ("until",)},
        third_party=True,
    ),
    Kept(
        Bar,
        title="Barred",
        retention=WITH_RECORD,
        basis=KEPT,
        columns={"who": "user", "why": "reason", "at": "at"},
        left_out={BY_WHOM: ("made_by",)},
        third_party=True,
    ),
    Kept(
        EmergencyAccess,
        title="Opened in an emergency",
        retention=WITH_RECORD,
        basis=KEPT,
        columns={
            "who": "user",
            "why": "reason",
            "from": "opened_at",
            "to": "until",
            "ended before": "ended_at",
            "found afterwards": "outcome",
        },
        left_out={
            BY_WHOM: ("reviewed_by", "reviewed_at"),
            "about the practitioner who opened the record, not about the child": ("remark",),
        },
        third_party=True,
        order=("opened_at", "pk"),
    ),
    Kept(
        Assignment,
        title="Assigned for an audit, a request or an incident",
        retention=WITH_RECORD,
        basis=KEPT,
        columns={"who": "user", "for": "kind", "called": "reference", "from": "starts_at", "to": "until"},
        left_out={BY_WHOM: ("made_by",)},
        third_party=True,
        order=("starts_at", "pk"),
    ),
    Kept(
        ChildUserObjectPermission,
        title="May open the record",
        retention="until the involvement it follows from ends",
        basis=KEPT,
        columns={"who": "user", "until": "until"},
        left_out={INTERNAL: ("permission",)},
        reached_by=("content_object",),
    ),
)
