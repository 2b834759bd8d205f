"""App configuration."""

from django.apps import AppConfig


class ChildrenConfig(AppConfig):
    name = "cems.children"
    label = "children"

    def ready(self) -> None:
        from cems.accounts.events import AppointmentChanged, DelegationChanged, PersonLeft
        from cems.base.events import subscribe
        from cems.children import handlers

        self._fill_slots()
        subscribe(PersonLeft, handlers.rights_changed)
        subscribe(PersonLeft, handlers.keeper_left)
        subscribe(AppointmentChanged, handlers.rights_changed)
        subscribe(DelegationChanged, handlers.cover_changed)

    def _fill_slots(self) -> None:
        from cems.accounts.slots import OPEN_THINGS
        from cems.base.slots import (
            DERIVED_CHECKS,
            FIRST_PAGE_COUNTS,
            FIRST_PAGE_LINES,
            KEPT,
            REFERENCE_DATA,
            START_BUTTONS,
            DerivedCheck,
        )
        from cems.children import (
            child_content,
            derived,
            handlers,
            home_content,
            open_things,
            panels,
            policy,
            practice_lists,
        )
        from cems.children.access.selectors.restriction import barred_pairs, known_to
        from cems.children.chronology import entries
        from cems.children.clocks import PLACED_ANSWER, PLACED_ESCALATION, PLACED_TELL, RESTRICTION_REVIEW
        from cems.children.identity import reference
        from cems.children.slots import CHRONOLOGY, DOCUMENTS, NOW_LINES, PANELS, SUB_NAVIGATION
        from cems.clocks.slots import CHILDREN_SEEN, KINDS, MAY_SEE_CHILD, SHUT_WAYS
        from cems.notices.slots import KNOWN_TO, MAIL_WITHHELD, NAMES, NOT_TOLD
        from cems.policy.slots import LISTS, POLICIES

        POLICIES.fill(*policy.POLICIES, by=self.label)
        LISTS.fill(*practice_lists.LISTS, by=self.label)
        DERIVED_CHECKS.fill(
            DerivedCheck("children.current_level", derived.current_levels),
            DerivedCheck("children.joined_authorities", derived.joined_authorities),
            by=self.label,
        )
        FIRST_PAGE_LINES.fill(home_content.items, by=self.label)
        FIRST_PAGE_COUNTS.fill(home_content.counts, by=self.label)
        START_BUTTONS.fill(home_content.BUTTON, by=self.label)
        OPEN_THINGS.fill(open_things.CLAIMS, open_things.KEPT_RECORDS, by=self.label, after="actions")
        REFERENCE_DATA.fill(reference.sync, by=self.label)
        KEPT.fill(*child_content.ROWS, by=self.label)
        CHRONOLOGY.fill(entries.chronology, by=self.label)
        NOW_LINES.fill(*panels.NOW_LINES, by=self.label)
        PANELS.fill(*panels.PANELS, by=self.label)
        DOCUMENTS.fill(panels.CHRONOLOGY_PAPER, by=self.label)
        SUB_NAVIGATION.fill(*panels.SUB_NAVIGATION, by=self.label)
        KINDS.fill(RESTRICTION_REVIEW, PLACED_TELL, PLACED_ANSWER, PLACED_ESCALATION, by=self.label)
        MAY_SEE_CHILD.fill(handlers.may_see, by=self.label)
        CHILDREN_SEEN.fill(handlers.seen_by, by=self.label)
        SHUT_WAYS.fill(handlers.shut_ways, by=self.label)
        MAIL_WITHHELD.fill(handlers.died, by=self.label)
        NAMES.fill(handlers.names, by=self.label)
        KNOWN_TO.fill(known_to, by=self.label)
        NOT_TOLD.fill(barred_pairs, by=self.label)
