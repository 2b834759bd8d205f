"""Reading a child's record: overview, chronology, record use; and its statuses and notes."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from cems.accounts.access_control import acting_user
from cems.accounts.roles import ROLES, Part, Reach, Work
from cems.base.access_control import FORM, Shape
from cems.base.forms import handle_form
from cems.base.keyset import AFTER, next_url
from cems.base.not_found import or_404
from cems.base.time import today
from cems.children.access.child_access import WHY
from cems.children.access_control import OpenChild, requires_child
from cems.children.history.forms.note import NoteForm
from cems.children.history.selectors.note import note_at, notes_page
from cems.children.history.services.note import note_write
from cems.children.identity.page_context import child_page
from cems.children.view_helpers import form_page


@requires_child(Shape.PAGE, Part.NOTES)
def notes(request: HttpRequest, opened: OpenChild) -> HttpResponse:
    """Case notes by when it happened, newest first; corrected ones stay in sight (C5)."""
    page = notes_page(opened.child, after=request.GET.get(AFTER, ""))
    context = {
        **child_page(request, opened),
        "rows": page.rows,
        "may_write": opened.access.may(Work.NOTES),
        "older_url": next_url(request, page.after),
    }
    return render(request, "children/notes.html", context)


@requires_child(Shape.PAGE, Part.NOTES, work=Work.NOTES, methods=FORM)
def write_note(request: HttpRequest, opened: OpenChild, note_id: UUID | None = None) -> HttpResponse:
    """Write a case note, or correct one by another that supersedes it (C5)."""
    earlier = or_404(note_at(opened.child, note_id)) if note_id else None
    form = NoteForm(
        request.POST or None, initial=NoteForm.told(earlier) if earlier else {"happened_on": today()}
    )
    if handle_form(
        request,
        form,
        lambda: note_write(acting_user(request), child=opened.child, supersedes=earlier, **form.values),
    ):
        messages.success(
            request, f"The note about {opened.child.name} is saved. It can be corrected, never changed."
        )
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
    roles_by_reach = {
        reach: sorted(role.label for role in ROLES.values() if part in role.sees.get(reach, ()))
        for reach in WHY
    }
    plain = {reach: words for reach, words in WHY.items() if reach is not Reach.SUBMITTED}
    return [
        f"{', '.join(roles_by_reach[reach])}: {words}"
        for reach, words in plain.items()
        if roles_by_reach[reach]
    ]
