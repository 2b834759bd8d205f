"""What the pages of an administrator, and the directory, ask of the apps above."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from cems.accounts.models import User
from cems.base.extension import Many
from cems.base.first_page import Place


@dataclass(frozen=True)
class Contact:
    """Somebody who can be rung: who, for what, by which number and when."""

    name: str
    purpose: str
    phone: str = ""
    hours: str = ""
    page: str = ""


@dataclass(frozen=True)
class DirectoryList:
    """A list of the directory that an app above keeps: its heading, and its contacts on a day."""

    heading: str
    contacts: Callable[[date], Sequence[Contact]]


ADMINISTRATION: Many[Place] = Many(
    "accounts.administration",
    "A page beside people, agencies, teams and practice settings, for those who do its kind of work.",
    name_of=lambda place: place.url_name,
)
LEAVES: Many[Callable[[User], Sequence[str]]] = Many(
    "accounts.leaves",
    "What somebody who leaves has still to do, a plain sentence each without a child's name, before they leave.",
)
DIRECTORY: Many[DirectoryList] = Many(
    "accounts.directory",
    "A list of who to ring, beside desks, helplines and teams (K3).",
    name_of=lambda entry: entry.heading,
)
