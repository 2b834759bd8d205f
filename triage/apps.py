"""App configuration."""

from django.apps import AppConfig


class TriageConfig(AppConfig):
    name = "triage"

    def ready(self) -> None:
        from cems.accounts.events import PersonLeft
        from cems.actions.events import ActionClosed
        from cems.base.events import subscribe
        from cems.children.events import (
            AreaChanged,
            InvolvementChanged,
            LevelAgreed,
            MatterClosed,
            StatusOpened,
        )
        from matrix.events import MatrixSubmitted, ShortReviewSent
        from plans.events import ReferralDecided
        from triage import handlers
        from triage.cevt.services import item, low_matrix, short_review

        self._fill_slots()
        subscribe(MatrixSubmitted, item.on_matrix_submitted)
        subscribe(ReferralDecided, item.on_referral_decided)
        subscribe(StatusOpened, item.on_status_opened)
        subscribe(ActionClosed, item.on_action_closed)
        subscribe(AreaChanged, handlers.on_area_changed)
        subscribe(InvolvementChanged, handlers.on_involvement_changed)
        subscribe(LevelAgreed, handlers.on_level_agreed)
        subscribe(LevelAgreed, short_review.on_level_agreed)
        subscribe(LevelAgreed, low_matrix.on_level_agreed)
        subscribe(ShortReviewSent, short_review.on_short_review_sent)
        subscribe(MatterClosed, short_review.on_matter_closed)
        subscribe(PersonLeft, handlers.on_person_left)

    def _fill_slots(self) -> None:
        from cems.policy.slots import LISTS, POLICIES
        from triage import policy, practice_lists

        POLICIES.fill(*policy.POLICIES, by=self.label)
        LISTS.fill(*practice_lists.LISTS, by=self.label)
        from cems.accounts.slots import OPEN_THINGS
        from triage.allocation.open_things import ALLOCATIONS, COVERS

        OPEN_THINGS.fill(ALLOCATIONS, COVERS, by=self.label, after="actions")
        from cems.actions.slots import DOINGS, DONE_AT
        from cems.base.slots import (
            FIRST_PAGE_COUNTS,
            FIRST_PAGE_LINES,
            KEPT,
            NAVIGATION,
            REFERENCE_DATA,
            START_BUTTONS,
        )
        from cems.children.identity.slots import BAR_FLAGS
        from cems.children.slots import CHRONOLOGY, DOCUMENTS, PANELS
        from cems.clocks.slots import KINDS
        from matrix.slots import SHORT_REVIEW_STATE, SUBMISSION_PANELS
        from plans.slots import DECIDED_AT, REFERRAL_BLOCKS
        from triage import child_content, chronology, clocks, home_content
        from triage.advice import services
        from triage.allocation import home_content as allocation_content
        from triage.allocation import panel
        from triage.cevt import panel as panel_cevt
        from triage.cevt.outcomes.tasks import NRM_DONE
        from triage.cevt.selectors import short_review as short_reviews
        from triage.first_contact import panel as panel_first_contact
        from triage.first_contact.selectors import approach

        KINDS.fill(
            clocks.RECEIPT,
            clocks.CONFIRMATION,
            clocks.MEETING_DAY,
            clocks.WAITING,
            clocks.LOOK_AGAIN,
            clocks.GATHERING,
            by=self.label,
        )
        KEPT.fill(*child_content.ROWS, by=self.label)
        CHRONOLOGY.fill(chronology.chronology, by=self.label)
        PANELS.fill(panel_cevt.DECISION_PANEL, by=self.label, before="matrix.newest")
        BAR_FLAGS.fill(approach.FLAG, by=self.label)
        DOCUMENTS.fill(*panel_cevt.LETTERS, by=self.label)
        PANELS.fill(panel.PANEL, by=self.label, before="plans.requests")
        PANELS.fill(panel_first_contact.PANEL, panel_cevt.PANEL, by=self.label, after="plans.requests")
        FIRST_PAGE_LINES.fill(home_content.items, by=self.label)
        FIRST_PAGE_COUNTS.fill(home_content.counts, by=self.label)
        START_BUTTONS.fill(*home_content.BUTTONS, by=self.label, before="children:search")
        NAVIGATION.fill(*home_content.PLACES, by=self.label)
        REFERENCE_DATA.fill(services.sync, by=self.label)
        DECIDED_AT.fill("first_contact:referral", by=self.label)
        REFERRAL_BLOCKS.fill(panel_first_contact.found_later, by=self.label)
        SHORT_REVIEW_STATE.fill(short_reviews.what_became, by=self.label)
        DONE_AT.fill(*allocation_content.WORKER_GIVEN, by=self.label)
        DOINGS.fill(NRM_DONE, by=self.label)
        SUBMISSION_PANELS.fill(panel_cevt.of_submission, by=self.label)
