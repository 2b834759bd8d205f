"""The ways a command refuses. Views and the API turn each into one plain answer."""

from collections.abc import Mapping
from typing import Any


class CommandError(Exception):
    """A service refused. `message` is a plain sentence for the person; `field` names the field to mend."""

    def __init__(self, message: str, *, field: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.field = field


class Invalid(CommandError):
    """What was sent can't be right, or not in this state (answer 400, or an error beside the field)."""


class NotAllowed(CommandError):
    """The person may see this, but not do this (answer 403)."""


class Conflict(CommandError):
    """Someone else was quicker, or the same key came with other content (answer 409)."""


class SentAlready(Conflict):
    """The key of a form or call that was taken came again, with other content."""

    def __init__(self) -> None:
        super().__init__(
            "This was already sent with other content, which is kept. Check that before you send again."
        )


class Overtaken(Conflict):
    """Somebody else saved the same answer or field first; both texts are shown to the loser.

    `theirs` is what is saved, `version` the number to send to replace it, `by` who saved it.
    """

    def __init__(self, *, theirs: Mapping[str, Any], version: int, by: str) -> None:
        super().__init__("Somebody else changed this while you were typing. Choose which text stays.")
        self.theirs, self.version, self.by = theirs, version, by or "A colleague"


class Unavailable(CommandError):
    """A part of the system this needs is not there on this machine (answer 503)."""


class TooMany(CommandError):
    """Asked too often (answer 429); `seconds` says when to try again."""

    def __init__(self, message: str, *, seconds: int = 60) -> None:
        super().__init__(message)
        self.seconds = seconds
