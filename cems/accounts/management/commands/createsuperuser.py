"""`manage.py createsuperuser`: there is none in CEMS; says what to run instead."""

from typing import Any

from django.contrib.auth.management.commands import createsuperuser
from django.core.management.base import CommandError


class Command(createsuperuser.Command):
    """Django's own, in whose place it stands, says which options are understood."""

    help = "CEMS has no superuser. Run add_administrator instead."

    def execute(self, *args: Any, **options: Any) -> None:
        raise CommandError(
            "CEMS has no superuser: nobody passes by the rules of access. Add an administrator, who invites the"
            " others: manage.py add_administrator EMAIL NAME --agency CODE"
        )
