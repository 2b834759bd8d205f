"""What the child and the family say, and the practitioner's judgement."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from cems.accounts.access_control import acting_user
from cems.base.access_control import FORM, Shape
from cems.base.autosave import version_from
from cems.base.time import local_date
from cems.children.choices import HarmContext, RiskLevel
from cems.children.family.selectors.relationship import speak_with
from cems.children.practice_lists import HARM_FORMS
from matrix.access_control import Opened, requires_matrix
from matrix.choices import Assessment, Informed
from matrix.forms import OneField, field_typed, one_field, refuse_field
from matrix.hints import hints
from matrix.instrument import load
from matrix.models import Matrix
from matrix.rules import day_words, reason_needed
from matrix.selectors.draft import Filled
from matrix.services.judgement import AREAS, JUDGEMENT_FIELDS, PLAN_FIELDS, VIEWS_FIELDS, fields_save
from matrix.shown_values import digest, field_text
from matrix.views.common import HINTED_ON, elsewhere, from_check, page, state_of

HINTED = frozenset(name for names in HINTED_ON.values() for name in names)


@requires_matrix(Shape.PAGE, methods=FORM)
def views(request: HttpRequest, opened: Opened[Matrix]) -> HttpResponse:
    """The child's and the family's own words, and whether parents or carers know (C6)."""
    more = {"informed": Informed.choices, "speak_with": speak_with(opened.child)}
    return _fields_page(request, opened, VIEWS_FIELDS, "matrix/views.html", "matrix:judgement", more)


@requires_matrix(Shape.PAGE, methods=FORM)
def judgement(request: HttpRequest, opened: Opened[Matrix]) -> HttpResponse:
    """The four definitions, what the profile suggests and why, the level and the reasons (M3)."""
    more = {"forms": HARM_FORMS.choices(also=opened.paper.forms), "contexts": HarmContext.choices}
    return _fields_page(request, opened, JUDGEMENT_FIELDS, "matrix/judgement.html", "matrix:check", more)


@requires_matrix(Shape.PAGE, methods=FORM)
def plan(request: HttpRequest, opened: Opened[Matrix]) -> HttpResponse:
    """Strength and worry in each part of the child's life, how worries are managed, what the plan must hold (M1)."""
    if not load(opened.paper.instrument_version).asks_plan:
        raise Http404
    more = {"assessments": Assessment.choices}
    return _fields_page(request, opened, PLAN_FIELDS, "matrix/plan.html", "matrix:views", more)


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
        on = (
            "matrix:check" if from_check(request) else after if "continue" in request.POST else "matrix:tasks"
        )
        return redirect(on, public_id=matrix.public_id)
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
        problems=[{"text": field.error, "target": name} for name, field in fields.items() if field.error],
        differs=matrix.level is not None and reason_needed(RiskLevel(matrix.level), suggested),
        **(_plan(state, fields) if names == PLAN_FIELDS else {}),
    )
    return render(request, template, context, status=400 if context["problems"] else 200)


def _plan(state: Filled, fields: dict[str, OneField]) -> dict[str, Any]:
    """The parts of the child's life with their two texts, and the concerns that were seen."""
    return {
        "areas": [
            {
                "name": area,
                "title": area.capitalize(),
                "strength": fields[f"{area}_strength"],
                "strength_label": f"What is strong: {area}",
                "strength_before": _before(state, f"{area}_strength"),
                "worry": fields[f"{area}_worry"],
                "worry_label": f"What worries: {area}",
                "worry_before": _before(state, f"{area}_worry"),
            }
            for area in AREAS
        ],
        "worries": state.worries,
        "plan_hint": _before(state, "plan_needs")
        or "What must be in the child's plan for each worry to be managed, and who sees to it.",
    }


def _before(state: Filled, name: str) -> str:
    """What the matrix before has there: to be written anew where it is still so."""
    text = getattr(state.before.matrix, name).strip() if state.before else ""
    return f"On {day_words(local_date(state.before.received_at))}: “{text}”" if state.before and text else ""


def _save(request: HttpRequest, matrix: Matrix, fields: dict[str, OneField]) -> bool:
    """Save what was changed on the page; whether all of it was taken. What was not stays as typed."""
    given = {}
    for name in fields:
        value = field_typed(request.POST, name)
        if digest({name: field_text(name, value)}) != request.POST.get(f"{name}-was"):
            given[name] = (version_from(request.POST, f"{name}-version"), value)
    refused = fields_save(acting_user(request), matrix=matrix, given=given)
    if refused:  # what was taken stands on the page as it is saved by now, with its version
        matrix.refresh_from_db()
        fields.update({name: one_field(matrix, name) for name in fields if name not in refused})
    for name, error in refused.items():
        version, value = given[name]
        fields[name].value, fields[name].version = value, version
        fields[name].was = request.POST.get(f"{name}-was", "")
        refuse_field(fields[name], error)
    return not refused
