"""manage.py check_derived"""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from cems.base.slots import DERIVED_CHECKS


class Command(BaseCommand):
    help = "Compare everything kept for speed with what it is computed from."

    def handle(self, *args: Any, **options: Any) -> None:
        wrong = 0
        for check in DERIVED_CHECKS:
            lines = check.differences()
            wrong += len(lines)
            self.stdout.write(f"{check.name}: {f'{len(lines)} differ' if lines else 'right'}")
            for line in lines:
                self.stdout.write(f"  {line}")
        if wrong:
            raise CommandError(f"{wrong} differences.")
