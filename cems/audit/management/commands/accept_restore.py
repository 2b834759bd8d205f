"""`manage.py accept_restore --reason …`: go on after a restore from a dump older than the exported heads."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from cems.audit.restore import restore_accept
from cems.base.errors import Invalid


class Command(BaseCommand):
    help = (
        "Put the exported heads of the audit aside after a restore, and export those of the seals that are here."
        " Run it where the sealer's login is (a worker), after verify_audit named nothing but what the dump lacks."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--reason", required=True, help="who restored what, and why")

    def handle(self, *args: Any, reason: str, **options: Any) -> None:
        try:
            lost = restore_accept(reason=reason)
        except Invalid as error:
            raise CommandError(str(error)) from None
        if lost is None:
            self.stdout.write("Every exported head is of a seal that is here: nothing to accept.")
            return
        self.stdout.write(
            f"Seals {lost.first} to {lost.last} are lost with what they covered. They are kept in {lost.kept_in}."
        )
