"""Drawing the panels that each app adds to a child's page."""

from django import template
from django.template.loader import get_template
from django.utils.safestring import SafeString

from cems.children.identity.selectors.overview import ShownPanel

register = template.Library()


@register.simple_tag(takes_context=True)
def child_panel(context: template.Context, panel: ShownPanel) -> SafeString:
    """The panel's own template with its own words, beside those of the page."""
    with context.push(**panel.context):
        drawn: SafeString = get_template(panel.template).template.render(context)  # type: ignore[attr-defined]
    return drawn
