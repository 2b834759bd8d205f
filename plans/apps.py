"""App configuration."""

from django.apps import AppConfig


class PlansConfig(AppConfig):
    name = "plans"

    def ready(self) -> None:
        from cems.base.registries import add_child_content
        from cems.clocks.kinds import add_clock_kind
        from cems.policy.declared import add_policies
        from plans import child_content, clocks
        from plans.policy import POLICIES

        add_policies(POLICIES)
        add_clock_kind(clocks.REFERRAL_DECISION)
        add_clock_kind(clocks.STRATEGY_MEETING)
        add_child_content(child_content.CONTENT)
