"""App configuration."""

from django.apps import AppConfig


class ActionsConfig(AppConfig):
    name = "cems.actions"
    label = "actions"

    def ready(self) -> None:
        from cems.actions import policy
        from cems.policy.slots import POLICIES

        POLICIES.fill(*policy.POLICIES, by=self.label)
        from cems.accounts.events import PersonLeft
        from cems.accounts.slots import OPEN_THINGS
        from cems.actions import child_content, handlers, home_content, open_things
        from cems.actions.clock import ACTION_DUE
        from cems.base.events import subscribe
        from cems.base.slots import FIRST_PAGE_COUNTS, FIRST_PAGE_LINES, KEPT
        from cems.children.events import AgeDecided, PlacementConcern
        from cems.children.slots import CHRONOLOGY, PANELS
        from cems.clocks.events import ClockHandedOver
        from cems.clocks.slots import KINDS

        KINDS.fill(ACTION_DUE, by=self.label)
        KEPT.fill(*child_content.ROWS, by=self.label)
        CHRONOLOGY.fill(child_content.chronology, by=self.label)
        PANELS.fill(*child_content.PANELS, by=self.label)
        FIRST_PAGE_LINES.fill(home_content.items, by=self.label)
        FIRST_PAGE_COUNTS.fill(home_content.counts, by=self.label)
        OPEN_THINGS.fill(open_things.ACTIONS, by=self.label, after="clocks")
        subscribe(ClockHandedOver, handlers.on_clock_handed_over)
        subscribe(PersonLeft, handlers.on_person_left)
        subscribe(PlacementConcern, handlers.on_placement_concern)
        subscribe(AgeDecided, handlers.on_age_decided)
