"""Two people in one draft: who is where, and what the others saved since the page was drawn (M6, record-f1)."""

from dataclasses import asdict

from django.http import HttpRequest, HttpResponse, HttpResponseNotModified, JsonResponse

from cems.accounts.access_control import acting_user
from cems.base.access_control import Shape
from cems.base.autosave import version_from
from cems.base.idempotency import digest_of
from cems.base.services.presence import here, others
from cems.base.time import local, today
from matrix.access_control import Opened, requires_matrix
from matrix.choices import MatrixState
from matrix.instrument import load
from matrix.models import Matrix
from matrix.selectors.live import names_on, people_words, place_of, saved_since, subject_of, typing_words


@requires_matrix(Shape.FRAGMENT)
def live(request: HttpRequest, opened: Opened[Matrix]) -> HttpResponse:
    """Asked every few seconds by an open page of a draft; 304 while nothing happened.

    `page` is where they are, `typing` the question they type in, `away` set while the tab is hidden, and
    `CODE-version` what the page shows. 200 {people, typing, saved, changed, instrument}, or {closed} once it
    is a draft no longer. Access is asked each time (record-f6); 200 is a read, 304 is none.
    """
    matrix, user = opened.paper, acting_user(request)
    if matrix.state != MatrixState.DRAFT:
        return JsonResponse({"closed": _closed(matrix)})
    instrument, page = load(matrix.instrument_version), request.GET.get("page", "")
    typing = request.GET.get("typing", "")
    subject = subject_of(matrix)
    if "away" in request.GET:
        there = others(user, subject=subject)
    else:
        there = here(user, subject=subject, place=place_of(instrument, page, typing), typing=bool(typing))
    tag = digest_of(
        {
            "people": [asdict(person) for person in there],
            "changed": matrix.changed_at,
            "instrument": matrix.instrument_version,
            "page": page,
            "today": today(),
        }
    )
    if request.headers.get("If-None-Match") == f'"{tag}"':
        return HttpResponseNotModified()
    names = names_on(instrument, page)
    known = {name: version_from(request.GET, f"{name}-version") for name in names}
    saved = saved_since(user, matrix, names, known, today())
    body = {
        "people": people_words(instrument, there, page),
        "typing": typing_words(there, page),
        "saved": {name: asdict(entry) for name, entry in saved.items()},
        "changed": matrix.changed_at.isoformat(),
        "instrument": matrix.instrument_version,
    }
    return JsonResponse(body, headers={"ETag": f'"{tag}"'})


def _closed(matrix: Matrix) -> str:
    when = local(matrix.changed_at)
    done = "sent" if matrix.state == MatrixState.SUBMITTED else "withdrawn"
    return (
        f"{matrix.reference} was {done} at {when:%H:%M} on {when:%-d %B}. What is not saved stays on your page:"
        " copy it before you leave, and start an update to add to it."
    )
