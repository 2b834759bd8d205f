"""One child, one record: what waits to be matched, joining two records, taking them apart (C1)."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from cems.accounts.access_control import acting_user, requires_work
from cems.accounts.roles import Part, Work
from cems.audit.services import listed, read
from cems.base.access_control import FORM, Shape
from cems.base.done import say_done
from cems.base.errors import NotAllowed
from cems.base.forms import handle_form
from cems.base.keyset import AFTER, next_url
from cems.base.not_found import or_404
from cems.base.time import local_date, now
from cems.children.access.child_access import access_to
from cems.children.access_control import OpenChild, requires_child
from cems.children.identity.page_context import child_page
from cems.children.identity.selectors.identifier import shared_numbers, to_settle
from cems.children.identity.services.identifier import identifier_settle
from cems.children.matching.forms import (
    ApartForm,
    ConfirmForm,
    MergeForm,
    ReferenceForm,
    SettleForm,
    UndoForm,
)
from cems.children.matching.search import MOST_LIKELY
from cems.children.matching.selectors import duplicate as queue
from cems.children.matching.selectors.merge import merge_at, merges, other_record, preview
from cems.children.matching.services.merge import child_confirm, merge_make, merge_reject, merge_undo
from cems.children.models import Child
from cems.children.view_helpers import form_page

PROVISIONAL, NUMBERS = "waiting", "numbers"


@requires_work(Shape.PAGE, Work.DUPLICATES)
def duplicates(request: HttpRequest) -> HttpResponse:
    """Provisional records to match, and pairs of records that are alike."""
    user = acting_user(request)
    # Each list has its own place in the address: to read on in one leaves the others as they are.
    waiting = queue.provisional_page(user, request.GET.get(PROVISIONAL, ""))
    alike = queue.pairs(user, request.GET.get(AFTER, ""))
    numbers = shared_numbers(user, request.GET.get(NUMBERS, ""))
    shown = [*waiting.rows, *(child for both in alike.rows for child in (both.older, both.newer))]
    shown += [child for row in numbers.rows for child in (row.child, *row.others) if child]
    listed(user, what="children.duplicates", children=list(dict.fromkeys(child.public_id for child in shown)))
    context = {
        "queue": queue.Duplicates(waiting.rows, alike.rows),
        "rows": [(child, queue.waits(child, now())) for child in waiting.rows],
        "numbers": numbers.rows,
        "more_rows_url": next_url(request, waiting.after, PROVISIONAL),
        "more_pairs_url": next_url(request, alike.after),
        "more_numbers_url": next_url(request, numbers.after, NUMBERS),
        "begun": any(request.GET.get(name) for name in (AFTER, PROVISIONAL, NUMBERS)),
    }
    return render(request, "children/matching_queue.html", context)


@requires_child(Shape.PAGE, Part.IDENTITY, work=Work.DUPLICATES, methods=FORM)
def settle_number(request: HttpRequest, opened: OpenChild) -> HttpResponse:
    """A number that another record holds too: this child's, or not (C1)."""
    numbers = to_settle(opened.child, list(opened.cluster))
    form = SettleForm(numbers, request.POST or None)

    def act() -> None:
        data = form.cleaned_data
        identifier_settle(
            acting_user(request),
            child=opened.child,
            kind=data["kind"],
            belongs=data["belongs"],
            why=data["why"],
        )

    if handle_form(request, form, act):
        messages.success(request, f"The number of {opened.child.name} is settled.")
        return redirect("children:duplicates")
    text = (
        "Another record holds this number too." if numbers else "No number of this child waits to be settled."
    )
    return form_page(
        request,
        opened,
        form,
        title="Whose number is it?",
        text=text,
        current="children:overview",
        back=reverse("children:duplicates"),
    )


@requires_child(Shape.PAGE, Part.IDENTITY, work=Work.DUPLICATES, methods=FORM)
def candidates(request: HttpRequest, opened: OpenChild) -> HttpResponse:
    """Who this record may be: the closest others, or one named by its reference; or a new child."""
    user, child = acting_user(request), opened.child
    form = ReferenceForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        other = queue.by_reference(user, form.cleaned_data["reference"])
        if other is not None and other.pk != child.pk and access_to(user, other).sees(Part.IDENTITY):
            return redirect("children:merge", public_id=child.public_id, other_id=other.public_id)
        form.add_error("reference", "No other record with this reference is open to you. Check each digit.")
    context = {
        **child_page(request, opened, current="children:overview"),
        "rows": queue.candidates(user, child),
        "most_likely": MOST_LIKELY,
        "form": form,
        "merges": merges(child),
    }
    return render(request, "children/matching.html", context, status=form.status)


