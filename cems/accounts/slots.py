"""What the pages of an administrator, and the directory, ask of the apps above."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

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


@dataclass(frozen=True)
class OpenThing:
    """One open thing somebody alone answers for. In fixed words and references: who hands it over may not know the
    child."""

    key: str
    label: str
    reference: str
    url: str
    due_at: datetime | None = None


@dataclass(frozen=True)
class OpenThings:
    """A kind of open thing an app holds for people: those of one person, how many each has, and how one is given.

    `give` takes who gives, the key, who gets it and the instant; None where its own page asks more than that.
    """

    key: str
    label: str
    of: Callable[[User], Sequence[OpenThing]]
    count: Callable[[Collection[int]], Mapping[int, int]]
    give: Callable[[User, str, User, datetime], object] | None = None


OPEN_THINGS: Many[OpenThings] = Many(
    "accounts.open_things",
    "A kind of open thing that one person answers for, to be handed over when they leave or change team.",
    name_of=lambda kind: kind.key,
)
DIRECTORY: Many[DirectoryList] = Many(
    "accounts.directory",
    "A list of who to ring, beside desks, helplines and teams (K3).",
    name_of=lambda entry: entry.heading,
)
