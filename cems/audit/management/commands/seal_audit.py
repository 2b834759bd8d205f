"""`manage.py seal_audit`: seal now, by hand; the same as the task."""

from typing import Any

from django.core.management.base import BaseCommand

from cems.audit.sealing import seal


class Command(BaseCommand):
    help = "Seal the audit entries that can be sealed and export the heads of the chain."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"Seals made: {seal()}.")
