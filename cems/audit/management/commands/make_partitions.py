"""`manage.py make_partitions`: the audit's months, made ahead. Run daily, as the owner."""

from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection

from cems.audit.partitions import make_partitions
from cems.base.time import now


class Command(BaseCommand):
    help = (
        "Make the tables of the coming months of the audit, and of past ones that are to be entered."
        " Run it as the owner (CEMS_DATABASE_ROLE=owner)."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--ahead", type=int, default=3, help="months after this one (3)")
        parser.add_argument("--since", type=date.fromisoformat, help="and all since this day, YYYY-MM-DD")

    def handle(self, *args: Any, ahead: int, since: date | None, **options: Any) -> None:
        this = now().date()
        first = since or this
        months = (this.year - first.year) * 12 + this.month - first.month
        if months < 0:
            raise CommandError("--since names a day to come.")
        made = make_partitions(connection, first=first, months=months + ahead + 1)
        self.stdout.write(f"Made {', '.join(made)}." if made else "Nothing to make.")
