"""What the child and the family say (C6), and the history of the level (C4)."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from cems.accounts.access_control import acting_user
from cems.accounts.roles import Part, Work
from cems.base.access_control import FORM, Shape
from cems.base.forms import handle_form
from cems.base.keyset import AFTER, next_url
from cems.children.access_control import OpenChild, requires_child
from cems.children.history.forms.feedback import FeedbackForm
from cems.children.history.selectors.feedback import feedback_of
from cems.children.history.services.feedback import feedback_record
from cems.children.history.views.note import who_reads
from cems.children.identity.page_context import child_page
from cems.children.identity.services.self_description import may_know
from cems.children.view_helpers import form_page


@requires_child(Shape.PAGE, Part.NOTES)
def feedback(request: HttpRequest, opened: OpenChild) -> HttpResponse:
    """Their words, newest first."""
    page = feedback_of(opened.child, request.GET.get(AFTER, ""))
    context = {
        **child_page(request, opened),
        "rows": page.rows,
        "older_url": next_url(request, page.after),
        "may_write": opened.access.may(Work.NOTES),
        "knows_orientation": may_know(acting_user(request), opened.child, opened.access, opened.at),
    }
    return render(request, "children/feedback.html", context)


@requires_child(Shape.PAGE, Part.NOTES, work=Work.NOTES, methods=FORM)
def add_feedback(request: HttpRequest, opened: OpenChild) -> HttpResponse:
    """Type what the child or the family said, marked as theirs."""
    form = FeedbackForm(request.POST or None)
    if handle_form(
        request,
        form,
        lambda: feedback_record(
            acting_user(request),
            child=opened.child,
            happened_at=form.happened_at,
            **form.values,
        ),
    ):
        messages.success(request, f"The words about {opened.child.name} are kept. Tell them what came of it.")
        return redirect("children:feedback", public_id=opened.child.public_id)
    return form_page(
        request,
        opened,
        form,
        title="What the child or the family says",
        who_sees=who_reads(Part.NOTES),
        current="children:feedback",
    )
