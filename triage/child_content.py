"""What triage keeps about a child: CEVT's list and decisions, First Contact's papers, allocation, advice."""

from django.db.models import Q

from cems.base.kept import (
    BY_WHOM,
    INTERNAL,
    OWN_ROW,
    WITH_RECORD,
    WRITTEN,
    Column,
    Counted,
    Kept,
    Shown,
)
from cems.base.regimes import AGREED, ARRANGED, JUDGED
from cems.base.words import counted
from triage.cevt.outcomes import kind_of
from triage.models import (
    AgencyEnquiry,
    Allocation,
    AllocationDeclined,
    AllocationWait,
    Consultation,
    Decision,
    InformationRequest,
    Item,
    LaterFinding,
    LowMatrix,
    Outcome,
    ReferralAssessment,
    ReviewToNote,
    WeekendCover,
)

# What a decision or an entry of the log took from the library stands with it, and is shown with it.
ADVICE: Column = Shown(lambda row: "; ".join(entry.title for entry in row.advice.all()), "advice")
ANSWERS: Column = Shown(
    lambda row: "; ".join(f"{name}: {answer}" for name, answer in kind_of(row).answers(row.details)),
    "details",
)
AS_LABEL = "the key of what the label says"
WITH_IT = "shown with what it was given for"

