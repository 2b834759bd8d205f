"""The one password of all demonstration sign-ins: made at the first fill, kept in a private file."""

import os
import secrets
from pathlib import Path

from django.conf import settings

from cems.accounts.models import User

# Without letters and digits that look alike, since people type it from a screen.
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"


class PasswordLost(Exception):
    """The people of the demonstration are here, but not the file with their password."""


def path() -> Path:
    """Where the password lies, readable by the user who runs CEMS alone."""
    return settings.STATE_DIR / "demo-password"


def read() -> str:
    """The password, or nothing where none was made yet."""
    return path().read_text(encoding="utf-8").strip() if path().exists() else ""


def known_to(somebody: User | None) -> str:
    """The password people have, or a new one, not yet kept, where nobody is here.

    `somebody` has it already. Raises PasswordLost when theirs is another one: a new password would be
    shown to people and let nobody in.
    """
    secret = read()
    if somebody is not None and not (secret and somebody.check_password(secret)):
        raise PasswordLost(
            f"The people of the demonstration are in this database, but {path()} does not hold their"
            " password. Bring that file back, or start with an empty database."
        )
    return secret or "-".join("".join(secrets.choice(_LETTERS) for _ in range(5)) for _ in range(3))


def keep(secret: str) -> None:
    """Write the password down, unless it is there."""
    if read() == secret:
        return
    path().parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle = os.open(path(), os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(f"{secret}\n")
