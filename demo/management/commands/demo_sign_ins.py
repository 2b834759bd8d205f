"""manage.py demo_sign_ins: who may sign in to the demonstration, and the password."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from demo import password
from demo.cast import sign_ins


class Command(BaseCommand):
    help = "Show the demonstration's sign-ins and their password."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--all", action="store_true", help="everybody, not only one for each role")

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEMO:
            raise CommandError("This is not a demonstration (CEMS_DEMO is off).")
        rows, secret = sign_ins(everybody=options["all"]), password.read()
        if not rows or not secret:
            raise CommandError("There are no sign-ins yet. Run: manage.py seed_demo")
        wide = max(len(label) for label, _, _ in rows)
        self.stdout.write(f"Everybody's password: {secret}")
        for label, name, email in rows:
            self.stdout.write(f"{label:<{wide}}  {email:<44}  {name}")
