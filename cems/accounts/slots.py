"""What the pages of an administrator, and the directory, ask of the apps above."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

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
DIRECTORY: Many[DirectoryList] = Many(
    "accounts.directory",
    "A list of who to ring, beside desks, helplines and teams (K3).",
    name_of=lambda entry: entry.heading,
)
