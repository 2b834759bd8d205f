"""manage.py import_schools FILE"""

import csv
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from cems.base import errors
from cems.children.identity.services.school import school_account, schools_import


class Command(BaseCommand):
    help = (
        "Read the public register of schools (C1), the file of all establishments of Get Information about Schools."
        " Shows what it would bring; --write brings it. --account URN=CODE says which school has which account."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, help="the CSV file as it was downloaded")
        parser.add_argument(
            "--write", action="store_true", help="write it; without this only the counts are shown"
        )
        parser.add_argument("--encoding", default="cp1252", help="of the file; the register's own is cp1252")
        parser.add_argument("--account", action="append", default=[], metavar="URN=CODE")

    def handle(
        self, *args: Any, file: Path, write: bool, encoding: str, account: list[str], **options: Any
    ) -> None:
        try:
            with file.open(encoding=encoding, newline="") as lines:
                counts = schools_import(None, lines=csv.DictReader(lines), write=write)
            for pair in account if write else []:
                urn, _, code = pair.partition("=")
                school_account(None, urn=urn, code=code)
        except (OSError, UnicodeDecodeError, csv.Error) as fault:
            raise CommandError(f"The file can't be read: {fault}") from None
        except errors.CommandError as refused:
            raise CommandError(refused.message) from None
        for line in counts.refused[:10]:
            self.stderr.write(line)
        self.stdout.write(
            f"{counts.new} new, {counts.changed} changed, {counts.same} the same; {counts.closed} of them closed;"
            f" {len(counts.refused)} lines refused."
        )
        self.stdout.write(
            "Written." if write else "Nothing is written. Run it with --write to bring these in."
        )
