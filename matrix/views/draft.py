"""Filling a matrix in: the list of groups, one group a page."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from cems.accounts.access_control import acting_user
from cems.base.access_control import FORM, Shape
from cems.base.autosave import text_from, version_from
from cems.base.errors import CommandError, Invalid
from matrix.access_control import Opened, requires_matrix
from matrix.choices import IndicatorKind, Managed, WhenKind
from matrix.forms import (
    AnswerFields,
    answer_fields,
    answer_given,
    answer_typed,
    refuse_answer,
)
from matrix.hints import hints
from matrix.instrument import Group
from matrix.models import Matrix
from matrix.selectors.draft import Filled, Progress, agencies
from matrix.services.answers import AnswerGiven, answers_save
from matrix.services.drafts import matrix_withdraw
from matrix.services.judgement import PLAN_FIELDS
from matrix.shown_values import digest
from matrix.views.common import HINTED_ON, elsewhere, from_check, page, state_of

SECTIONS = (
    (IndicatorKind.VULNERABILITY, "Vulnerabilities", "What makes it easier for others to harm this child."),
    (IndicatorKind.CONCERN, "Exploitation concerns", "What may be happening, and harm that has happened."),
    (IndicatorKind.STRENGTH, "Strengths", "What protects the child. Strengths lower no level by themselves."),
)


@requires_matrix(Shape.PAGE)
def tasks(request: HttpRequest, opened: Opened[Matrix]) -> HttpResponse:
    """The list of groups with what is answered, and the evidence profile beside it."""
    away = elsewhere(request, opened)
    if away:
        return away
    state = state_of(request, opened)
    sections = [
        {
            "id": kind.value,
            "title": title,
            "text": text,
            "rows": [_task(state, progress) for progress in state.progress if progress.group.kind == kind],
        }
        for kind, title, text in SECTIONS
    ]
    context = page(request, opened, matrix=opened.paper, state=state, sections=sections, rest=_rest(state))
    return render(request, "matrix/tasks.html", context)


@requires_matrix(Shape.PAGE, methods=FORM)
def group(request: HttpRequest, opened: Opened[Matrix], code: str) -> HttpResponse:
    """One group of questions; saving goes on to the next group or back to the list."""
    away = elsewhere(request, opened) if request.method == "GET" else None
    if away:
        return away
    state = state_of(request, opened)
    question_group = next((entry for entry in state.instrument.groups if entry.code == code), None)
    if question_group is None:
        raise Http404
    questions = [_question(state, question_group, number) for number in range(len(question_group.indicators))]
    if request.method == "POST":
        if _save(request, state, questions):
            return redirect(_on_from(request, state, question_group))
        state = state_of(
            request, opened
        )  # what was taken stands there by now; what was not, stays as it was typed
        questions = [
            question if question.errors else _question(state, question_group, number)
            for number, question in enumerate(questions)
        ]
    problems = [
        {"text": f"{question.indicator.text}: {message}", "target": _target(question.code, name)}
        for question in questions
        for name, message in question.errors.items()
    ]
    context = page(
        request,
        opened,
        matrix=opened.paper,
        state=state,
        group=question_group,
        questions=questions,
        agencies=agencies(),
        when=WhenKind.choices,
        managed=Managed.choices,
        problems=problems,
        number=state.instrument.groups.index(question_group) + 1,
    )
    return render(request, "matrix/group.html", context, status=400 if problems else 200)


@requires_matrix(Shape.FRAGMENT)
def profile(request: HttpRequest, opened: Opened[Matrix]) -> HttpResponse:
    """The evidence profile as it stands, and a gentle word about words on the page that shows it."""
    state = state_of(request, opened)
    on = request.GET.get("page", "")
    texts = {name: getattr(opened.paper, name) for name in HINTED_ON.get(on, ())}
    groups: list[Progress] = []
    if on not in HINTED_ON:
        shown = next((entry for entry in state.instrument.groups if entry.code == on), None)
        codes = [indicator.code for indicator in shown.indicators] if shown else []
        groups = state.progress if shown else []  # the list of groups stands beside the questions
        texts = {code: state.answers[code].what if code in state.answers else "" for code in codes}
    context = {
        "state": state,
        "hinted": [(name, hints(text)) for name, text in texts.items()],
        "groups": groups,
    }
    return render(request, "matrix/_profile_saved.html", context)


@requires_matrix(Shape.POST)
def withdraw(request: HttpRequest, opened: Opened[Matrix]) -> HttpResponse:
    """Give up a draft, saying why."""
    try:
        matrix_withdraw(acting_user(request), matrix=opened.paper, why=text_from(request.POST, "why"))
    except Invalid as refusal:
        messages.error(request, refusal.message)
        return redirect("matrix:tasks", public_id=opened.paper.public_id)
    messages.success(request, f"{opened.paper.reference} is withdrawn. It stays readable on this page.")
    return redirect("matrix:for_child", public_id=opened.child.child.public_id)


def _task(state: Filled, progress: Progress) -> dict[str, object]:
    return {
        "title": progress.group.title,
        "url": reverse("matrix:group", args=[state.matrix.public_id, progress.group.code]),
        "status": progress.status,
        "colour": progress.colour,
    }


def _rest(state: Filled) -> list[dict[str, object]]:
    """What comes after the questions."""
    matrix = state.matrix
    plan = any(getattr(matrix, name) for name in PLAN_FIELDS)
    views = bool(matrix.informed)
    judged = matrix.level is not None and bool(matrix.reasons.strip())
    asked: dict[str, object] = {
        "title": "Strengths, worries and the plan",
        "url": reverse("matrix:plan", args=[matrix.public_id]),
        "hint": "Each part of the child's life, and what the plan must hold.",
        "status": "Begun" if plan else "Not started",
        "colour": "light-blue" if plan else "grey",
    }
    return [
        *([asked] if state.instrument.asks_plan else []),
        {
            "title": "What the child and the family say",
            "url": reverse("matrix:views", args=[matrix.public_id]),
            "hint": "Their own words, and whether parents or carers know.",
            "status": "Filled in" if views else "Not started",
            "colour": "" if views else "grey",
        },
        {
            "title": "Your judgement",
            "url": reverse("matrix:judgement", args=[matrix.public_id]),
            "hint": "The level, and your reasons.",
            "status": matrix.get_level_display() if judged else "Not started",
            "colour": "" if judged else "grey",
        },
        {
            "title": "Check and send",
            "url": reverse("matrix:check", args=[matrix.public_id]),
            "status": "Ready when you are" if views and judged else "Not yet",
            "colour": "light-blue" if views and judged else "grey",
        },
    ]


def _question(state: Filled, question_group: Group, number: int) -> AnswerFields:
    indicator = question_group.indicators[number]
    answer = state.answers.get(indicator.code)
    shown = answer_fields(indicator, state.matrix, answer, state.today)
    shown.copied = answer is not None and state.is_copied(answer)
    shown.before = state.before_answers.get(indicator.code)
    shown.before_words = state.seen_words(shown.before) if shown.before else ""
    shown.hints = hints(answer.what) if answer else []
    return shown


def _save(request: HttpRequest, state: Filled, questions: list[AnswerFields]) -> bool:
    """Save what was changed on the page; whether all of it was taken. What was not stays as typed."""
    by_code = {agency.code: agency for agency in agencies()}
    given: dict[str, tuple[int, AnswerGiven]] = {}
    still: dict[str, int] = {}
    refused: dict[str, CommandError] = {}
    sent = {question.code: answer_typed(request.POST, question.code) for question in questions}
    for question in questions:
        version = version_from(request.POST, f"{question.code}-version")
        if digest(sent[question.code]) == request.POST.get(f"{question.code}-was"):
            still[question.code] = version  # not touched: only a copied answer is noted as asked again
            continue
        try:
            given[question.code] = (version, answer_given(sent[question.code], by_code, whole=True))
        except Invalid as error:
            refused[question.code] = error
    refused |= answers_save(acting_user(request), matrix=state.matrix, given=given, still=still)
    for question in questions:
        if question.code in refused:
            question.values = sent[question.code]
            question.version = version_from(request.POST, f"{question.code}-version")
            question.was = request.POST.get(f"{question.code}-was", "")
            refuse_answer(question, refused[question.code], state.today)
    return not refused


def _target(code: str, name: str) -> str:
    return f"{code}-{name}"


def _tasks_url(state: Filled) -> str:
    return reverse("matrix:tasks", args=[state.matrix.public_id])


def _on_from(request: HttpRequest, state: Filled, question_group: Group) -> str:
    """Where the reader goes once the group is saved: to the check they came from, on, or to the list."""
    if from_check(request):
        return reverse("matrix:check", args=[state.matrix.public_id])
    return _after(state, question_group) if "continue" in request.POST else _tasks_url(state)


def _after(state: Filled, question_group: Group) -> str:
    """The page after this group: the next group, then the plan where it is asked, then what the family says."""
    groups = state.instrument.groups
    after = groups.index(question_group) + 1
    if after < len(groups):
        return reverse("matrix:group", args=[state.matrix.public_id, groups[after].code])
    name = "matrix:plan" if state.instrument.asks_plan else "matrix:views"
    return reverse(name, args=[state.matrix.public_id])
