"""What the child and the family say (C6), and the history of the level (C4)."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from cems.accounts.roles import Part
from cems.base.access_control import Shape
from cems.base.keyset import AFTER, next_url
from cems.children.access_control import OpenChild, requires_child
from cems.children.choices import HarmContext
from cems.children.history.selectors.level import levels_agreed
from cems.children.identity.page_context import child_page
from cems.children.practice_lists import HARM_FORMS


@requires_child(Shape.PAGE, Part.LEVEL_HISTORY)
def levels(request: HttpRequest, opened: OpenChild) -> HttpResponse:
    """Every level a forum agreed, with the forms of harm it saw, and where (C4)."""
    page = levels_agreed(opened.child, request.GET.get(AFTER, ""))
    shown = [
        {
            "row": row,
            "label": row.get_level_display(),
            "forms": [HARM_FORMS.label(form) for form in row.forms],
            "contexts": [HarmContext(context).label for context in row.contexts],
        }
        for row in page.rows
    ]
    context = {
        **child_page(request, opened),
        "rows": shown,
        "older_url": next_url(request, page.after),
    }
    return render(request, "children/levels.html", context)
