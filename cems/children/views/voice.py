"""What the child and the family say (C6), and the history of the level (C4)."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from cems.accounts.roles import Part, Work
from cems.base.access_control import FORM, Shape
from cems.children.access_control import OpenChild, requires_child
from cems.children.choices import HarmContext, HarmForm
from cems.children.forms_placement import FeedbackForm
from cems.children.models import AgreedLevel, Feedback
from cems.children.page_context import child_page
from cems.children.services.self_description import may_know
from cems.children.services.voice import feedback_record
from cems.children.views.common import form_page, me, taken
from cems.children.views.record import who_reads

LONGEST = 100


@requires_child(Shape.PAGE, Part.NOTES)
def feedback(request: HttpRequest, opened: OpenChild) -> HttpResponse:
    """Their words, newest first."""
    rows = Feedback.objects.of(opened.child).select_related("recorded_by__agency")
    context = {
        **child_page(request, opened),
        "rows": list(rows.order_by("-happened_at", "-pk")[:LONGEST]),
        "may_write": opened.access.may(Work.NOTES),
        "knows_orientation": may_know(me(request), opened.child, opened.access, opened.at),
    }
    return render(request, "children/feedback.html", context)


@requires_child(Shape.PAGE, Part.NOTES, work=Work.NOTES, methods=FORM)
def add_feedback(request: HttpRequest, opened: OpenChild) -> HttpResponse:
    """Type what the child or the family said, marked as theirs."""
    form = FeedbackForm(request.POST or None)
    if request.method == "POST" and taken(
        form,
        lambda: feedback_record(
            me(request),
            child=opened.child,
            happened_at=form.happened_at,
            **{name: form.cleaned_data[name] for name in ("whose", "about", "words", "changed")},
        ),
    ):
        messages.success(request, "Their words are kept. Tell them what came of it.")
        return redirect("children:feedback", public_id=opened.child.public_id)
    return form_page(
        request,
        opened,
        form,
        title="What the child or the family says",
        who_sees=who_reads(Part.NOTES),
        current="children:feedback",
    )


@requires_child(Shape.PAGE, Part.LEVEL_HISTORY)
def levels(request: HttpRequest, opened: OpenChild) -> HttpResponse:
    """Every level a forum agreed, with the forms of harm it saw, and where (C4)."""
    rows = AgreedLevel.objects.of(opened.child).select_related("recorded_by").order_by("-happened_at", "-pk")
    shown = [
        {
            "row": row,
            "label": row.get_level_display(),
            "forms": [HarmForm(form).label for form in row.forms],
            "contexts": [HarmContext(context).label for context in row.contexts],
        }
        for row in rows[:LONGEST]
    ]
    return render(request, "children/levels.html", {**child_page(request, opened), "rows": shown})
