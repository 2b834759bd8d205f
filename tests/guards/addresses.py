"""Every address of CEMS with its access rule, and how its arguments come from a child's story.

The recipes stand in `tests/<app>/addresses.py` (tests/guards/recipes.py says what one may have). An address that takes
arguments and has no recipe fails a guard: no guard and no journey could open it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from django.urls import URLPattern, URLResolver, get_resolver, reverse

from cems.accounts.access_control import ALLAUTH_RULES
from cems.accounts.models import User
from cems.base.access_control import AccessRule, Shape
from tests.collecting import gathered
from tests.factories.world import Story, World
from tests.guards.recipes import OfStory, OfWorld, OpenTo, OwnOnly, child

OF_STORY: dict[str, OfStory] = gathered("addresses", "OF_STORY")
OF_WORLD: dict[str, OfWorld] = gathered("addresses", "OF_WORLD")
OF_A_MOMENT: dict[str, str] = gathered("addresses", "OF_A_MOMENT")
OPEN_TO: dict[str, OpenTo] = gathered("addresses", "OPEN_TO")
OWN_ONLY: dict[str, OwnOnly] = gathered("addresses", "OWN_ONLY")


@dataclass(frozen=True)
class Address:
    """One address of the resolver."""

    name: str
    route: str
    view: str
    takes: tuple[str, ...]
    access_rule: AccessRule | None
    framework: str  # what calls the view with a method: a "function", a "class" of Django's, an "api"

    @property
    def parts(self) -> tuple[str, ...]:
        """Any one of these parts lets the user in."""
        if self.access_rule is None:
            return ()
        return tuple(self.access_rule.parts or ((self.access_rule.part,) if self.access_rule.part else ()))

    @property
    def about_child(self) -> bool:
        return bool(self.access_rule and self.access_rule.about_child) or self.name in OPEN_TO

    @property
    def recipe(self) -> OfStory | OfWorld | None:
        """How its arguments are made; None where nobody said."""
        if self.name in OF_A_MOMENT:
            return lambda _, __: {}
        if self.about_child and self.takes == ("public_id",) and self.name not in OF_STORY:
            return child
        return OF_STORY.get(self.name) or OF_WORLD.get(self.name)

    @property
    def is_page(self) -> bool:
        return bool(self.access_rule and self.access_rule.shape is Shape.PAGE)

    @property
    def is_document(self) -> bool:
        """Whether a document about a child is here, which is given once its questions are answered."""
        return bool(self.about_child and self.access_rule and self.access_rule.shape is Shape.PDF)

    def url(self, about: Story | World | None, user: User | None = None) -> str:
        """The address for this person about this story."""
        if not self.takes:
            return reverse(self.name)
        recipe = self.recipe
        assert recipe is not None, f"{self.name} has no recipe"
        return reverse(self.name, kwargs=recipe(about, user))  # type: ignore[arg-type]


@cache
def addresses() -> tuple[Address, ...]:
    """Every address, walked from the resolver."""
    return tuple(_walk(get_resolver(), "", "", ()))


def _walk(resolver: URLResolver, space: str, route: str, takes: tuple[str, ...]) -> Iterator[Address]:
    for entry in resolver.url_patterns:
        here, taken = f"{route}{entry.pattern}", (*takes, *entry.pattern.regex.groupindex)
        if isinstance(entry, URLResolver):
            yield from _walk(entry, f"{space}{entry.namespace}:" if entry.namespace else space, here, taken)
        else:
            yield _address(entry, space, here, taken)


def _address(entry: URLPattern, space: str, route: str, takes: tuple[str, ...]) -> Address:
    view = entry.callback
    name = f"{space}{entry.name}" if entry.name else ""
    shown = getattr(view, "view_class", view)
    return Address(
        name=name,
        route=route,
        view=f"{shown.__module__}.{shown.__qualname__}",
        takes=takes,
        access_rule=getattr(view, "access_rule", None) or ALLAUTH_RULES.get(name),
        framework="api" if hasattr(view, "cls") else "class" if hasattr(view, "view_class") else "function",
    )
