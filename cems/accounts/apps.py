"""App configuration."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "cems.accounts"
    label = "accounts"

    def ready(self) -> None:
        from cems.accounts import policy
        from cems.accounts.authorities import successors
        from cems.policy.slots import POLICIES, SUCCESSORS

        POLICIES.fill(*policy.POLICIES, by=self.label)
        SUCCESSORS.fill(successors, by=self.label)
        from cems.accounts import home_content, open_things, reference, sign_in
        from cems.accounts.directory.error_page import kept_desk_numbers
        from cems.accounts.slots import OPEN_THINGS
        from cems.base.slots import ERROR_PAGE_DESKS, FIRST_PAGE_LINES, REFERENCE_DATA, START_BUTTONS

        REFERENCE_DATA.fill(reference.sync, by=self.label)
        START_BUTTONS.fill(home_content.PEOPLE, by=self.label)
        FIRST_PAGE_LINES.fill(home_content.items, by=self.label)
        OPEN_THINGS.fill(open_things.LEADS, by=self.label)
        ERROR_PAGE_DESKS.fill(kept_desk_numbers, by=self.label)
        sign_in.connect()
