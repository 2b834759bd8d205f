"""`manage.py verify_audit`: has anybody changed what was sealed? Exit code 1 with findings."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from cems.audit.verification import MOST, verify


class Command(BaseCommand):
    help = "Compare the audit with its seals and their exported heads."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--heads", type=Path, help="a copy of the exported heads kept elsewhere")

    def handle(self, *args: Any, heads: Path | None, **options: Any) -> None:
        if heads and not heads.is_file():
            raise CommandError(f"There is no file {heads}.", returncode=2)
        findings = verify(heads_file=heads)
        for finding in findings:
            self.stdout.write(finding)
        if findings:
            more = " or more" if len(findings) == MOST else ""
            raise CommandError(
                f"{len(findings)}{more} findings: the audit is not as it was sealed.", returncode=1
            )
        self.stdout.write("The audit is as it was sealed.")
