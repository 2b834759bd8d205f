"""`manage.py retire_audit_month 2019-05 --reason …`: let a month of the audit go, and keep its seals."""

from datetime import date
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from cems.audit.retention import retire_month


class Command(BaseCommand):
    help = "Drop one whole month of the audit whose time to be kept is over. Run it as the owner."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("month", help="such as 2019-05")
        parser.add_argument("--reason", required=True, help="who decided it, and under what")

    def handle(self, *args: Any, month: str, reason: str, **options: Any) -> None:
        if settings.DATABASE_ROLE != "owner":
            raise CommandError("Run this as the owner: CEMS_DATABASE_ROLE=owner.")
        try:
            first = date.fromisoformat(f"{month}-01")
        except ValueError:
            raise CommandError("Give the month as year and month, such as 2019-05.") from None
        count = retire_month(None, month=first, reason=reason)
        self.stdout.write(f"{month} is gone: {count} entries. Its seals are kept.")
