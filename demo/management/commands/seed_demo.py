"""manage.py seed_demo: fill the synthetic partnership."""

import argparse
from datetime import datetime, time
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from cems.base.time import LONDON
from demo.fill import NotFilled, fill
from demo.password import PasswordLost

_WIDTH = 30
_EVERY = 5  # per cent, where the output is no terminal


def moment(text: str) -> datetime:
    """A London day (its 10:00) or moment from the command line."""
    try:
        when = datetime.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(
            "write a day or a moment, such as 2026-10-01 or 2026-10-01T14:30"
        ) from None
    if len(text) == len("2026-10-01"):
        when = datetime.combine(when.date(), time(10))
    return when if when.tzinfo else when.replace(tzinfo=LONDON)


class Command(BaseCommand):
    help = "Fill the demonstration with invented people and children. Harmless to repeat; goes on where it stopped."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--seed", type=int, default=1, help="which partnership (0 to 9)")
        parser.add_argument("--as-of", type=moment, help="the present of the partnership (now)")
        parser.add_argument("--children", type=int, default=60, help="children of the present (60)")
        parser.add_argument(
            "--year", help="a reporting year to fill in besides, with its published figures: 2023-24"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        self._told = -1
        try:
            filled = fill(
                seed=options["seed"],
                children=options["children"],
                as_of=options["as_of"],
                year=options["year"],
                progress=self._progress,
            )
        except (NotFilled, PasswordLost) as refused:
            raise CommandError(str(refused)) from None
        if filled.faults:
            raise CommandError("\n".join(["Some children could not be filled in:", *filled.faults]))
        if filled.added:
            self.stdout.write(f"{filled.added} children filled in. All of them are invented.")
        else:
            self.stdout.write("Everything was there already.")

    def _progress(self, done: int, of: int) -> None:
        percent = done * 100 // of
        if self.stdout.isatty():
            bar = "█" * (percent * _WIDTH // 100)
            self.stdout.write(f"\r{bar:<{_WIDTH}} {percent:3} %  {done} of {of} children", ending="")
            if done == of:
                self.stdout.write("")
        elif percent // _EVERY > self._told:
            self._told = percent // _EVERY
            self.stdout.write(f"{percent:3} %  {done} of {of} children")
        self.stdout.flush()
