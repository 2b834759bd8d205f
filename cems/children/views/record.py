"""Reading a child's record: overview, chronology, record use; and its statuses and notes."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import urlencode

from cems.accounts.roles import ROLES, Part, Reach, Work
from cems.audit.choices import Verb
from cems.audit.selectors import record_use as uses_of
from cems.audit.services import record
from cems.base.access_control import FORM, Shape
from cems.base.errors import Invalid
from cems.base.kept import regime_of
from cems.base.time import now, today
from cems.children.access import WHY
from cems.children.access_control import OpenChild, requires_child
from cems.children.forms import NoteForm, StatusEndForm, StatusForm
from cems.children.models import CaseNote, Status
from cems.children.page_context import child_page
from cems.children.selectors import chronology as line_of_time
from cems.children.selectors.overview import overview as overview_of
from cems.children.selectors.people import before_key, cluster_public_ids
from cems.children.services.history import note_write
from cems.children.services.periods import status_close, status_open
from cems.children.views.common import form_page, kept_once, me, taken
from cems.documents.rendering import Paper, available, pdf_response, render_pdf

NOTES = 50


@requires_child(Shape.PAGE, Part.IDENTITY, Part.OWN_SUBMISSIONS)
def overview(request: HttpRequest, opened: OpenChild) -> HttpResponse:
    """What matters now, a year at a glance, and each app's panel."""
    context = {
        **child_page(request, opened),
        "overview": overview_of(me(request), opened),
        "may_change": opened.access.sees(Part.IDENTITY) and opened.access.may(Work.RECORD),
        "may_match": opened.access.sees(Part.IDENTITY) and opened.access.may(Work.DUPLICATES),
    }
    return render(request, "children/overview.html", context)


@requires_child(Shape.PAGE, Part.CHRONOLOGY)
def chronology(request: HttpRequest, opened: OpenChild) -> HttpResponse:
    """Everything about the child on one line of time; filtered and paged by the address, printable whole."""
    refused, everything = "", "all" in request.GET
    try:
        asked = _asked(request)
    except Invalid as refusal:
        refused, asked = refusal.message, line_of_time.Filters(request.GET.get("kind", ""))
    page = line_of_time.chronology(
        opened, asked=asked, before=request.GET.get("before", ""), everything=everything
    )
    url = reverse("children:chronology", args=[opened.child.public_id])
    kinds = [("", "Everything"), *((one, one) for one in page.kinds)]
    paper_url = reverse("children:chronology_pdf", args=[opened.child.public_id])
    context = {
        **child_page(request, opened),
        "page": page,
        "asked": asked,
        "refused": refused,
        "everything": everything,
        "filters": [(one, label, f"{url}?{urlencode({**asked.keys, 'kind': one})}") for one, label in kinds],
        "all_url": f"{url}?{urlencode({**asked.keys, 'all': '1'})}",
        "pdf_url": f"{paper_url}?{urlencode(asked.keys)}" if available() else "",
        "older_url": f"{url}?{urlencode({**asked.keys, 'before': page.before})}" if page.before else "",
    }
    return render(request, "children/chronology.html", context, status=400 if refused else 200)


@requires_child(Shape.PDF, Part.CHRONOLOGY)
def chronology_pdf(request: HttpRequest, opened: OpenChild) -> HttpResponse:
    """The chronology on paper, as asked for; taking it away is audited."""
    asked, user, instant = _asked(request), me(request), now()
    page = line_of_time.chronology(opened, asked=asked, everything=True)
    paper = Paper("Chronology", opened.child.reference, f"{user}, {user.agency}", instant)
    context = {"child": opened.child, "page": page, "told": asked.said}
    made = render_pdf("documents/chronology.html", context, paper)
    record(
        user,
        verb=Verb.DOWNLOADED,
        subject=opened.child,
        child=opened.child.public_id,
        part=Part.CHRONOLOGY,
        reason=opened.access.why,
        at=instant,
    )
    return pdf_response(made, paper)


def _asked(request: HttpRequest) -> line_of_time.Filters:
    """The kind and the days of the address; no words ever stand there."""
    return line_of_time.filters_from(*(request.GET.get(name, "") for name in ("kind", "from", "to")))


@requires_child(Shape.PAGE, Part.RECORD_USE)
def record_use(request: HttpRequest, opened: OpenChild) -> HttpResponse:
    """Who looked at this record, when and why (A3)."""
    page = uses_of(cluster_public_ids(opened.child), before=before_key(request.GET.get("before", "")))
    url = reverse("children:record_use", args=[opened.child.public_id])
    older = urlencode({"before": f"{page.next[0].isoformat()}~{page.next[1]}"}) if page.next else ""
    context = {
        **child_page(request, opened),
        "rows": [
            (row, row.part.replace("_", " ") if row.part in set(Part) else "", regime_of(row.subject_kind))
            for row in page.rows
        ],
        "older_url": f"{url}?{older}" if older else "",
    }
    return render(request, "children/record_use.html", context)


