"""The entries of the header: where the person may go, and which of them the page shown belongs to."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from django.urls import ResolverMatch, reverse

from cems.accounts.models import User
from cems.accounts.profile import profile_of
from cems.accounts.roles import Work
from cems.accounts.templatetags.administration import administration_places
from cems.base.first_page import Place
from cems.base.slots import NAVIGATION

HOME = Place("My work", "home", ())
NOTICES = Place("Notices", "notices:list", ())
PEOPLE = Place("People and roles", "people:users", ())
# How many letters of entries stand beside each other at 1280 pixels, with a search box and a name after them; each
# entry takes the room of three more. The rest folds behind "More".
ROOM = 52
GAP = 3
MORE = len("More")
# Pages that the header or the footer links by themselves: the own sign-in, and what is for everybody to read.
OWN_SIGN_IN = ("account", "account_", "mfa_", "usersessions_")
OF_WORK = "account:hand-over"  # stands among the person's own pages, and is a manager's work
FOOT = frozenset({"directory:directory", "help_words", "help_accessibility", "help_privacy"})


@dataclass(frozen=True)
class Entry:
    """A link of the header. `current` is what aria-current says: "page", "true" for a page under it, or nothing."""

    label: str
    url_name: str
    current: str = ""

    @property
    def url(self) -> str:
        return reverse(self.url_name)

    @property
    def is_home(self) -> bool:
        return self.url_name == HOME.url_name

    @property
    def is_notices(self) -> bool:
        return self.url_name == NOTICES.url_name


@dataclass(frozen=True)
class Entries:
    """The entries that stand in the row, and those behind "More"."""

    shown: Sequence[Entry]
    more: Sequence[Entry]

    def __contains__(self, url_name: object) -> bool:
        """Whether the person may go there, for templates that lead back to it."""
        return any(entry.url_name == url_name for entry in (*self.shown, *self.more))

    @property
    def more_current(self) -> bool:
        return any(entry.current for entry in self.more)


def entries_of(user: User, match: ResolverMatch | None) -> Entries:
    """The header's entries for this person on the page at `match`: one of them is current on every page but those
    of the own sign-in and of the footer."""
    profile = profile_of(user)
    places = [place for place in NAVIGATION if any(profile.may(Work(work)) for work in place.works)]
    if profile.may(Work.ADMINISTRATION):
        places.append(PEOPLE)
    every = [HOME, NOTICES, *places]
    here = match.view_name if match else ""
    current = _current(every, here)
    entries = [Entry(place.label, place.url_name) for place in every]
    return _fitting(
        [
            replace(entry, current="page" if entry.url_name == here else "true")
            if entry.url_name == current
            else entry
            for entry in entries
        ]
    )


def own_sign_in(match: ResolverMatch | None) -> bool:
    """Whether the page is one of the person's own sign-in."""
    if match is None or match.view_name == OF_WORK:
        return False
    return match.namespace == OWN_SIGN_IN[0] or match.view_name.startswith(OWN_SIGN_IN[1:])


def _current(places: Sequence[Place], here: str) -> str:
    """The entry that a page belongs to: the page itself, one of its app, else "My work", where everything begins."""
    names = [place.url_name for place in places]
    if here in names:
        return here
    area, _, page = here.rpartition(":")
    if here == OF_WORK:
        return HOME.url_name
    if here in FOOT or area == OWN_SIGN_IN[0] or here.startswith(OWN_SIGN_IN[1:]):
        return ""
    if PEOPLE.url_name in names and _is_administration(here, area):
        return PEOPLE.url_name
    beside = [name for name in names if area and name.startswith(f"{area}:")]
    # "year_figures" belongs to "figures" rather than to the first entry of its app.
    near = [name for name in beside if name.partition(":")[2] in page]
    return next(iter([*near, *beside, HOME.url_name]))


def _is_administration(here: str, area: str) -> bool:
    """Whether a page is one of the administrator's; of the directory only those that its entries name."""
    names = {place.url_name for place in administration_places()}
    areas = {name.partition(":")[0] for name in names} - {"directory"}
    return here in names or area in areas or here.startswith("directory:helpline")


def _fitting(entries: Sequence[Entry]) -> Entries:
    if _width(entries) <= ROOM:
        return Entries(entries, ())
    shown = list(entries)
    while _width(shown) + MORE + GAP > ROOM and len(shown) > 2:
        shown.pop()
    return Entries(shown, entries[len(shown) :])


def _width(entries: Sequence[Entry]) -> int:
    return sum(len(entry.label) + GAP for entry in entries)
