"""Pages of the keys of agencies' systems, for administrators (O1)."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from cems.accounts.access_control import acting_user, requires_work
from cems.accounts.forms.person import TokenForm
from cems.accounts.models import User
from cems.accounts.roles import Work
from cems.accounts.selectors.person import person_at
from cems.accounts.selectors.token import token_at
from cems.accounts.services.token import is_service_account, token_make, token_revoke
from cems.base.access_control import FORM, Shape
from cems.base.errors import CommandError
from cems.base.forms import handle_form
from cems.base.not_found import or_404
from cems.base.time import now


@requires_work(Shape.PAGE, Work.ADMINISTRATION, methods=FORM)
def new(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Make a key; the answer shows it, once."""
    account = or_404(person_at(public_id))
    if not is_service_account(account):
        messages.error(request, "Keys are for service accounts only. Give the account that role first.")
        return redirect("people:user", public_id)
    form = TokenForm(request.POST or None)
    secrets: list[str] = []
    made = handle_form(
        request, form, lambda: secrets.append(_make(request, account, form)), refusals=CommandError
    )
    if made and not secrets:  # sent before: nobody has the key any more
        messages.error(request, "This key was made already, and is shown once only. Make another.")
        return redirect("people:user", public_id)
    if made:
        context = {"person": account, "secret": secrets[0], "name": form.cleaned_data["name"]}
        return render(request, "people/token.html", context)
    context = {"form": form, "page_title": "Make a key", "about": account}
    context["back_url"] = reverse("people:user", args=[public_id])
    return render(request, "people/form.html", context, status=form.status)


def _make(request: HttpRequest, account: User, form: TokenForm) -> str:
    """The new key, which is kept nowhere."""
    _, secret = token_make(acting_user(request), user=account, **form.values)
    return secret


@requires_work(Shape.POST, Work.ADMINISTRATION)
def revoke(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Take a key back this minute."""
    token = or_404(token_at(public_id))
    token_revoke(acting_user(request), token=token, at=now())
    messages.success(request, "The key is taken back. What uses it is refused from now on.")
    return redirect("people:user", token.user.public_id)