@requires_child(Shape.PAGE, Part.STATUS)
def statuses(request: HttpRequest, opened: OpenChild) -> HttpResponse:
    """How services know the child, and knew the child."""
    rows = Status.objects.of(opened.child).select_related("responsible").order_by("-starts_on", "-pk")
    context = {
        **child_page(request, opened),
        "rows": list(rows),
        "authority": opened.child.authority,
        "today": today(),
        "may_write": opened.access.may(Work.STATUS),
    }
    return render(request, "children/statuses.html", context)


@requires_child(Shape.PAGE, Part.STATUS, work=Work.STATUS, methods=FORM)
def open_status(request: HttpRequest, opened: OpenChild) -> HttpResponse:
    """Record a status from a day on (C2)."""
    form = StatusForm(request.POST or None)
    if request.method == "POST" and taken(
        form, lambda: status_open(me(request), child=opened.child, **form.cleaned_data)
    ):
        messages.success(request, "The status is recorded.")
        return redirect("children:statuses", public_id=opened.child.public_id)
    return form_page(request, opened, form, title="Record a status", current="children:statuses")


@requires_child(Shape.PAGE, Part.STATUS, work=Work.STATUS, methods=FORM)
def end_status(request: HttpRequest, opened: OpenChild, status_id: UUID) -> HttpResponse:
    """End a status on its last day (C2)."""
    status = get_object_or_404(Status.objects.of(opened.child), public_id=status_id)
    form = StatusEndForm(request.POST or None)
    if request.method == "POST" and taken(
        form, lambda: status_close(me(request), status=status, ends_on=form.cleaned_data["ends_on"])
    ):
        messages.success(request, "The status is ended.")
        return redirect("children:statuses", public_id=opened.child.public_id)
    words = f"{status.get_kind_display()} since {status.starts_on:%-d %B %Y}."
    return form_page(request, opened, form, title="End a status", text=words, current="children:statuses")


@requires_child(Shape.PAGE, Part.NOTES)
def notes(request: HttpRequest, opened: OpenChild) -> HttpResponse:
    """Case notes by when it happened, newest first; corrected ones stay in sight (C5)."""
    rows = CaseNote.objects.of(opened.child).select_related("author__agency", "superseded_by")
    before = before_key(request.GET.get("before", ""))
    if before:
        rows = rows.filter(happened_at__lte=before[0]).exclude(happened_at=before[0], pk__gte=before[1])
    page = list(rows.order_by("-happened_at", "-pk")[: NOTES + 1])
    last = page[NOTES - 1] if len(page) > NOTES else None
    url = reverse("children:notes", args=[opened.child.public_id])
    older = urlencode({"before": f"{last.happened_at.isoformat()}~{last.pk}"}) if last else ""
    context = {
        **child_page(request, opened),
        "rows": page[:NOTES],
        "may_write": opened.access.may(Work.NOTES),
        "older_url": f"{url}?{older}" if older else "",
    }
    return render(request, "children/notes.html", context)


@requires_child(Shape.PAGE, Part.NOTES, work=Work.NOTES, methods=FORM)
def write_note(request: HttpRequest, opened: OpenChild, note_id: UUID | None = None) -> HttpResponse:
    """Write a case note, or correct one by another that supersedes it (C5)."""
    earlier = get_object_or_404(CaseNote.objects.of(opened.child), public_id=note_id) if note_id else None
    form = NoteForm(
        request.POST or None, initial=NoteForm.told(earlier) if earlier else {"happened_on": today()}
    )
    if request.method == "POST" and taken(
        form,
        lambda: kept_once(request, form, "children.note", note_write, child=opened.child, supersedes=earlier),
    ):
        messages.success(request, "The note is saved. It can be corrected, never changed.")
        return redirect("children:notes", public_id=opened.child.public_id)
    return form_page(
        request,
        opened,
        form,
        title="Correct a case note" if earlier else "Write a case note",
        text="The earlier note stays, marked as corrected." if earlier else "",
        who_sees=who_reads(Part.NOTES),
        current="children:notes",
    )


def who_reads(part: Part) -> list[str]:
    """Before somebody writes: which roles will read it, as the access table says."""
    said = {
        reach: sorted(role.label for role in ROLES.values() if part in role.sees.get(reach, ()))
        for reach in WHY
    }
    plain = {reach: words for reach, words in WHY.items() if reach is not Reach.SUBMITTED}
    return [f"{', '.join(said[reach])}: {words}" for reach, words in plain.items() if said[reach]]
