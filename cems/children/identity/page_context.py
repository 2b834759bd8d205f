"""What stands round every page of a child: the identity bar and the tabs (every app's pages use it)."""

from typing import Any

from django.http import HttpRequest
from django.urls import reverse

from cems.accounts.roles import Part
from cems.base.time import local_date, today
from cems.children.access.child_access import ChildAccess
from cems.children.access_control import OpenChild
from cems.children.choices import BirthDateKnown, RiskLevel
from cems.children.identity.slots import BAR_FLAGS
from cems.children.models import Child
from cems.children.slots import MISSING_NOW, SUB_NAVIGATION, SUBMITTED_LEVEL, NavigationItem

OVERVIEW = NavigationItem("Overview", "children:overview", Part.IDENTITY)


def child_page(request: HttpRequest, opened: OpenChild, *, current: str = "") -> dict[str, Any]:
    """The context `child_base.html` needs. `current` is the URL name of the tab, if not this page's own."""
    match = request.resolver_match
    tab = current or (match.view_name if match else "")
    return {
        "child": opened.child,
        "access": opened.access,
        "parts": {part.value for part in opened.access.parts},
        "child_bar": child_bar(opened),
        "child_nav": child_nav(opened, tab),
        "child_back": child_back(opened, tab, match.view_name if match else ""),
        "emergency_access": opened.access.emergency_access,
    }


def child_back(opened: OpenChild, tab: str, page: str) -> dict[str, str]:
    """Where a page without a way back of its own leads: from under a tab to the tab, from a tab to the overview, and
    from there to my work."""
    if page == OVERVIEW.url_name:
        return {"url": reverse("home"), "label": "My work"}
    if page != tab and any(item.url_name == tab for item in SUB_NAVIGATION):
        return {"url": reverse(tab, args=[opened.child.public_id]), "label": "Back"}
    return {
        "url": reverse(OVERVIEW.url_name, args=[opened.child.public_id]),
        "label": "Overview of this child",
    }


def child_bar(opened: OpenChild) -> dict[str, Any]:
    """Who this is; only facts of parts that are open. A user who only submitted sees the name and reference."""
    child, access = opened.child, opened.access
    bar: dict[str, Any] = {
        "name": child.name,
        "reference": child.reference,
        "url": reverse("children:overview", args=[child.public_id]),
    }
    if access.sees(Part.IDENTITY):
        bar["age"] = child.age_words(today())
        bar["born"] = None if child.birth_date_known == BirthDateKnown.UNKNOWN else child.date_of_birth
        bar["restricted"] = child.restricted
        bar["died_on"] = child.died_on
    if access.sees(Part.LEVEL):
        bar |= level_facts(opened)
    bar["flags"] = flags_of(child, access)
    if access.sees(Part.MISSING):
        bar["missing"] = MISSING_NOW.value(child) if MISSING_NOW.value else ""
    return bar


def flags_of(child: Child, access: ChildAccess) -> list[str]:
    """What the flags of a child's bar say, of the parts that are open; of a child that was read `with_bar`."""
    return [flag.words for flag in BAR_FLAGS if access.sees(flag.part) and getattr(child, flag.key, False)]


def level_facts(opened: OpenChild) -> dict[str, Any]:
    """The agreed level and since when; and the submitted one while no forum has agreed it (C4)."""
    facts: dict[str, Any] = {}
    agreed = opened.child.current_level
    if agreed:
        facts |= {
            "level": agreed.level,
            "level_label": RiskLevel(agreed.level).label,
            "level_since": local_date(agreed.happened_at),
        }
    newest = SUBMITTED_LEVEL.get()(opened)
    if newest and (agreed is None or (newest[1] > agreed.happened_at and newest[0] != agreed.level)):
        facts |= {"proposed_level": newest[0], "proposed_label": RiskLevel(newest[0]).label}
    return facts


def child_nav(opened: OpenChild, current: str) -> list[dict[str, Any]]:
    """The tabs of the parts that are open to this person."""
    access = opened.access
    items = [item for item in SUB_NAVIGATION if access.sees(item.part)]
    if access.sees(Part.IDENTITY, Part.OWN_SUBMISSIONS):
        items.insert(0, OVERVIEW)
    return [
        {
            "label": item.label,
            "url": reverse(item.url_name, args=[opened.child.public_id]),
            "current": item.url_name == current,
        }
        for item in items
    ]
