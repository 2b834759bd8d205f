"""Tabs above a page, which fold behind one button on a phone. Built in (settings), so a template loads nothing:

    {% tabs "Which clocks" %}
      {% for label, url, current in tabs %}
        <a href="{{ url }}" {% if current %}aria-current="page"{% endif %}>{{ label }}</a>
      {% endfor %}
    {% endtabs %}

The button is a <details> of its own beside the list, which the styles show or hide by it: the links stand in the page
once, and it opens without a script.
"""

import re

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

register = template.Library()

LINK = re.compile(r"<a\b([^>]*)>(.*?)</a>", re.DOTALL)


@register.simple_block_tag
def tabs(content: SafeString, label: str) -> SafeString:
    """The links written between the tags as tabs; `label` says what they are of. One says that it is the current."""
    links = LINK.findall(content)
    current = next((words.strip() for attributes, words in links if "aria-current" in attributes), "")
    return format_html(
        '<nav class="moj-sub-navigation cems-tabs" aria-label="{}">'
        '<details class="cems-fold"><summary>{}{}</summary></details>'
        '<ul class="moj-sub-navigation__list">{}</ul></nav>',
        label,
        label,
        format_html(": <strong>{}</strong>", SafeString(current)) if current else "",
        SafeString("".join(_tab(attributes, words) for attributes, words in links)),
    )


def _tab(attributes: str, words: str) -> str:
    return (
        '<li class="moj-sub-navigation__item">'
        f'<a class="moj-sub-navigation__link"{attributes}>{words.strip()}</a></li>'
    )
