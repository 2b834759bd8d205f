"""App configuration."""

from django.apps import AppConfig


class ClocksConfig(AppConfig):
    name = "cems.clocks"
    label = "clocks"

    def ready(self) -> None:
        from cems.accounts.events import PersonLeft
        from cems.base.events import subscribe
        from cems.base.registries import add_home_content
        from cems.clocks.handlers import rehome_clocks
        from cems.clocks.home_content import CONTENT
        from cems.clocks.policy import POLICIES
        from cems.policy.declared import add_policies

        add_policies(POLICIES)
        add_home_content(CONTENT)
        subscribe(PersonLeft, rehome_clocks)
