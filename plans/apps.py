"""App configuration."""

from django.apps import AppConfig


class PlansConfig(AppConfig):
    name = "plans"

    def ready(self) -> None:
        from cems.policy.slots import POLICIES
        from plans import policy

        POLICIES.fill(*policy.POLICIES, by=self.label)
        from cems.base.slots import KEPT
        from cems.children.slots import CHRONOLOGY, PANELS
        from cems.clocks.slots import KINDS
        from plans import child_content, clocks

        KINDS.fill(clocks.REFERRAL_DECISION, clocks.STRATEGY_MEETING, by=self.label)
        KEPT.fill(*child_content.ROWS, by=self.label)
        CHRONOLOGY.fill(child_content.chronology, by=self.label)
        PANELS.fill(child_content.PANEL, by=self.label, before="actions.open")
