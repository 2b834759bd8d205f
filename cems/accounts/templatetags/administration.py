"""The tabs above the pages of an administrator, with those of the apps above."""

from collections.abc import Sequence

from django import template

from cems.accounts.slots import ADMINISTRATION
from cems.base.first_page import Place

register = template.Library()
OWN = (
    Place("People", "people:users", ()),
    Place("Agencies", "people:agencies", ()),
    Place("Teams", "people:teams", ()),
    Place("Helplines", "directory:helplines", ()),
    Place("Authorities", "authorities:list", ()),
    Place("Practice settings", "practice_settings:list", ()),
    Place("Lists", "practice_lists:list", ()),
)


@register.simple_tag
def administration_places() -> Sequence[Place]:
    """The pages, in order."""
    return [*OWN, *ADMINISTRATION]
