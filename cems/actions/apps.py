"""App configuration."""

from django.apps import AppConfig


class ActionsConfig(AppConfig):
    name = "cems.actions"
    label = "actions"

    def ready(self) -> None:
        from cems.actions import child_content, handlers, home_content
        from cems.actions.clock import ACTION_DUE
        from cems.actions.policy import POLICIES
        from cems.base.events import subscribe
        from cems.base.registries import add_child_content, add_home_content
        from cems.children.events import PlacementConcern
        from cems.clocks.kinds import add_clock_kind
        from cems.policy.declared import add_policies

        add_policies(POLICIES)
        add_clock_kind(ACTION_DUE)
        add_child_content(child_content.CONTENT)
        add_home_content(home_content.CONTENT)
        subscribe(PlacementConcern, handlers.on_placement_concern)
