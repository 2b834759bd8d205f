"""App configuration."""

from django.apps import AppConfig


class CegConfig(AppConfig):
    name = "ceg"

    def ready(self) -> None:
        from ceg import handlers
        from cems.accounts.events import AppointmentChanged, PersonLeft
        from cems.base.events import subscribe
        from cems.children.events import AreaChanged, MatterClosed, MatterMoved, MatterOpened
        from matrix.events import MatrixSubmitted, ShortReviewSent
        from triage.events import AllocationEnded

        self._fill_slots()
        subscribe(MatterOpened, handlers.on_matter_opened)
        subscribe(MatterMoved, handlers.on_matter_moved)
        subscribe(MatterClosed, handlers.on_matter_closed)
        subscribe(AreaChanged, handlers.on_area_changed)
        subscribe(MatrixSubmitted, handlers.on_matrix_submitted)
        subscribe(ShortReviewSent, handlers.on_short_review_sent)
        subscribe(AllocationEnded, handlers.on_allocation_ended)
        subscribe(AppointmentChanged, handlers.on_posts_changed)
        subscribe(PersonLeft, handlers.on_posts_changed)

    def _fill_slots(self) -> None:
        from ceg import policy
        from cems.policy.slots import POLICIES

        POLICIES.fill(*policy.POLICIES, by=self.label)
        from ceg import child_content, chronology, clocks, derived, home_content, panel
        from cems.actions.slots import DONE_AT
        from cems.base.slots import (
            DERIVED_CHECKS,
            FIRST_PAGE_COUNTS,
            FIRST_PAGE_LINES,
            KEPT,
            NAVIGATION,
            START_BUTTONS,
        )
        from cems.children.slots import CHRONOLOGY, PANELS
        from cems.clocks.slots import KINDS

        KINDS.fill(clocks.REVIEW, by=self.label)
        KEPT.fill(*child_content.ROWS, by=self.label)
        CHRONOLOGY.fill(chronology.chronology, by=self.label)
        PANELS.fill(panel.PANEL, by=self.label, before="triage.allocation")
        FIRST_PAGE_LINES.fill(home_content.items, by=self.label)
        FIRST_PAGE_COUNTS.fill(home_content.counts, by=self.label)
        START_BUTTONS.fill(home_content.BUTTON, by=self.label, after="allocation:board")
        NAVIGATION.fill(home_content.PLACE, by=self.label, after="cevt:list")
        DERIVED_CHECKS.fill(derived.ON_BOARDS, by=self.label)
        DONE_AT.fill(home_content.WORKER_ENDS, by=self.label)
