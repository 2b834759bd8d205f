"""Pages that explain CEMS to whoever reads it: its words, how it can be used by everybody, what it keeps of people."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from cems.base.access_control import Shape, public
from cems.base.slots import KEPT

_NOT_PERSONAL = "explains CEMS, with nobody's data; a person who can't sign in needs it too"


@public(Shape.PAGE, reason=_NOT_PERSONAL)
def glossary(request: HttpRequest) -> HttpResponse:
    """What the words of CEMS mean."""
    return render(request, "help/glossary.html")


@public(Shape.PAGE, reason=_NOT_PERSONAL)
def accessibility(request: HttpRequest) -> HttpResponse:
    """How everybody can use CEMS, how that is tested, and what is known to be wrong."""
    return render(request, "help/accessibility.html")


@public(Shape.PAGE, reason=_NOT_PERSONAL)
def privacy(request: HttpRequest) -> HttpResponse:
    """What CEMS keeps of children and of those who use it, under which law, and for how long."""
    kept = sorted(KEPT, key=lambda row: row.title.lower())
    rows = [(row.title, row.retention, row.basis.law.label, row.basis.controller.label) for row in kept]
    return render(request, "help/privacy.html", {"rows": rows})
