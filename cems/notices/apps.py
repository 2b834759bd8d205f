"""App configuration."""

from django.apps import AppConfig


class NoticesConfig(AppConfig):
    name = "cems.notices"
    label = "notices"

    def ready(self) -> None:
        from cems.accounts.events import AccountChangeMoved, DelegationChanged
        from cems.base.events import subscribe
        from cems.notices.handlers import tell_of_account_change, tell_of_cover

        subscribe(DelegationChanged, tell_of_cover)
        subscribe(AccountChangeMoved, tell_of_account_change)
