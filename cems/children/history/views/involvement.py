"""Who works with a child: recorded and ended (C3)."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from cems.accounts.access_control import acting_user
from cems.accounts.models import Team
from cems.accounts.roles import Part, Work
from cems.base.access_control import FORM, Shape
from cems.base.forms import handle_form
from cems.base.not_found import or_404
from cems.base.time import now
from cems.children.access_control import OpenChild, requires_child
from cems.children.history.forms.involvement import InvolveForm, InvolvementEndForm
from cems.children.history.selectors import involvement as people
from cems.children.history.services.involvement import involvement_end, involvement_start
from cems.children.identity.page_context import child_page
from cems.children.view_helpers import form_page
from cems.clocks.selectors import still_promised


@requires_child(Shape.PAGE, Part.INVOLVED)
def involved(request: HttpRequest, opened: OpenChild) -> HttpResponse:
    """Who works with the child now, who waits, who did."""
    context = {
        **child_page(request, opened),
        "page": people.involved(acting_user(request), opened.child, now()),
        "may_add": opened.access.may(Work.INVOLVEMENT),
    }
    return render(request, "children/involved.html", context)


@requires_child(Shape.PAGE, Part.INVOLVED, work=Work.INVOLVEMENT, methods=FORM)
def add(request: HttpRequest, opened: OpenChild) -> HttpResponse:
    """First the team, by the address; then the person or the whole team, and the role."""
    teams = people.teams_to_choose(acting_user(request))
    wanted = request.GET.get("team", "")
    team = next((team for team in teams if str(team.public_id) == wanted), None)
    if team is None:
        context = {**child_page(request, opened, current="children:involvements"), "teams": teams}
        return render(request, "children/involve_team.html", context)
    members = people.members(team)
    form = InvolveForm(members, request.POST or None)
    if handle_form(request, form, lambda: _start(request, opened, form, team)):
        messages.success(request, f"Recorded. They can open the record of {opened.child.name} now.")
        return redirect("children:involvements", public_id=opened.child.public_id)
    title = f"{team.name}: who works with the child?"
    back = reverse("children:involvement_new", args=[opened.child.public_id])
    return form_page(request, opened, form, title=title, back=back, current="children:involvements")


def _start(request: HttpRequest, opened: OpenChild, form: InvolveForm, team: Team) -> None:
    involvement_start(
        acting_user(request),
        child=opened.child,
        case_role=form.cleaned_data["case_role"],
        person=form.chosen(people.members(team)),
        team=team,
    )


@requires_child(Shape.PAGE, Part.INVOLVED, Part.OWN_SUBMISSIONS, methods=FORM)
def end(request: HttpRequest, opened: OpenChild, involvement_id: UUID) -> HttpResponse:
    """Somebody no longer works with the child; their access ends at once."""
    row = or_404(people.involvement_at(opened.child, involvement_id))
    if not opened.access.sees(Part.INVOLVED) and row.user_id != acting_user(request).pk:
        raise Http404
    form = InvolvementEndForm(request.POST or None)
    if handle_form(
        request,
        form,
        lambda: involvement_end(acting_user(request), involvement=row, reason=form.cleaned_data["reason"]),
    ):
        who = row.user or row.team
        messages.success(
            request, f"{who} no longer works with {opened.child.name}, and the access through it has ended."
        )
        # A user who ended their own involvement may have no way back to the record.
        return (
            redirect("home")
            if row.user_id == acting_user(request).pk
            else redirect("children:involvements", public_id=opened.child.public_id)
        )
    words = f"{row.user or row.team}, {row.get_case_role_display().lower()}. Access to the record ends now."
    return form_page(
        request,
        opened,
        form,
        title="End an involvement",
        text=words,
        current="children:involvements",
        leaves=still_promised(opened.cluster.values(), opened.at, owner=row.user) if row.user else [],
        leaves_title="What they have promised about the child stays with them: hand it over",
    )
