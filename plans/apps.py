"""App configuration."""

from django.apps import AppConfig


class PlansConfig(AppConfig):
    name = "plans"

    def ready(self) -> None:
        from cems.accounts.slots import ADMINISTRATION, DIRECTORY
        from cems.base.events import subscribe
        from cems.base.slots import KEPT, REFERENCE_DATA
        from cems.children.events import AreaChanged
        from cems.children.slots import CHRONOLOGY, NOW_LINES, PANELS, SUB_NAVIGATION
        from cems.clocks.slots import KINDS
        from cems.policy.slots import POLICIES
        from plans import child_content, clocks, handlers, home_content, policy
        from plans.services import provider

        POLICIES.fill(*policy.POLICIES, by=self.label)
        KINDS.fill(clocks.REFERRAL_DECISION, clocks.STRATEGY_MEETING, by=self.label)
        KEPT.fill(*child_content.ROWS, by=self.label)
        CHRONOLOGY.fill(child_content.chronology, by=self.label)
        PANELS.fill(child_content.PANEL, by=self.label, before="actions.open")
        NOW_LINES.fill(child_content.VIEW_LINE, by=self.label, after="children.level")
        SUB_NAVIGATION.fill(child_content.TAB, by=self.label, after="children:notes")
        REFERENCE_DATA.fill(provider.sync, by=self.label)
        subscribe(AreaChanged, handlers.on_area_changed)
        ADMINISTRATION.fill(home_content.PROVIDERS, by=self.label)
        DIRECTORY.fill(home_content.CONTACTS, by=self.label)
