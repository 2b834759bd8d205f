"""Pages of the partnership's lists, changed by an administrator: entries are added, reworded and ended (M4)."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from cems.accounts.access_control import acting_user, requires_work
from cems.accounts.forms.practice_list import EntryForm, begins
from cems.accounts.roles import Work
from cems.accounts.selectors import practice_list as selectors
from cems.accounts.services.practice_list import list_entry_write
from cems.base.access_control import FORM, Shape
from cems.base.errors import CommandError, Conflict
from cems.base.forms import Difference, handle_form
from cems.base.time import now
from cems.policy.lists import Entry, PracticeList


@requires_work(Shape.PAGE, Work.ADMINISTRATION)
def lists(request: HttpRequest) -> HttpResponse:
    """Every list with its entries: what is offered, what is to come, what has ended."""
    return render(request, "practice_lists/list.html", {"lists": selectors.lists(now())})


@requires_work(Shape.PAGE, Work.ADMINISTRATION, methods=FORM)
def entry_new(request: HttpRequest, key: str) -> HttpResponse:
    """Add an entry to a list."""
    return _entry_page(request, _listing(key), None)


@requires_work(Shape.PAGE, Work.ADMINISTRATION, methods=FORM)
def entry(request: HttpRequest, key: str, entry_key: str) -> HttpResponse:
    """Reword an entry, move it, or say until when it is offered."""
    listing = _listing(key)
    try:
        return _entry_page(request, listing, selectors.entry_of(listing, entry_key, now()))
    except LookupError:
        raise Http404 from None


def _entry_page(request: HttpRequest, listing: PracticeList, entry: Entry | None) -> HttpResponse:
    others = selectors.others_of(listing, entry.key if entry else "", now())
    form = EntryForm(listing, others, request.POST or None, entry=entry)
    written = handle_form(request, form, lambda: _write(request, listing, entry, form), refusals=CommandError)
    if written:
        messages.success(request, f"{listing.title}: “{written.result['label']}” is kept.")
        return redirect("practice_lists:list")
    differences: list[Difference] = []
    if entry and isinstance(form.refusal, Conflict):  # sent again, it counts: both texts are read by then
        entry = selectors.entry_of(listing, entry.key, now())
        differences = form.differences(begins(entry, others))
        form.send_next(version=str(entry.version))
    context = {
        "form": form,
        "differences": differences,
        "listing": listing,
        "entry": entry,
        "back_url": reverse("practice_lists:list"),
    }
    return render(request, "practice_lists/entry.html", context, status=form.status)


def _write(
    request: HttpRequest, listing: PracticeList, entry: Entry | None, form: EntryForm
) -> dict[str, str]:
    """Keep the entry and return its words."""
    row = list_entry_write(
        acting_user(request),
        listing=listing,
        terms=form.terms,
        key=entry.key if entry else "",
        version=form.cleaned_data["version"],
    )
    return {"label": row.label}


def _listing(key: str) -> PracticeList:
    try:
        return selectors.listing_of(key)
    except LookupError:
        raise Http404 from None
