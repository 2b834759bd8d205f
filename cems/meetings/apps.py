"""App configuration."""

from django.apps import AppConfig


class MeetingsConfig(AppConfig):
    name = "cems.meetings"
    label = "meetings"

    def ready(self) -> None:
        from cems.meetings import policy
        from cems.policy.slots import POLICIES

        POLICIES.fill(*policy.POLICIES, by=self.label)
        from cems.base.slots import KEPT
        from cems.clocks.slots import KINDS
        from cems.meetings import child_content
        from cems.meetings.clocks import MEETING_END

        KINDS.fill(MEETING_END, by=self.label)
        KEPT.fill(*child_content.ROWS, by=self.label)
