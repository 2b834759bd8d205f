"""What the pages of allocation share."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest

from cems.accounts.access_control import acting_user
from cems.accounts.models import User
from cems.base.errors import Conflict, Invalid
from cems.base.idempotency import once
from cems.base.time import today
from triage.allocation.forms import OnceForm
from triage.allocation.selectors.worker import Worker, desks_of, workers
from triage.choices import WorkerKind


def kind_of(word: str) -> WorkerKind:
    """The kind of worker an address names; Http404 for another word."""
    try:
        return WorkerKind(word)
    except ValueError:
        raise Http404 from None


def taken_once(request: HttpRequest, form: OnceForm, action: str, act: Callable[[], object]) -> bool:
    """Whether the form was right and the service took it, now or when it was sent before.

    A refusal stands beside its field and keeps what was typed.
    """
    if not form.is_valid():
        return False

    def perform() -> dict[str, Any]:
        act()
        return {}

    try:
        once(
            acting_user(request),
            key=form.cleaned_data["key"],
            action=action,
            body=form.body(),
            perform=perform,
        )
    except (Invalid, Conflict) as refusal:
        form.refuse(refusal)
        return False
    return True


def posts_of(user: User, worker_id: UUID) -> list[Worker]:
    """Somebody of this person's desks who takes children, as what they work; Http404 for anybody else."""
    found = workers(desks_of(user), today(), public_id=worker_id)
    if not found:
        raise Http404
    return found
