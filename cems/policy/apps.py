"""App configuration."""

from django.apps import AppConfig


class PolicyConfig(AppConfig):
    name = "cems.policy"
    label = "policy"

    def ready(self) -> None:
        from cems.base.slots import OFFICE
        from cems.policy import policy
        from cems.policy.office import OFFICE_OF_SETTINGS
        from cems.policy.slots import POLICIES

        POLICIES.fill(*policy.POLICIES, by=self.label)
        OFFICE.fill(OFFICE_OF_SETTINGS, by=self.label)
