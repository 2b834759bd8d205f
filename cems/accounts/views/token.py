"""Pages of the keys of agencies' systems, for administrators (O1)."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from cems.accounts.access_control import acting_user, requires_work
from cems.accounts.forms.person import TokenForm
from cems.accounts.models import ServiceToken, User
from cems.accounts.roles import Work
from cems.accounts.services.token import is_service_account, token_make, token_revoke
from cems.base.access_control import FORM, Shape
from cems.base.errors import CommandError
from cems.base.idempotency import once
from cems.base.time import now


@requires_work(Shape.PAGE, Work.ADMINISTRATION, methods=FORM)
def new(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Make a key; the answer shows it, once."""
    account = get_object_or_404(User.objects.get_queryset().select_related("agency"), public_id=public_id)
    if not is_service_account(account):
        messages.error(request, "Keys are for service accounts only. Give the account that role first.")
        return redirect("people:user", public_id)
    form = TokenForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            secret = _make(request, account, form)
        except CommandError as refusal:
            form.refuse(refusal)
        else:
            if not secret:
                messages.error(request, "This key was made already, and is shown once only. Make another.")
                return redirect("people:user", public_id)
            context = {"person": account, "secret": secret, "name": form.cleaned_data["name"]}
            return render(request, "people/token.html", context)
    context = {"form": form, "page_title": "Make a key", "about": account}
    context["back_url"] = reverse("people:user", args=[public_id])
    return render(request, "people/form.html", context, status=400 if form.is_bound else 200)


def _make(request: HttpRequest, account: User, form: TokenForm) -> str:
    """The new key; empty when the same form was sent before, for then nobody has the key any more."""
    data = form.cleaned_data
    made: list[str] = []

    def perform() -> dict[str, str]:
        row, secret = token_make(
            acting_user(request),
            user=account,
            name=data["name"],
            scopes=data["scopes"],
            last_day=data["last_day"],
        )
        made.append(secret)
        return {"token": str(row.public_id)}

    body = {name: data[name] for name in ("name", "scopes", "last_day")} | {"user": account.public_id}
    once(acting_user(request), key=data["key"], action="people.token", body=body, perform=perform)
    return made[0] if made else ""


@requires_work(Shape.POST, Work.ADMINISTRATION)
def revoke(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Take a key back this minute."""
    token = get_object_or_404(ServiceToken.objects.select_related("user"), public_id=public_id)
    token_revoke(acting_user(request), token=token, at=now())
    messages.success(request, "The key is taken back. What uses it is refused from now on.")
    return redirect("people:user", token.user.public_id)
