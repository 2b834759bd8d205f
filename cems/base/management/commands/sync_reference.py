"""manage.py sync_reference: reference data and roles from files into tables; harmless to repeat."""

from typing import Any

from django.core.management.base import BaseCommand

from cems.base.slots import REFERENCE_DATA


class Command(BaseCommand):
    help = "Write reference data (agencies, localities, instrument …) from the project's data files."

    def handle(self, *args: Any, **options: Any) -> None:
        for app, sync in REFERENCE_DATA.items():
            self.stdout.write(f"{app}: {sync()}")
