"""Where the child is placed (C2), and what was done about a concern there."""

from cems.base.kept import BY_WHOM, INTERNAL, OWN_ROW, WITH_RECORD, WRITTEN, Kept, Shown
from cems.base.regimes import HELD, JUDGED, RECORDED
from cems.children.models import PlacedConcern, PlacedConcernStep, Placement


def _place(row: Placement) -> str:
    return "" if row.address_confidential else str(row.provider or row.provider_name)


ROWS = (
    Kept(
        Placement,
        title="Placement",
        retention=WITH_RECORD,
        basis=HELD,
        columns={
            "placement": "kind",
            "place": Shown(_place, "provider", "provider_name", "address_confidential"),
            "area": "area",
            "placed by": "placed_by",
            "from": "starts_on",
            "to": "ends_on",
            "three months or more": "long_stay",
            "notified by": "notified_by",
            "notified": "notified_on",
            "why it ended": "end_reason",
        },
        left_out={
            "the area tells where; more would narrow down a confidential address": ("locality",),
            "the record tells where the child lives": ("home_area", "home_locality"),
            "the correction tells of it": ("withdrawn_at",),
            INTERNAL: ("moved_in_at", "moved_out_at"),
            WRITTEN: ("recorded_at",),
            BY_WHOM: ("recorded_by",),
        },
        order=("starts_on", "pk"),
    ),
    Kept(
        PlacedConcern,
        title="Concern about a placed child",
        retention=WITH_RECORD,
        basis=JUDGED,
        columns={
            "responsible": "responsible",
            "happened": Shown(lambda row: row.worried_at, "note.happened_at", "recorded_at"),
            "came with": "paper",
        },
        left_out={
            OWN_ROW: ("placement", "area"),
            BY_WHOM: ("recorded_by",),
            INTERNAL: ("clock", "paper_url"),
        },
        order=("recorded_at", "pk"),
    ),
    Kept(
        PlacedConcernStep,
        title="What was done about a concern",
        retention=WITH_RECORD,
        basis=RECORDED,
        columns={
            "responsible": Shown(lambda row: str(row.concern.responsible), "concern.responsible"),
            "what": "kind",
            "happened": "happened_at",
            "who was told": "whom",
            "how": "route",
            "text": "text",
            "adequate": "adequate",
            "Business Unit told": "unit_told",
            "by": "recorded_by",
        },
        left_out={WRITTEN: ("recorded_at",), INTERNAL: ("clock",)},
        third_party=True,
        reached_by=("concern__child",),
        order=("happened_at", "pk"),
    ),
)
