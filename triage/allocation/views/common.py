"""What the pages of allocation share."""

from uuid import UUID

from django.http import Http404

from cems.accounts.models import User
from cems.base.time import today
from triage.allocation.selectors.worker import Worker, desks_of, workers
from triage.choices import WorkerKind


def kind_of(word: str) -> WorkerKind:
    """The kind of worker an address names; Http404 for another word."""
    try:
        return WorkerKind(word)
    except ValueError:
        raise Http404 from None


def posts_of(user: User, worker_id: UUID) -> list[Worker]:
    """Somebody of this person's desks who takes children, as what they work; Http404 for anybody else."""
    posts = workers(desks_of(user), today(), public_id=worker_id)
    if not posts:
        raise Http404
    return posts
