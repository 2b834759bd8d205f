"""App configuration."""

from django.apps import AppConfig


class PolicyConfig(AppConfig):
    name = "cems.policy"
    label = "policy"

    def ready(self) -> None:
        from cems.base.calendar import fill_office
        from cems.policy.declared import add_policies
        from cems.policy.office import SettingsOffice
        from cems.policy.policy import POLICIES

        add_policies(POLICIES)
        fill_office(SettingsOffice())
