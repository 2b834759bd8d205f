"""The numbers of desks, wherever a page tells somebody to ring (K3)."""

from typing import Any

from django import template

from cems.accounts.directory.selectors import desks_at, desks_for
from cems.accounts.models import Duty

register = template.Library()


@register.inclusion_tag("directory/paper_numbers.html")
def paper_numbers(authority_id: int, *duties: str) -> dict[str, Any]:
    """The desks with these duties where the child lives, on a letter or a matrix on paper."""
    return {"contacts": desks_at(authority_id, [Duty(duty) for duty in duties])}


@register.inclusion_tag("directory/desk_numbers.html", takes_context=True)
def desk_numbers(context: dict[str, Any], *duties: str) -> dict[str, Any]:
    """The desks with these duties where the reader's agency works; nothing for somebody who is signed out."""
    user = getattr(context.get("request"), "user", None)
    if user is None or not user.is_authenticated:
        return {"contacts": []}
    return {"contacts": desks_for(user, [Duty(duty) for duty in duties])}
