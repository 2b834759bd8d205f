"""`manage.py make_partitions`: the audit's months, made ahead. Run daily, as the owner."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db import connection

from cems.audit.partitions import make_partitions
from cems.base.time import now


class Command(BaseCommand):
    help = (
        "Make the tables of the coming months of the audit. Run it as the owner (CEMS_DATABASE_ROLE=owner)."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--ahead", type=int, default=3, help="months after this one (3)")

    def handle(self, *args: Any, ahead: int, **options: Any) -> None:
        made = make_partitions(connection, first=now().date(), months=ahead + 1)
        self.stdout.write(f"Made {', '.join(made)}." if made else "Nothing to make.")
