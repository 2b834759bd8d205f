"""Every page there is, opened by the person it is for, wide and narrow: axe, console, requests, width.

Generated from the resolver: a new page is opened without a line here, and one that can't be opened fails.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from django.urls import reverse

from cems.accounts.invitations import link_for
from cems.accounts.models import User
from cems.base.time import now
from cems.children.history.services.involvement import involvement_start
from tests.factories.allocation import child_at, has_worker, make_manager, make_worker
from tests.factories.children import make_child, name_reader, restrict
from tests.factories.people import make_user
from tests.factories.world import Story, World, make_world
from tests.guards.addresses import Address, addresses
from tests.guards.source import told
from tests.guards.table import readers
from tests.journeys.browser import NARROW, PASSWORD, WIDE, Visitor, set_up_second_factor
from tests.journeys.conftest import Open
from tests.triage.cevt.story import CevtRows
from tests.triage.first_contact.story import FirstContactRows

# The stories whose children the pages are opened for.
FOR_PAGES = ("involved", "cevt", "ceg", "exploitation", "referral", "known", "emergency_access")


@dataclass
class Tour:
    """A way through the pages: a window a person, kept open."""

    world: World
    window: Open
    windows: dict[int | None, Visitor]

    def of(self, user: User | None) -> Visitor:
        """The window of this person, who was signed in beforehand; None is somebody signed out."""
        key = user.pk if user else None
        if key not in self.windows:
            self.windows[key] = self.window()
            if user:
                self.windows[key].is_signed_in(user)
        return self.windows[key]

    def through_the_door(self, *, second_factor: bool = True) -> Visitor:
        """Somebody who has just signed in by the page, as changing one's own sign-in asks for."""
        user = make_user(password=PASSWORD)
        if second_factor:
            set_up_second_factor(user)
        visitor = self.window()
        if second_factor:
            visitor.sign_in(user)
        else:
            visitor.give_password(user)
            visitor.user = user
        return visitor


def _half_way(tour: Tour) -> Visitor:
    user = make_user(password=PASSWORD)
    set_up_second_factor(user)
    visitor = tour.window()
    visitor.give_password(user)
    return visitor


def _key_of_mail(tour: Tour) -> Visitor:
    visitor = tour.window()
    visitor.open(link_for(make_user()).removeprefix("http://127.0.0.1:8000"))
    return visitor


def _key_of_own(name: str) -> Callable[[Tour], Visitor]:
    def open_it(tour: Tour) -> Visitor:
        visitor = tour.through_the_door()
        row = Authenticator.objects.create(
            user=visitor.user,
            type=Authenticator.Type.WEBAUTHN,
            data={"name": "Example key", "credential": {}},
        )
        return _again(visitor, reverse(name, args=[row.pk]))

    return open_it


def _just_signed_in(name: str) -> Callable[[Tour], Visitor]:
    def open_it(tour: Tour) -> Visitor:
        visitor = tour.through_the_door()
        if name == "mfa_view_recovery_codes":
            RecoveryCodes.activate(visitor.user)
        return _again(visitor, reverse(name), stop=name in {"account_reauthenticate", "mfa_reauthenticate"})

    return open_it


def _again(visitor: Visitor, path: str, *, stop: bool = False) -> Visitor:
    """Open a page of one's own sign-in, giving the password again where it is asked for."""
    visitor.open(path)
    if visitor.here() == "account_reauthenticate" and not stop:
        visitor.page.locator("input[name=password]").fill(PASSWORD)
        visitor.page.locator("main button[type=submit]").first.click()
    return visitor


def _results(tour: Tour) -> Visitor:
    visitor = tour.of(tour.world.people["first_contact"])
    visitor.open(reverse("children:search"))
    visitor.page.locator("main input[name=q]").fill(tour.world.stories["known"].child.family_name)
    visitor.page.locator("main form[role=search] button").click()
    return visitor


def _without_password(tour: Tour) -> Visitor:
    user = make_user()
    user.set_unusable_password()
    user.save()
    visitor = tour.of(user)
    visitor.open(reverse("account_set_password"))
    return visitor


def _asked(tour: Tour) -> Visitor:
    asked = tour.world.stories["known"].of(FirstContactRows).enquiry
    visitor = tour.of(make_user("cevt_member", team=asked.asked_of))
    visitor.open(reverse("first_contact:enquiry_answer", args=[asked.public_id]))
    return visitor


def _claimed(tour: Tour) -> Visitor:
    user, child = make_user(), tour.world.stories["known"].child
    row = involvement_start(
        user, child=child, case_role="school", person=user, why="On roll since September."
    )
    visitor = tour.of(user)
    visitor.open(reverse("children:claim_answer", args=[row.public_id]))
    return visitor


def _raised(tour: Tour) -> Visitor:
    item = tour.world.stories["known"].of(CevtRows).item
    assert item.raised_by is not None
    visitor = tour.of(item.raised_by)
    visitor.open(reverse("cevt:item_raised", args=[item.public_id]))
    return visitor


def _given_in_error(tour: Tour) -> Visitor:
    child, manager = child_at(), make_manager()
    row = has_worker(child, make_worker(), by=manager, at=now())
    visitor = tour.of(manager)
    visitor.open(reverse("allocation:undo", args=[child.public_id, row.public_id]))
    return visitor


def _new(tour: Tour) -> Visitor:
    visitor = tour.of(tour.world.people["first_contact"])
    visitor.open(reverse("children:record_confirm", args=[make_child(provisional=True).public_id]))
    return visitor


