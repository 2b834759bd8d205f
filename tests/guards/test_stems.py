"""A subject has one stem in every layer: a file of a layer is named for a subject of its app."""

from pathlib import Path

from tests.guards.source import ROOT, told

LAYERS = ("models", "services", "selectors", "forms", "views", "rules")
# What each app, or area of one, is about. A file of a layer is called by one of these words, in each layer alike.
SUBJECTS: dict[str, frozenset[str]] = {
    "ceg": frozenset(
        {
            "board",
            "board_facts",
            "chair",
            "child",
            "entry",
            "entry_notice",
            "review",
            "review_notice",
            "review_preview",
            "worker_action",
        }
    ),
    "cems/base": frozenset({"expiry", "form_draft", "heartbeat", "presence"}),
    "cems/accounts": frozenset(
        {
            "account_change",
            "administrator",
            "agency",
            "appointment",
            "authority",
            "cover",
            "hand_over",
            "person",
            "practice_list",
            "practice_setting",
            "second_factor",
            "session",
            "token",
        }
    ),
    "cems/children/access": frozenset(
        {
            "access",
            "assignment",
            "death",
            "disclosure",
            "emergency_access",
            "matter",
            "record_use",
            "restriction",
            "restriction_page",
            "sealing",
            "student",
            "succession",
            "wide",
        }
    ),
    "cems/children/family": frozenset({"relationship"}),
    "cems/children/history": frozenset(
        {"claim", "correction", "feedback", "involvement", "level", "note", "status"}
    ),
    "cems/children/identity": frozenset(
        {
            "address",
            "age",
            "child",
            "former_value",
            "identifier",
            "overview",
            "record",
            "school",
            "self_description",
        }
    ),
    "cems/children/matching": frozenset(
        {"cluster", "duplicate", "merge", "merge_choice", "merge_facts", "search"}
    ),
    "cems/children/placements": frozenset({"move", "placed_concern", "placement"}),
    "cems/clocks": frozenset({"clock", "feed"}),
    "cems/meetings": frozenset({"contribution", "meeting"}),
    "plans": frozenset({"meeting", "provider", "referral", "strategy_meeting"}),
    "triage/allocation": frozenset(
        {
            "acceptance",
            "allocation",
            "allocation_notice",
            "allocation_undo",
            "board",
            "candidates",
            "caseload",
            "common",
            "figures",
            "handover",
            "reallocation",
            "unallocated",
            "wait",
            "wait_end",
            "worker",
            "workload",
        }
    ),
    "triage/cevt": frozenset(
        {
            "agenda",
            "area",
            "attendance",
            "chairs",
            "common",
            "contribution",
            "decision",
            "decision_notice",
            "decision_preview",
            "eligibility",
            "figures",
            "hearers",
            "information_request",
            "item",
            "key_facts",
            "listing",
            "listing_rows",
            "live",
            "low_matrix",
            "meeting",
            "meeting_day",
            "meeting_end",
            "minutes",
            "outcome",
            "owners",
            "raised",
            "relayed_contribution",
            "rereferrals",
            "research",
            "seats",
            "sheet",
            "short_review",
            "year_figures",
        }
    ),
    "triage/first_contact": frozenset(
        {"ages", "approach", "assessment", "enquiry", "later_finding", "queue", "significant", "threshold"}
    ),
}


def _files(app: str) -> list[Path]:
    return [
        path
        for layer in LAYERS
        for path in sorted((ROOT / app / layer).glob("*.py"))
        if path.name != "__init__.py"
    ]


def test_a_file_is_named_for_a_subject_of_its_app() -> None:
    faults = [
        str(path.relative_to(ROOT))
        for app, subjects in SUBJECTS.items()
        for path in _files(app)
        if path.stem not in subjects
    ]
    assert not faults, told(faults, "call it by the subject's word, or add a new subject to SUBJECTS.")


def test_every_app_cut_by_subject_says_what_its_subjects_are() -> None:
    cut = {
        str(folder.parent.relative_to(ROOT))
        for layer in LAYERS
        for folder in ROOT.rglob(layer)
        if (folder / "__init__.py").is_file() and folder.relative_to(ROOT).parts[0] not in {"tests", ".venv"}
    }
    assert cut - {"matrix"} == set(SUBJECTS), told(
        sorted(cut ^ set(SUBJECTS)), "list its subjects in SUBJECTS."
    )


def test_no_subject_is_without_a_file() -> None:
    faults = [
        f"{app}: {subject}"
        for app, subjects in SUBJECTS.items()
        for subject in sorted(subjects - {path.stem for path in _files(app)})
    ]
    assert not faults, told(faults, "take it out of SUBJECTS.")


def test_no_layer_hides_its_subject_behind_a_prefix() -> None:
    """`services_cover.py` beside `cover_views.py`: a subject of its own is a file in the layer's folder."""
    faults = [
        str(path.relative_to(ROOT))
        for root in ("cems", "matrix", "plans", "triage", "ceg", "missing", "reporting")
        for path in (ROOT / root).rglob("*.py")
        if any(
            path.stem.startswith(f"{layer}_") or path.stem.endswith(f"_{layer}")
            for layer in (*LAYERS, "urls")
            if path.stem not in {"api_urls"}
        )
    ]
    assert not faults, told(faults, "make it a file of the layer's folder, under the subject's word.")
