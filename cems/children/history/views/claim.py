"""Somebody says that they work with a child; First Contact or the team's manager looks, and decides (C3)."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from cems.accounts.access_control import acting_user, requires_work
from cems.accounts.roles import Part, Work
from cems.audit.services import listed, read
from cems.base.access_control import FORM, Shape, requires_sign_in
from cems.base.errors import NotAllowed
from cems.base.forms import handle_form
from cems.base.keyset import AFTER, next_url
from cems.base.not_found import or_404
from cems.children.access_control import OpenChild, log_read, open_child, requires_child
from cems.children.history.forms.claim import ClaimDecisionForm, ClaimForm
from cems.children.history.selectors import claim as reads
from cems.children.history.services.involvement import involvement_decide, involvement_start, may_confirm
from cems.children.identity.page_context import child_page
from cems.children.view_helpers import form_page


@requires_child(Shape.PAGE, Part.INVOLVED, Part.IDENTITY, Part.OWN_SUBMISSIONS, methods=FORM)
def claim(request: HttpRequest, opened: OpenChild) -> HttpResponse:
    """Say that one works with the child, and how; First Contact confirms."""
    user, form = acting_user(request), ClaimForm(request.POST or None)
    if handle_form(
        request,
        form,
        lambda: involvement_start(
            user, child=opened.child, person=user, team=reads.own_team(user), **form.values
        ),
    ):
        messages.success(
            request,
            f"Recorded. First Contact, or your manager, confirms that you work with {opened.child.name};"
            " you are told.",
        )
        return redirect("children:overview", public_id=opened.child.public_id)
    return form_page(request, opened, form, title="I work with this child", current="children:involvements")


@requires_work(Shape.PAGE, Work.INVOLVEMENT)
def claims(request: HttpRequest) -> HttpResponse:
    """Who says that they work with a child, the longest waiting first."""
    page = reads.claims_page(acting_user(request), request.GET.get(AFTER, ""))
    listed(acting_user(request), what="children.claims", children=[row.child.public_id for row in page.rows])
    context = {"rows": page.rows, "older_url": next_url(request, page.after)}
    return render(request, "children/claims.html", context)


@requires_work(Shape.PAGE, Work.INVOLVEMENT, methods=FORM)
def decide(request: HttpRequest, involvement_id: UUID) -> HttpResponse:
    """Agree or refuse a claim, with what speaks for it beside: who, why, the child, the matrix they sent."""
    user = acting_user(request)
    row = or_404(reads.claim_at(user, involvement_id))
    try:
        opened = open_child(request, row.child_id, parts=reads.CLAIM_PARTS)
    except (
        NotAllowed
    ):  # they have only sent a matrix about the child, so there is no claim for them to look at
        raise Http404 from None
    form = ClaimDecisionForm(request.POST or None)
    if handle_form(request, form, lambda: involvement_decide(user, involvement=row, **form.values)):
        who, name = row.user or row.team, opened.child.name
        messages.success(
            request,
            f"Agreed. {who} can open the record of {name} now, and is told."
            if form.cleaned_data["agree"]
            else f"Not agreed. {who} does not work with {name}, and is told why.",
        )
        return redirect("children:claims")
    log_read(request, opened, Part.IDENTITY, row)
    context = {
        **child_page(request, opened, current="children:involvements"),
        "row": row,
        "page": reads.claim_page(opened, row),
        "form": form if reads.waits(row) and may_confirm(user, row.team) else None,
        "refusal": form.refusal,
        "typed": form["why"].value(),
    }
    return render(request, "children/claim.html", context, status=form.status)


@requires_sign_in(Shape.PAGE, reason="the person who made the claim, and nobody else")
def answer(request: HttpRequest, involvement_id: UUID) -> HttpResponse:
    """What became of one's own claim, and why; by reference, for the record may not be open."""
    user = acting_user(request)
    row = or_404(reads.own_claim_at(user, involvement_id))
    why = "Made this claim"
    read(user, child=row.child.public_id, part=Part.INVOLVED, subject=row, reason=why)
    return render(request, "children/claim_answer.html", {"row": row})
