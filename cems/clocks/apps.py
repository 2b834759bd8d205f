"""App configuration."""

from django.apps import AppConfig


class ClocksConfig(AppConfig):
    name = "cems.clocks"
    label = "clocks"

    def ready(self) -> None:
        from cems.clocks import policy
        from cems.policy.slots import POLICIES

        POLICIES.fill(*policy.POLICIES, by=self.label)
        from cems.accounts.events import PersonLeft
        from cems.accounts.slots import OPEN_THINGS
        from cems.base.events import subscribe
        from cems.base.slots import FIRST_PAGE_COUNTS, FIRST_PAGE_LINES, START_BUTTONS
        from cems.clocks import home_content, open_things
        from cems.clocks.handlers import rehome_clocks

        FIRST_PAGE_LINES.fill(home_content.items, by=self.label)
        FIRST_PAGE_COUNTS.fill(home_content.counts, by=self.label)
        START_BUTTONS.fill(home_content.FAILED, by=self.label)
        OPEN_THINGS.fill(open_things.CLOCKS, by=self.label)
        subscribe(PersonLeft, rehome_clocks)
