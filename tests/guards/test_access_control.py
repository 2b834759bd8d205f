"""Every address has an access rule: what comes out of it, and who may open it (A2, design: tests)."""

from django.urls import reverse

from cems.accounts.access_control import ALLAUTH_RULES
from cems.accounts.roles import Part, Work
from cems.base.access_control import Shape
from tests.guards.addresses import Address, addresses
from tests.guards.source import packages, told

GIVE_ONE = (
    "put @requires_sign_in, @requires_work, @requires_child or the app's own rule over the view; "
    "for a page of django-allauth, add its name to ALLAUTH_DOORS with the reason."
)


def test_every_address_has_a_door() -> None:
    assert addresses(), "the resolver knows no address at all"
    faults = [
        f"{address.name or address.route} ({address.view}) has no access rule"
        for address in addresses()
        if address.access_rule is None
    ]
    assert not faults, told(faults, GIVE_ONE)


def test_every_address_has_a_name() -> None:
    faults = [f"{address.route} ({address.view})" for address in addresses() if not address.name]
    assert not faults, told(faults, "give path() a name; guards, journeys and links find the page by it.")


def test_only_other_peoples_pages_are_in_the_table_of_doors() -> None:
    by_name = {address.name: address for address in addresses()}
    faults = [f"{name} is no address" for name in ALLAUTH_RULES.keys() - by_name.keys()]
    faults += [
        f"{name} is our own view {by_name[name].view}"
        for name in ALLAUTH_RULES.keys() & by_name.keys()
        if by_name[name].view.split(".")[0] in packages()
    ]
    assert not faults, told(
        faults, "take the entry out of ALLAUTH_RULES; our own views carry their rule themselves."
    )


def test_open_doors_say_why() -> None:
    faults = [
        f"{address.name} is {'public' if address.access_rule.public else 'open to everybody signed in'}"
        for address in addresses()
        if address.access_rule
        and not (
            address.access_rule.about_child or address.access_rule.work or address.access_rule.reason.strip()
        )
    ]
    assert not faults, told(faults, "give the access rule its reason=, or the kind of work it belongs to.")


def test_doors_speak_the_words_of_the_access_table() -> None:
    parts, works = set(Part), set(Work)
    faults = []
    for address in addresses():
        if address.access_rule is None:
            continue
        unknown = [word for word in address.access_rule.work.split("|") if word and word not in works]
        unknown += [part for part in address.parts if part not in parts]
        if unknown:
            faults.append(f"{address.name} asks for {', '.join(unknown)}")
        if address.access_rule.about_child and not address.parts:
            faults.append(f"{address.name} is about a child but opens no part")
    assert not faults, told(
        faults, "use Part and Work of cems.accounts.roles; add the word there if it is new."
    )


def test_every_address_can_be_built() -> None:
    """A page with an address nobody can build is a page no guard and no journey opens."""
    faults = [
        f"{address.name} takes {', '.join(address.takes)}" for address in addresses() if not _builds(address)
    ]
    assert not faults, told(
        faults, "say in tests/<app>/addresses.py how its arguments come from the child's world."
    )


def _builds(address: Address) -> bool:
    if address.takes:
        return address.recipe is not None
    return address.name == "" or bool(reverse(address.name))  # one without a name is told above


def test_pages_are_told_apart_from_what_is_not_a_page() -> None:
    faults = [
        f"{address.name} is {address.access_rule.shape!r}"
        for address in addresses()
        if address.access_rule and address.access_rule.shape not in Shape
    ]
    assert not faults, told(faults, "use a Shape of cems.base.access_control.")
