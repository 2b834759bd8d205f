"""`manage.py add_administrator EMAIL NAME --agency CODE`: the first people who can invite others."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from cems.accounts import invitations
from cems.accounts.services import administrator as services_administrators
from cems.base import errors


class Command(BaseCommand):
    help = (
        "Add an administrator and print the link by which they choose their password. Make two: nobody changes"
        " their own roles. Again, before they have signed in, prints another link."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email", help="the address they sign in with")
        parser.add_argument("name", help="their name as colleagues read it, in quotes")
        parser.add_argument("--agency", required=True, metavar="CODE", help="the code of their agency")

    def handle(self, *args: Any, email: str, name: str, agency: str, **options: Any) -> None:
        try:
            user = services_administrators.administrator_add(None, email=email, name=name, agency_code=agency)
        except errors.CommandError as refused:
            raise CommandError(refused.message) from None
        days = settings.PASSWORD_RESET_TIMEOUT // 86_400
        self.stdout.write(
            f"{user.name} ({user.email}) is an administrator. Give them this link, and nobody else; it works once"
            f" and for {days} days:"
        )
        self.stdout.write(invitations.link_for(user))