CEVT = (
    Kept(
        Item,
        title="On CEVT's list",
        retention=WITH_RECORD,
        basis=ARRANGED,
        columns={
            "as": "kind",
            "reference": "submission.reference",
            "level": "level",
            "received": "received_at",
            "why": "why",
            "closed": "closed_at",
            "why withdrawn": "withdrawn_why",
        },
        left_out={
            OWN_ROW: ("decision",),
            BY_WHOM: ("raised_by", "withdrawn_by"),
            INTERNAL: ("authority", "locality", "clock"),
        },
        at_merge=Counted(
            Q(closed_at__isnull=True),
            lambda count: f"{count} items wait for CEVT: one decision answers all of them.",
            least=2,
        ),
    ),
    Kept(
        InformationRequest,
        title="Information CEVT wanted",
        retention=WITH_RECORD,
        basis=ARRANGED,
        columns={
            "asked": "asked_at",
            "agency": "agency",
            "what": "what",
            "answer": "answer",
            "answered": "answered_at",
        },
        left_out={OWN_ROW: ("item", "action"), BY_WHOM: ("asked_by", "answered_by")},
    ),
    Kept(
        Decision,
        title="CEVT decision",
        retention=WITH_RECORD,
        basis=AGREED,
        columns={
            "reference": "reference",
            "decided": "decided_at",
            "submitted level": "submitted_level",
            "level": "agreed.level",
            "rationale": "agreed.rationale",
            "feedback": "feedback",
            "why returned": "returned_because",
            "why provisional": "provisional_why",
        },
        left_out={
            OWN_ROW: ("confirms",),
            WRITTEN: ("recorded_at",),
            BY_WHOM: ("decided_by", "told"),
            INTERNAL: ("meeting", "confirm_clock"),
        },
    ),
    Kept(
        Outcome,
        title="CEVT outcome",
        retention=WITH_RECORD,
        basis=AGREED,
        columns={
            "outcome": "label",
            "reference": "decision.reference",
            "why": "why",
            "reason for CEG": "ceg_reason",
            "locality": "locality",
            "provider": "provider",
            "for parents": "for_parents",
            "details": ANSWERS,
            "advice": ADVICE,
        },
        left_out={OWN_ROW: ("action",), AS_LABEL: ("kind",)},
    ),
    Kept(
        Outcome.advice.through,
        title="Advice with a CEVT outcome",
        retention=WITH_RECORD,
        basis=AGREED,
        not_shown=WITH_IT,
        reached_by=("outcome__child",),
    ),
    Kept(
        LowMatrix,
        title="Matrix at Low or None for CEVT to look at",
        retention=WITH_RECORD,
        basis=ARRANGED,
        columns={
            "reference": "submission.reference",
            "received": "received_at",
            "became": "ended_how",
            "when": "ended_at",
            "note": "note",
        },
        left_out={
            OWN_ROW: ("item",),
            BY_WHOM: ("ended_by",),
            INTERNAL: ("authority", "late_from", "late_told_at"),
        },
        at_merge=Counted(
            Q(ended_at__isnull=True),
            lambda count: (
                f"{counted(count, 'matrix')} at Low or None for CEVT to look at: one look answers all."
            ),
            least=2,
        ),
    ),
    Kept(
        ReviewToNote,
        title="Review for CEVT to note",
        retention=WITH_RECORD,
        basis=ARRANGED,
        columns={
            "reference": "short_review.reference",
            "received": "received_at",
            "became": "ended_how",
            "when": "ended_at",
        },
        left_out={OWN_ROW: ("item",), BY_WHOM: ("ended_by",), INTERNAL: ("authority", "meeting")},
        at_merge=Counted(
            Q(ended_at__isnull=True),
            lambda count: (
                f"{counted(count, 'review')} where nothing was new for CEVT or a board to note: it notes all together."
            ),
            least=2,
        ),
    ),
)
FIRST_CONTACT = (
    Kept(
        ReferralAssessment,
        title="First Contact's assessment",
        retention=WITH_RECORD,
        basis=JUDGED,
        columns={
            "reference": "referral.reference",
            "threshold": "threshold",
            "section 47": "section_47",
            "harm outside the home": "outside_home",
            "approach taken": "approach",
            "approach": "approach_why",
            "sent to": "to_team",
            "why sent": "to_team_why",
            "stepped up": "stepped_up",
            "why below Significant": "below_why",
        },
        left_out={BY_WHOM: ("changed_by", "changed_at", "below_manager"), INTERNAL: ("version",)},
    ),
    Kept(
        LaterFinding,
        title="Found after First Contact's decision",
        retention=WITH_RECORD,
        basis=JUDGED,
        columns={
            "reference": "referral.reference",
            "result": "kind",
            "found": "found_on",
            "text": "text",
            "harm outside the home": "outside_home",
            "approach taken": "approach",
            "approach": "approach_why",
            "recorded in error": "withdrawn_at",
            "what was wrong": "withdrawn_why",
        },
        left_out={
            OWN_ROW: ("matrix_due",),
            WRITTEN: ("recorded_at",),
            BY_WHOM: ("recorded_by", "withdrawn_by"),
        },
        third_party=True,  # told in the words of who found it
    ),
    Kept(
        AgencyEnquiry,
        title="Information gathered",
        retention=WITH_RECORD,
        basis=JUDGED,
        columns={
            "agency": "agency",
            "asked": "asked_at",
            "what": "what",
            "answer": "answered",
            "answered": "answered_at",
            "text": "text",
        },
        left_out={
            OWN_ROW: ("referral",),
            BY_WHOM: ("asked_of", "asked_by", "answered_by"),
            INTERNAL: ("clock",),
        },
    ),
)
ALLOCATION = (
    Kept(
        AllocationWait,
        title="Waited for a worker",
        retention=WITH_RECORD,
        basis=ARRANGED,
        columns={
            "worker": "kind",
            "level": "level",
            "reason": "why",
            "since": "since",
            "until": "ended_at",
            "ended": "ended_how",
            "why": "ended_why",
        },
        left_out={OWN_ROW: ("decision",), BY_WHOM: ("ended_by",), INTERNAL: ("clock",)},
    ),
    Kept(
        AllocationDeclined,
        title="No worker allocated",
        retention=WITH_RECORD,
        basis=AGREED,
        columns={"worker": "kind", "level": "level", "decided": "at", "why": "why", "ended": "ended_at"},
        left_out={BY_WHOM: ("by",), INTERNAL: ("clock",)},
    ),
    Kept(
        WeekendCover,
        title="Held until the next working day",
        retention=WITH_RECORD,
        basis=ARRANGED,
        columns={"by": "held_by", "from": "at", "until": "until", "plan": "plan"},
        left_out={OWN_ROW: ("wait",), BY_WHOM: ("recorded_by",), INTERNAL: ("duty_team_told_at",)},
    ),
    Kept(
        Allocation,
        title="Allocated worker",
        retention=WITH_RECORD,
        basis=ARRANGED,
        columns={
            "as": "kind",
            "worker": "worker",
            "level": "level",
            "why": "why",
            "from": "starts_at",
            "first visit": "first_visit_on",
            "until": "ended_at",
            "why it ended": "ended_why",
            "given in error": "undone",
        },
        left_out={
            OWN_ROW: ("involvement",),
            WRITTEN: ("recorded_at",),
            BY_WHOM: ("allocated_by", "ended_by"),
            INTERNAL: ("accepted_at", "social_worker_told_at"),
        },
        at_merge=Counted(
            Q(ended_at__isnull=True),
            lambda count: f"{count} workers are allocated: the ERASE manager decides who stays.",
            least=2,
        ),
    ),
)
ADVICE_GIVEN = (
    Kept(
        Consultation,
        title="Advice asked for",
        retention=WITH_RECORD,
        basis=JUDGED,
        columns={"at": "happened_at", "about": "about", "given": "given", "advice": ADVICE},
        left_out={
            "a correction and what it corrects are both shown": ("supersedes",),
            WRITTEN: ("recorded_at",),
            BY_WHOM: ("asked_by_name", "asked_by_agency", "given_by"),
            INTERNAL: ("minutes",),
        },
    ),
    Kept(
        Consultation.advice.through,
        title="Advice from the library",
        retention=WITH_RECORD,
        basis=JUDGED,
        not_shown=WITH_IT,
        reached_by=("consultation__child",),
    ),
)
ROWS = (*CEVT, *FIRST_CONTACT, *ALLOCATION, *ADVICE_GIVEN)
