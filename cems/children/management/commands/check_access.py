"""manage.py check_access"""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from cems.base.time import now
from cems.children.access import grants


class Command(BaseCommand):
    help = "Compare the access grants with the involvements they follow from (A2); --rebuild mends them."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--rebuild", action="store_true", help="make the grants what they should be")

    def handle(self, *args: Any, **options: Any) -> None:
        instant = now()
        differences = grants.differences(instant)
        for line in differences:
            self.stdout.write(line)
        if not differences:
            self.stdout.write("Every grant follows from an involvement.")
        elif options["rebuild"]:
            changed = grants.rebuild(None, at=instant)
            self.stdout.write(f"{changed} grants mended.")
        else:
            raise CommandError(f"{len(differences)} grants differ. Run with --rebuild to mend them.")