def _named_on_it(tour: Tour) -> Visitor:
    child, owner, colleague = make_child(), make_user(), make_user()
    restrict(child, owner=owner)
    name_reader(child, colleague)
    visitor = tour.of(owner)
    visitor.open(reverse("children:reader_end", args=[child.public_id, colleague.public_id]))
    return visitor


# Pages that stand for one moment of one person: how the person comes there.
MOMENTS: dict[str, Callable[[Tour], Visitor]] = {
    "mfa_authenticate": _half_way,
    "mfa_activate_totp": lambda tour: tour.through_the_door(second_factor=False),
    "account_reset_password_from_key": _key_of_mail,
    "account_set_password": _without_password,
    "children:search_results": _results,
    "first_contact:enquiry_answer": _asked,
    "allocation:undo": _given_in_error,
    "cevt:item_raised": _raised,
    "children:reader_end": _named_on_it,
    "children:record_confirm": _new,
    "children:claim_answer": _claimed,
    **{name: _key_of_own(name) for name in ("mfa_remove_webauthn", "mfa_edit_webauthn")},
    **{
        name: _just_signed_in(name)
        for name in (
            "mfa_index",
            "mfa_deactivate_totp",
            "mfa_list_webauthn",
            "mfa_add_webauthn",
            "mfa_view_recovery_codes",
            "mfa_generate_recovery_codes",
            "mfa_reauthenticate",
            "account_reauthenticate",
            "account_change_password",
            "account_logout",
        )
    },
}
# Another name of a page, or a page that shows nothing but another; each with its reason.
SHOWN_AS = {
    "usersessions_list": "account:sessions",  # allauth's name for our own page, at the same address
    "mfa_reauthenticate_webauthn": "mfa_reauthenticate",  # who has no key is asked for the code
}


def open_page(tour: Tour, address: Address) -> Visitor:
    """Open a page as the person it is for."""
    if address.name in MOMENTS:
        return MOMENTS[address.name](tour)
    assert address.access_rule is not None
    if address.access_rule.public:
        visitor = tour.of(None)
        visitor.open(address.url(tour.world))
        return visitor
    for user, story in readers(tour.world, address):
        visitor = tour.of(user)
        about: Story | World = story or tour.world
        # Some pages show their form only to those who decide on this record, and send others back.
        if visitor.open(address.url(about, user)).status == 200 and visitor.here() in _names_of(address):
            return visitor
        visitor.said = []
    raise AssertionError(f"nobody in the world can open {address.name}")


def _names_of(address: Address) -> set[str]:
    return {address.name, SHOWN_AS.get(address.name, address.name)}


def _pages() -> list[Address]:
    return [address for address in addresses() if address.is_page]


PAGES_A_TEST = 50


def _shares() -> list[list[Address]]:
    """The pages, so many a test: each makes a partnership, and workers share the tests out."""
    pages = sorted(_pages(), key=lambda address: address.name)
    return [pages[start : start + PAGES_A_TEST] for start in range(0, len(pages), PAGES_A_TEST)]


# Where everything begins, for who is signed in and for who is not.
FIRST = {"home", "account_login"}
ROW, ABOVE = 64, 250  # pixels: one row of the header; all that stands above a child's content on a phone
# Where a page stands: the ways back that are seen, the links said to be current, and what stands above its content.
STANDING = """(() => {
  const seen = (element) => element.getBoundingClientRect().height > 0;
  const count = (selector, fits) => [...document.querySelectorAll(selector)].filter(fits).length;
  return {
    back: count('.govuk-back-link, .govuk-breadcrumbs a', seen),
    current: count(':is(header nav, .cems-person-menu, .cems-footer) [aria-current]', () => true),
    header: document.querySelector('.cems-header__inner').getBoundingClientRect().height,
    child: count('.cems-child', seen),
    above: document.querySelector('main').getBoundingClientRect().top + window.scrollY,
  };
})()"""


def _misplaced(name: str, visitor: Visitor) -> Iterator[str]:
    """Where the page leaves somebody without a way back or a lit entry, or stands too low for what lies above it."""
    for size in (NARROW, WIDE):
        visitor.page.set_viewport_size(size)  # type: ignore[arg-type]
        page, width = visitor.page.evaluate(STANDING), f"at {size['width']} px"
        if name not in FIRST and not page["back"]:
            yield f"{width}, no way back"
        if visitor.user and not page["current"]:
            yield f"{width}, no entry of header or footer is current"
        if page["header"] > ROW:
            yield f"{width}, the header takes {page['header']:.0f} px, more than one row"
        if page["child"] and size is NARROW and page["above"] > ABOVE:
            yield f"{width}, {page['above']:.0f} px stand above the child's content"


def _faults(tour: Tour, pages: list[Address]) -> Iterator[str]:
    for address in pages:
        visitor = open_page(tour, address)
        if visitor.here() not in _names_of(address):
            yield f"{address.name}: came to {visitor.here() or visitor.page.url}"
            continue
        yield from (f"{address.name}: {fault}" for fault in _misplaced(address.name, visitor))
        yield from (f"{address.name}: {fault}" for fault in visitor.faults(address.name))


@pytest.mark.parametrize("pages", [pytest.param(share, id=f"from {share[0].name}") for share in _shares()])
def test_every_page_is_open_to_everybody(pages: list[Address], window: Open) -> None:
    # given a partnership with a child for every way of reaching one
    tour = Tour(make_world(FOR_PAGES), window, {})
    # when each page is opened by the person it is for, then nothing is wrong with it
    faults = list(_faults(tour, pages))
    assert not faults, told(
        faults, "mend the page's template or styles; the trace lies in screenshots/failures."
    )
