"""Saved as it is typed: one answer or one field a request, answered with JSON (M6)."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse

from cems.accounts.access_control import acting_user
from cems.base.access_control import SEND, Shape
from cems.base.autosave import Both, handle_autosave, version_from
from cems.base.time import local, now, today
from matrix.access_control import Opened, requires_matrix
from matrix.choices import Seen
from matrix.forms import (
    answer_given,
    answer_typed,
    answer_words,
    date_left,
    field_typed,
    field_words,
)
from matrix.models import Matrix
from matrix.selectors.draft import agencies
from matrix.services.answers import answer_save, answer_values, answer_version
from matrix.services.judgement import FIELDS, field_save
from matrix.services.overtaken import Overtaken
from matrix.shown_values import answer_text, field_shown


@requires_matrix(Shape.API, methods=SEND)
def answer(request: HttpRequest, opened: Opened[Matrix]) -> HttpResponse:
    """Save one answer. 200 {saved_at, version}; 409 {conflict}; 400 {message}; 401 when somebody else signed in."""
    code = request.POST.get("answer", "")
    values = answer_typed(request.POST, code)
    version = version_from(request.POST, "version")

    def perform() -> dict[str, Any]:
        by_code = {agency.code: agency for agency in agencies()}
        row = answer_save(
            acting_user(request),
            matrix=opened.paper,
            code=code,
            version=version,
            given=answer_given(values, by_code, whole=False),
        )
        if row is None:  # taken back: the matrix keeps the count
            opened.paper.refresh_from_db(fields=["field_versions"])
        return _saved(answer_version(opened.paper, code, row), left=_left(values))

    def both(lost: Overtaken) -> Both:
        theirs = {**answer_values(None), **lost.theirs}
        by_code = {agency.code: agency for agency in agencies()}
        yours = answer_given(values, by_code, whole=False)
        shown = answer_text(theirs, today())
        values_there = {f"{code}-{name}": text for name, text in shown.items()}
        return Both(answer_words(yours.__dict__), answer_words(theirs), values_there)

    body = {"answer": code, "version": version, **values}
    return handle_autosave(request, perform, body=body, both=both)


@requires_matrix(Shape.API, methods=SEND)
def field(request: HttpRequest, opened: Opened[Matrix]) -> HttpResponse:
    """Save one field of the judgement or the views; answers as `answer` does."""
    name = request.POST.get("answer", "")
    value = field_typed(request.POST, name)
    version = version_from(request.POST, "version")

    def perform() -> dict[str, Any]:
        return _saved(
            field_save(acting_user(request), matrix=opened.paper, name=name, version=version, value=value)
        )

    def both(lost: Overtaken) -> Both:
        theirs = lost.theirs[name]
        yours = field_words(name, value) if name in FIELDS else ""
        return Both(yours, field_words(name, theirs), {name: field_shown(name, theirs)})

    body = {"answer": name, "version": version, "value": value}
    return handle_autosave(request, perform, body=body, both=both)


def _saved(version: int, *, left: str = "") -> dict[str, Any]:
    """What the page is told; `left` says why the day that was typed is not among what was saved."""
    saved = {"saved_at": f"{local(now()):%H:%M}", "version": version}
    return {**saved, "left": left} if left else saved


def _left(values: Mapping[str, str]) -> str:
    return date_left(values) if values["seen"] == Seen.SEEN else ""
