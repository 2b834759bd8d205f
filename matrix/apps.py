"""App configuration."""

from django.apps import AppConfig


class MatrixConfig(AppConfig):
    name = "matrix"

    def ready(self) -> None:
        from cems.base.events import subscribe
        from cems.children.events import LevelAgreed, StatusOpened, StatusWithdrawn
        from matrix import handlers
        from matrix.services.follow_up import follow_level
        from matrix.services.reviews import review_follow_level
        from plans.events import ReferralDecided, RequestAnswered

        self._fill_slots()
        subscribe(LevelAgreed, follow_level)
        subscribe(LevelAgreed, review_follow_level)
        subscribe(StatusOpened, handlers.status_opened)
        subscribe(StatusWithdrawn, handlers.status_withdrawn)
        subscribe(ReferralDecided, handlers.referral_decided)
        subscribe(RequestAnswered, handlers.request_answered)

    def _fill_slots(self) -> None:
        from cems.policy.slots import LISTS, POLICIES
        from matrix import policy, practice_lists

        POLICIES.fill(*policy.POLICIES, by=self.label)
        LISTS.fill(*practice_lists.LISTS, by=self.label)
        from cems.accounts.slots import OPEN_THINGS
        from matrix.open_things import DRAFTS

        OPEN_THINGS.fill(DRAFTS, by=self.label, after="actions")
        from cems.actions.slots import DOINGS, DONE_AT
        from cems.base.slots import FIRST_PAGE_COUNTS, FIRST_PAGE_LINES, KEPT, START_BUTTONS
        from cems.children.slots import (
            CHRONOLOGY,
            DOCUMENTS,
            MERGE_BLOCKERS,
            NOW_LINES,
            PANELS,
            SUB_NAVIGATION,
            SUBMITTED_LEVEL,
            SUBMITTED_LEVELS,
        )
        from cems.clocks.slots import KINDS
        from matrix import child_content, clocks, doings, home_content
        from matrix.selectors.child import submitted_levels

        KINDS.fill(clocks.REVIEW, clocks.DUE, by=self.label)
        KEPT.fill(*child_content.ROWS, by=self.label)
        CHRONOLOGY.fill(child_content.chronology, by=self.label)
        MERGE_BLOCKERS.fill(child_content.merge_blockers, by=self.label)
        SUBMITTED_LEVEL.fill(child_content.submitted_level, by=self.label)
        SUBMITTED_LEVELS.fill(submitted_levels, by=self.label)
        NOW_LINES.fill(child_content.WORRY, by=self.label, before="children.level")
        NOW_LINES.fill(*child_content.NOW_LINES, by=self.label, after="children.lead")
        DOCUMENTS.fill(child_content.PAPER, by=self.label)
        PANELS.fill(*child_content.PANELS, by=self.label, after="children.statuses")
        SUB_NAVIGATION.fill(child_content.TAB, by=self.label, before="children:chronology")
        FIRST_PAGE_LINES.fill(home_content.items, by=self.label)
        FIRST_PAGE_COUNTS.fill(home_content.counts, by=self.label)
        START_BUTTONS.fill(home_content.BUTTON, by=self.label, before="children:record_new")
        DONE_AT.fill(*home_content.STEPPED_UP, home_content.AUTHOR_TOLD, by=self.label)
        DOINGS.fill(*doings.PLACES, by=self.label)
