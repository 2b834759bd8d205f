"""Which children a supervisor shows to their students (A2: cover)."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from cems.accounts.access_control import acting_user
from cems.audit.services import listed
from cems.base.access_control import FORM, Shape, requires_sign_in
from cems.base.forms import handle_form
from cems.base.not_found import or_404
from cems.base.time import now
from cems.children.access.forms.student import StudentChildForm
from cems.children.access.selectors import student as selectors
from cems.children.access.services.student import student_end, student_name
from cems.children.models import StudentChild

OWN = "everybody sees whom they supervise; nobody else's students are there"


@requires_sign_in(Shape.PAGE, reason=OWN)
def students(request: HttpRequest) -> HttpResponse:
    """My students, and which children each of them sees."""
    supervised = selectors.students(acting_user(request), now())
    shown = [row.child.public_id for student in supervised for row in student.shown]
    if shown:
        listed(acting_user(request), what="children.students", children=shown)
    return render(request, "children/students.html", {"students": supervised})


@requires_sign_in(Shape.PAGE, reason=OWN, methods=FORM)
def student_child(request: HttpRequest) -> HttpResponse:
    """Show a student one more of my children."""
    user, instant = acting_user(request), now()
    posts = selectors.posts_supervised(user, instant)
    children = selectors.to_choose(user, instant) if posts else []
    form = StudentChildForm(posts, children, request.POST or None)
    if handle_form(request, form, lambda: _name(request, form)):
        messages.success(request, "The student is told, and can open the record now.")
        return redirect("children:students")
    if children:
        listed(user, what="children.students", children=[child.public_id for child in children])
    context = {"form": form, "posts": posts, "children": children}
    return render(request, "children/student_child.html", context, status=form.status)


def _name(request: HttpRequest, form: StudentChildForm) -> StudentChild:
    data = form.cleaned_data
    return student_name(
        acting_user(request),
        post=form.posts[data["post"]],
        child=form.children[data["child"]],
        ends_on=data["ends_on"],
    )


@requires_sign_in(Shape.POST, reason=OWN)
def student_child_end(request: HttpRequest, naming_id: UUID) -> HttpResponse:
    """The student sees this child no longer."""
    user = acting_user(request)
    student_end(user, naming=or_404(selectors.naming_of(user, naming_id)))
    messages.success(request, "The record is closed to the student.")
    return redirect("children:students")
