"""The advice library (T4) and the log of advice given (T8)."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from cems.accounts.access_control import acting_user, requires_any_work, requires_work
from cems.accounts.profile import profile_of
from cems.accounts.roles import Work
from cems.audit.services import listed
from cems.base.access_control import FORM, Shape, requires_sign_in
from cems.base.errors import Invalid
from cems.base.forms import Difference, handle_form
from cems.base.keyset import AFTER, next_url
from cems.base.not_found import or_404
from cems.base.time import local_date, now, today
from cems.children.choices import RiskLevel
from cems.children.matching.selectors.cluster import seen
from cems.children.models import Child
from cems.children.practice_lists import HARM_FORMS
from triage.advice import selectors as reads
from triage.advice.forms import AdviceForm, ConsultationForm
from triage.advice.services import advice_retire, advice_write, consultation_record
from triage.models import AdviceEntry, AdviceVersion, Consultation

ADVISING = (Work.ADVICE, Work.ADVICE_LIBRARY, Work.DIRECT_WORK)
advisers = requires_any_work(Shape.PAGE, *ADVISING)
advisers_form = requires_any_work(Shape.PAGE, *ADVISING, methods=FORM)
editors_form = requires_work(Shape.PAGE, Work.ADVICE_LIBRARY, FORM)
editors_post = requires_work(Shape.POST, Work.ADVICE_LIBRARY)


@requires_sign_in(Shape.PAGE, reason="advice is about no child: every practitioner may read it")
def library(request: HttpRequest) -> HttpResponse:
    """Advice by title; what was taken out of the choice on its own list."""
    retired = request.GET.get("shown") == "retired"
    profile = profile_of(acting_user(request))
    context = {
        "rows": [
            (entry, _for_whom(entry.current)) for entry in reads.library(retired=retired) if entry.current
        ],
        "retired": retired,
        "may_edit": profile.may(Work.ADVICE_LIBRARY),
        "may_log": any(profile.may(work) for work in ADVISING),
    }
    return render(request, "triage/advice/library.html", context)


@requires_sign_in(Shape.PAGE, reason="advice is about no child: every practitioner may read it")
def entry(request: HttpRequest, code: str) -> HttpResponse:
    """One piece of advice, and its earlier words."""
    row = _entry(code)
    versions = reads.versions_of(row)
    context = {
        "entry": row,
        "version": versions[0],
        "for_whom": _for_whom(versions[0]),
        "earlier": versions[1:],
        "may_edit": profile_of(acting_user(request)).may(Work.ADVICE_LIBRARY),
    }
    return render(request, "triage/advice/entry.html", context)


@editors_form
def new(request: HttpRequest) -> HttpResponse:
    """Add a piece of advice."""
    return _write(request, None, AdviceForm(request.POST or None))


@editors_form
def change(request: HttpRequest, code: str) -> HttpResponse:
    """Write a new version of a piece of advice."""
    row = _entry(code)
    shown = AdviceForm.of(row.current) if row.current else {}
    return _write(request, row, AdviceForm(request.POST or None, initial=shown))


@editors_post
def retire(request: HttpRequest, code: str) -> HttpResponse:
    """Take a piece of advice out of the choice, or back into it."""
    row = _entry(code)
    back = row.retired_at is not None
    advice_retire(acting_user(request), entry=row, back=back)
    messages.success(
        request,
        "It can be chosen again." if back else "It can't be chosen any more. What was given stays readable.",
    )
    return redirect("advice:entry", code=row.code)


@advisers
def log(request: HttpRequest) -> HttpResponse:
    """Who asked for advice, what about, and what they were told."""
    user, instant = acting_user(request), now()
    page = reads.log(user, at=instant, after=request.GET.get(AFTER, ""))
    children = [child.public_id for _, child in page.rows if child]
    if children:
        listed(user, what="advice log", children=children)
    older = next_url(request, page.after)
    return render(request, "triage/advice/log.html", {"log": page, "older_url": older, "may_log": True})


@advisers_form
def consultation(request: HttpRequest) -> HttpResponse:
    """Keep what somebody asked and what was advised."""
    return _consult(request, ConsultationForm(request.POST or None, initial={"happened_on": today()}), None)


@advisers_form
def correct(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Correct an entry of one's own; the earlier one is kept."""
    user = acting_user(request)
    row = or_404(reads.own_consultation(user, public_id))
    child = seen(user, [row.child_id]).get(row.child_id) if row.child_id else None
    shown = {
        "asked_by_name": row.asked_by_name,
        "asked_by_agency": row.asked_by_agency,
        "child": child.reference if child else "",
        "happened_on": local_date(row.happened_at),
        "about": row.about,
        "given": row.given,
        "advice": [str(piece.public_id) for piece in reads.advice_given(row)],
        "minutes": row.minutes,
    }
    return _consult(request, ConsultationForm(request.POST or None, initial=shown), row)


