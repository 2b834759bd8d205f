"""App configuration."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "cems.accounts"
    label = "accounts"

    def ready(self) -> None:
        from cems.accounts import reference, sign_in
        from cems.accounts.policy import POLICIES
        from cems.base.registries import add_reference_data
        from cems.policy.declared import add_policies

        add_policies(POLICIES)
        add_reference_data("accounts", reference.sync)
        sign_in.connect()
