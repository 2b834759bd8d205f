"""App configuration."""

from django.apps import AppConfig


class MeetingsConfig(AppConfig):
    name = "cems.meetings"
    label = "meetings"

    def ready(self) -> None:
        from cems.base.registries import add_child_content
        from cems.clocks.kinds import add_clock_kind
        from cems.meetings import child_content
        from cems.meetings.clocks import MEETING_END
        from cems.meetings.policy import POLICIES
        from cems.policy.declared import add_policies

        add_policies(POLICIES)
        add_clock_kind(MEETING_END)
        add_child_content(child_content.CONTENT)
