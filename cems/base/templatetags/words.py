"""Numbers with what they count, in templates. Built in (settings): {{ days|counted:"day" }}."""

from django import template

from cems.base import words

register = template.Library()


@register.filter
def counted(number: float, unit: str) -> str:
    """ "1 hour", "7 children"."""
    return words.counted(number, unit)