@requires_child(Shape.PAGE, Part.IDENTITY, work=Work.DUPLICATES, methods=FORM)
def match(request: HttpRequest, opened: OpenChild, other_id: UUID) -> HttpResponse:
    """Two records side by side; what must be decided; then one record. This address's first one stays."""
    user, primary = acting_user(request), opened.child
    other, why = _other(request, opened, other_id)
    seen = preview(opened.placed, other)
    form = MergeForm(seen.choices, seen.facts, request.POST or None)
    if made := handle_form(
        request,
        form,
        lambda: merge_make(
            user, primary=primary, other=other, why=form.cleaned_data["why"], decisions=form.decisions
        ),
    ):
        say_done(
            request,
            f"Joined: {other.reference} is now part of {primary.reference}, {primary.name}.",
            undo_url=reverse("children:merge_undo", args=[primary.public_id, made.public_id]),
        )
        return redirect("children:overview", public_id=primary.public_id)
    read(user, child=other.public_id, part=Part.IDENTITY, reason=why)
    context = {
        **child_page(request, opened, current="children:overview"),
        "seen": seen,
        "form": form,
        "swap_url": reverse("children:merge", args=[other.public_id, primary.public_id]),
    }
    return render(request, "children/match.html", context, status=form.status)


def _other(request: HttpRequest, opened: OpenChild, other_id: UUID) -> tuple[Child, str]:
    """The record to put beside the opened one, and why its identity is open to this user."""
    user = acting_user(request)
    other = or_404(other_record(user, other_id, than=opened.child))
    access = access_to(user, other)
    if not access.sees(Part.IDENTITY):
        raise Http404
    return other, access.why


@requires_child(Shape.PAGE, Part.IDENTITY, work=Work.DUPLICATES, methods=FORM)
def confirm(request: HttpRequest, opened: OpenChild) -> HttpResponse:
    """A provisional record is of a child who was not known: what follows, then it stands."""
    user, child = acting_user(request), opened.child
    form = ConfirmForm(request.POST or None)
    if handle_form(request, form, lambda: child_confirm(user, child=child)):
        messages.success(
            request, f"{child.name}, {child.reference}, stands as a record of its own. Its sender is told."
        )
        return redirect("children:duplicates")
    if not child.provisional and not form.errors:
        messages.info(request, f"{child.name}, {child.reference}, has been matched already.")
        return redirect("children:merge_candidates", public_id=child.public_id)
    alike = queue.candidates(user, child)
    return form_page(
        request,
        opened,
        form,
        title="Is this a new child?",
        text=f"{child.name}, {child.reference}, then stands as a record of its own and leaves the list of what waits"
        " to be matched. Anybody who sent something about the child is told that it counts. Found out later to be a"
        " child who was known, the two records can still be joined.",
        leaves=[
            f"{row.child.name}, {row.child.reference}, born {row.child.date_of_birth:%-d %B %Y}"
            for row in alike
        ],
        leaves_title="The closest records, which stay another child’s",
        current="children:overview",
        back=reverse("children:merge_candidates", args=[child.public_id]),
    )


@requires_child(Shape.PAGE, Part.IDENTITY, work=Work.DUPLICATES, methods=FORM)
def apart(request: HttpRequest, opened: OpenChild, other_id: UUID) -> HttpResponse:
    """These are two children: what follows, then the pair is not brought up again."""
    user, child = acting_user(request), opened.child
    other, why = _other(request, opened, other_id)
    form = ApartForm(request.POST or None)
    names = f"{child.name}, {child.reference}, and {other.name}, {other.reference},"
    if handle_form(request, form, lambda: merge_reject(user, one=child, other=other)):
        messages.success(request, f"Noted: {names} are two children. The pair is not brought up again.")
        if child.provisional:
            return redirect("children:merge_candidates", public_id=child.public_id)
        return redirect("children:duplicates")
    read(user, child=other.public_id, part=Part.IDENTITY, reason=why)
    provisional = [record for record in (child, other) if record.provisional]
    return form_page(
        request,
        opened,
        form,
        title="Are these two children?",
        text=f"{names} each keep their own record. The pair is not brought up again in the list of records that are"
        " alike. Nobody is told, and nothing that was written is moved.",
        leaves=[
            f"{record.name}, {record.reference}, still waits to be matched, or to be kept as a new child’s"
            for record in provisional
        ],
        leaves_title="What stays to be done",
        current="children:overview",
        back=reverse("children:merge", args=[child.public_id, other.public_id]),
    )


@requires_child(Shape.PAGE, Part.IDENTITY, work=Work.DUPLICATES, methods=FORM)
def undo(request: HttpRequest, opened: OpenChild, merge_id: UUID) -> HttpResponse:
    """Take two records apart again."""
    row = or_404(merge_at(opened.child, merge_id))
    if row.undone_at is not None:
        raise NotAllowed("These records have been taken apart already.")
    form = UndoForm(request.POST or None)
    if handle_form(
        request, form, lambda: merge_undo(acting_user(request), merge=row, why=form.cleaned_data["why"])
    ):
        messages.success(request, f"Taken apart: {row.other.reference} is a record of its own again.")
        return redirect("children:overview", public_id=row.child.public_id)
    words = (
        f"{row.other.reference} was joined to {row.child.reference} on {local_date(row.at):%-d %B %Y}: {row.why}"
        " What each record held before goes back to it. What was written since stays with"
        f" {row.child.reference}, and has to be written again on the other where it belongs there."
    )
    return form_page(
        request, opened, form, title="Take two records apart", text=words, current="children:overview"
    )