def _consult(request: HttpRequest, form: ConsultationForm, earlier: Consultation | None) -> HttpResponse:
    if handle_form(request, form, lambda: _keep(request, form, earlier)):
        messages.success(request, "It is in the log.")
        return redirect("advice:log")
    title = "Correct what is in the log" if earlier else "Keep advice in the log"
    context = {"form": form, "page_title": title, "back_url": reverse("advice:log")}
    return render(request, "people/form.html", context, status=form.status)


def _keep(request: HttpRequest, form: ConsultationForm, earlier: Consultation | None) -> Consultation:
    data = form.cleaned_data
    return consultation_record(
        acting_user(request),
        asked_by_agency=data["asked_by_agency"],
        happened_at=min(form.happened_at, now()) if data["happened_on"] == today() else form.happened_at,
        child=_child(request, data["child"]),
        advice=[form.offered[key] for key in data["advice"]],
        supersedes=earlier,
        **{name: data[name] for name in ("asked_by_name", "about", "given", "minutes")},
    )


def _child(request: HttpRequest, reference: str) -> Child | None:
    """The child somebody names by reference, as far as they may see the child."""
    wanted = reference.strip().upper()
    if not wanted:
        return None
    child = reads.child_with_reference(acting_user(request), wanted)
    if child is None:
        raise Invalid(
            "You have no record open to you with this reference. Check it, or leave it empty.", field="child"
        )
    return child


def _write(request: HttpRequest, row: AdviceEntry | None, form: AdviceForm) -> HttpResponse:
    if handle_form(request, form, lambda: _advise(request, row, form)):
        messages.success(request, "Saved. CEVT can choose it from now on.")
        return redirect("advice:library")
    back = reverse("advice:entry", args=[row.code]) if row else reverse("advice:library")
    title = "Change this advice" if row else "Add advice"
    context = {"form": form, "differences": _theirs(row, form), "page_title": title, "back_url": back}
    return render(request, "people/form.html", context, status=form.status)


def _theirs(row: AdviceEntry | None, form: AdviceForm) -> list[Difference]:
    """What a colleague wrote meanwhile, where they were quicker."""
    return form.read_theirs(AdviceForm.of(row.current), row.current.number) if row and row.current else []


def _advise(request: HttpRequest, row: AdviceEntry | None, form: AdviceForm) -> None:
    version = form.cleaned_data["version"]
    advice_write(acting_user(request), words=form.words, entry=row, version=version)


def _entry(code: str) -> AdviceEntry:
    return or_404(reads.entry_at(code))


def _for_whom(version: AdviceVersion | None) -> str:
    """Whom a piece of advice suits, in words."""
    if version is None:
        return ""
    forms = ", ".join(HARM_FORMS.label(form).lower() for form in version.forms)
    levels = ", ".join(RiskLevel(level).label for level in version.levels)
    parts = [
        f"ages {version.age_from} to {version.age_to}",
        forms or "any form of harm",
        levels or "any level",
    ]
    return "; ".join(parts)
