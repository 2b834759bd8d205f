"""What `manage.py check`, and every command and worker at its start, looks at."""

from typing import Any

from django.core.checks import CheckMessage, Error

from cems.base import extension


def slots_filled(**_: Any) -> list[CheckMessage]:
    """Each extension slot that needs an answer has one, and each entry stands beside one that is there."""
    return [
        Error(
            fault,
            hint="Slots are filled in AppConfig.ready of the app that answers; docs/architecture.md lists them.",
            id="cems.E001",
        )
        for fault in extension.faults()
    ]
