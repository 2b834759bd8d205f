"""A document about a child is answered with the questions to whom it goes and why, until they were answered (A4).

What was answered holds for this sign-in, this child and this address, for some minutes: long enough to take it, and to
take it again where the download failed.
"""

from datetime import datetime, timedelta
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode

from cems.base.access_control import Shape
from cems.base.time import now

LASTS = timedelta(minutes=15)
_ANSWERED = "documents_answered"


def document_url(child: UUID, address: str) -> str:
    """Where somebody is asked who a document is for, before they take it from its own address (A4)."""
    return f"{reverse('children:document_take', args=[child])}?{urlencode({'document': address})}"


def questions_first(request: HttpRequest, shape: Shape, child: UUID) -> HttpResponse | None:
    """The way to the questions, where nobody answered those of the document at this address; else None."""
    if shape is not Shape.PDF or is_answered(request, child, request.path):
        return None
    return redirect(document_url(child, request.get_full_path()))


def remember_answered(request: HttpRequest, child: UUID, address: str) -> None:
    """The questions about this document were answered now: its own address gives it for a while."""
    still = {key: until for key, until in _answered(request).items() if datetime.fromisoformat(until) > now()}
    request.session[_ANSWERED] = {**still, _key(child, address): (now() + LASTS).isoformat()}


def is_answered(request: HttpRequest, child: UUID, address: str) -> bool:
    """Whether this person said, in this sign-in and not long ago, to whom this document of this child goes."""
    until = _answered(request).get(_key(child, address))
    return until is not None and datetime.fromisoformat(until) > now()


def _answered(request: HttpRequest) -> dict[str, str]:
    kept: dict[str, str] = request.session.get(_ANSWERED, {})
    return kept


def _key(child: UUID, address: str) -> str:
    """The child and the document, however it is filtered."""
    return f"{child} {address.split('?')[0]}"
