"""Drawing the panels that each app adds to a child's page, and links to documents that leave it."""

from typing import Any
from uuid import UUID

from django import template
from django.template.loader import get_template
from django.urls import reverse
from django.utils.safestring import SafeString

from cems.children.access.document import document_url
from cems.children.identity.selectors.overview import ShownPanel

register = template.Library()


@register.simple_tag(takes_context=True)
def child_panel(context: template.Context, panel: ShownPanel) -> SafeString:
    """The panel's own template with its own words, beside those of the page."""
    with context.push(**panel.context):
        drawn: SafeString = get_template(panel.template).template.render(context)  # type: ignore[attr-defined]
    return drawn


@register.simple_tag
def document_address(child: UUID, name: str, *arguments: Any) -> str:
    """Where whoever takes this document is asked first to whom it goes: the document's name as in {% url %} (A4)."""
    return document_url(child, reverse(name, args=arguments))
