"""Compares who is on a board with the matters that give the boards their reach (`manage.py check_derived`)."""

from django.db.models import Exists, OuterRef

from ceg.models import BoardEntry
from cems.base.slots import DerivedCheck
from cems.children.choices import MatterKind
from cems.children.models import Matter


def on_boards() -> list[str]:
    """A sentence for each open matter of a board without its entry, and for each entry without its matter."""
    running = BoardEntry.objects.filter(left_at__isnull=True)
    matters = Matter.objects.filter(
        kind=MatterKind.CEG, closed_at__isnull=True, locality__isnull=False
    ).exclude(Exists(running.filter(matter=OuterRef("pk"))))
    left = running.filter(matter__closed_at__isnull=False)
    return [
        *(
            f"Board matter {pk} is open, and its child on no board."
            for pk in matters.values_list("pk", flat=True)
        ),
        *(f"Board entry {pk} runs, and its matter is closed." for pk in left.values_list("pk", flat=True)),
    ]


ON_BOARDS = DerivedCheck("children on boards", on_boards)
