"""The choices of a checkbox field as its template draws them. Built in (settings): {{ field|choice_groups }}."""

from typing import Any

from django import template
from django.forms import BoundField

register = template.Library()


@register.filter
def choice_groups(field: BoundField) -> list[dict[str, Any]]:
    """The groups of a field's choices, in order: the name of each ("" for choices that stand in none) and its choices,
    numbered through."""
    groups: list[dict[str, Any]] = []
    chosen = {str(value) for value in field.value() or ()}
    number = 0
    for choice in field.field.choices:  # type: ignore[attr-defined]  # only fields with choices are drawn so
        name, entries = (choice[0], choice[1]) if isinstance(choice[1], list | tuple) else ("", [choice])
        if not groups or name or groups[-1]["name"]:
            groups.append({"name": name, "choices": []})
        for entry in entries:
            number += 1
            groups[-1]["choices"].append(
                {
                    "number": number,
                    "value": entry[0],
                    "label": entry[1],
                    "hint": getattr(entry, "hint", None),
                    "divider": getattr(entry, "divider", None),
                    "checked": str(entry[0]) in chosen,
                }
            )
    return groups
