"""What the child and the family say, and the practitioner's judgement."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from cems.accounts.access_control import acting_user
from cems.base.access_control import FORM, Shape
from cems.base.autosave import version_from
from cems.children.choices import HarmContext, HarmForm, RiskLevel
from matrix.access_control import Opened, requires_matrix
from matrix.choices import Informed
from matrix.forms import OneField, field_typed, one_field, refuse_field
from matrix.hints import hints
from matrix.models import Matrix
from matrix.rules import reason_needed
from matrix.services.judgement import JUDGEMENT_FIELDS, VIEWS_FIELDS, fields_save
from matrix.shown_values import digest, field_text
from matrix.views.common import elsewhere, page, state_of

# The family's own words are theirs: no word of ours about them.
HINTED = frozenset({"reasons", "difference", "not_informed_why"})


@requires_matrix(Shape.PAGE, methods=FORM)
def views(request: HttpRequest, opened: Opened[Matrix]) -> HttpResponse:
    """The child's and the family's own words, and whether parents or carers know (C6)."""
    return _fields_page(
        request, opened, VIEWS_FIELDS, "matrix/views.html", "matrix:judgement", {"informed": Informed.choices}
    )


@requires_matrix(Shape.PAGE, methods=FORM)
def judgement(request: HttpRequest, opened: Opened[Matrix]) -> HttpResponse:
    """The four definitions, what the profile suggests and why, the level and the reasons (M3)."""
    more = {"forms": HarmForm.choices, "contexts": HarmContext.choices}
    return _fields_page(request, opened, JUDGEMENT_FIELDS, "matrix/judgement.html", "matrix:check", more)


def _fields_page(
    request: HttpRequest,
    opened: Opened[Matrix],
    names: tuple[str, ...],
    template: str,
    after: str,
    more: dict[str, Any],
) -> HttpResponse:
    away = elsewhere(request, opened) if request.method == "GET" else None
    if away:
        return away
    matrix = opened.paper
    fields = {name: one_field(matrix, name) for name in names}
    if request.method == "POST" and _save(request, matrix, fields):
        return redirect(after if "continue" in request.POST else "matrix:tasks", public_id=matrix.public_id)
    state = state_of(request, opened)
    for name in HINTED & fields.keys():
        fields[name].hints = hints(fields[name].value)
    suggested = state.suggested.level
    context = page(
        request,
        opened,
        matrix=matrix,
        state=state,
        fields=fields,
        choices=more,
        problems=[{"text": one.error, "target": name} for name, one in fields.items() if one.error],
        differs=matrix.level is not None and reason_needed(RiskLevel(matrix.level), suggested),
    )
    return render(request, template, context, status=400 if context["problems"] else 200)


def _save(request: HttpRequest, matrix: Matrix, fields: dict[str, OneField]) -> bool:
    """Save what was changed on the page; whether all of it was taken. What was not stays as typed."""
    given = {}
    for name in fields:
        value = field_typed(request.POST, name)
        if digest({name: field_text(name, value)}) != request.POST.get(f"{name}-was"):
            given[name] = (version_from(request.POST, f"{name}-version"), value)
    refused = fields_save(acting_user(request), matrix=matrix, given=given)
    for name, error in refused.items():
        version, value = given[name]
        fields[name].value, fields[name].version = value, version
        fields[name].was = request.POST.get(f"{name}-was", "")
        refuse_field(fields[name], error)
    return not refused
