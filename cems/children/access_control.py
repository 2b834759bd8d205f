"""The access rule of a child's record: `visible_to`, the part, the work, and the audit, in that order."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import wraps
from typing import Any, TypeVar
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse

from cems.accounts.access_control import acting_user
from cems.accounts.roles import Part, Work
from cems.audit.services import read
from cems.base.access_control import AccessRule, Shape, View, methods_of, not_taken, signed_out, tells
from cems.base.errors import NotAllowed
from cems.base.time import local, now
from cems.children.access.child_access import ChildAccess, access_to
from cems.children.access.document import questions_first
from cems.children.access.selectors.emergency_access import ran_out
from cems.children.models import Child
from cems.children.querysets import cluster_of

Read = TypeVar("Read")
YEAR = timedelta(days=365)
_CLUSTER = "children.cluster"
LEAVING = frozenset({Shape.PDF, Shape.FEED, Shape.API})  # what is carried out of the pages


@dataclass(frozen=True)
class OpenChild:
    """A child somebody has opened, with what they may see and do there.

    It lives as long as the page: what several parts of a page show is read once, and `at` is the instant
    they all stand at.
    """

    child: Child
    access: ChildAccess
    at: datetime = field(default_factory=now)
    _kept: dict[str, Any] = field(default_factory=dict, compare=False, repr=False)

    @property
    def year_ago(self) -> datetime:
        """Where the overview's twelve months begin."""
        return self.at - YEAR

    def kept(self, key: str, read: Callable[[], Read]) -> Read:
        """What `read` gives, asked once for this page; for what is shown, never for what a write rests on."""
        if key not in self._kept:
            self._kept[key] = read()
        value: Read = self._kept[key]
        return value

    @property
    def placed(self) -> Child:
        """The child with its places, which few pages show."""
        every = Child.objects.unscoped("the places of a child that visible_to has given")
        return self.kept("children.placed", lambda: every.with_places().get(pk=self.child.pk))

    @property
    def cluster(self) -> dict[int, UUID]:
        """The record and all merged into it: row number to public id."""
        return self.kept(_CLUSTER, lambda: cluster_of(self.child.pk))


def open_child(
    request: HttpRequest,
    key: UUID | int,
    *,
    parts: tuple[Part, ...],
    work: Work | tuple[Work, ...] | None = None,
) -> OpenChild:
    """The child with this public id (or row number, of a paper about it) for this person.

    The address of a record merged into another opens its primary record. A stranger gets Http404, as if there were no
    such child; a known child whose part or work (any one of several) is out of reach raises NotAllowed (403).
    """
    user = acting_user(request)
    cluster = cluster_of(key)
    primary = next(iter(cluster), None)
    child = Child.objects.visible_to(user).with_bar().filter(pk=primary).first() if primary else None
    if primary is None or child is None:
        _say_if_it_ran_out(request, key, cluster)
        raise Http404
    access = access_to(user, child, primaries=dict.fromkeys(cluster, primary))
    if not access.sees(*parts):
        _say_if_it_ran_out(request, key, cluster)
        raise NotAllowed("This part of the record is not open to your role.")
    works = _each(work)
    if works and not access.may(*works):
        raise NotAllowed("Your role does not include this work on this record.")
    return OpenChild(child, access, _kept={_CLUSTER: cluster})


def _each(work: Work | tuple[Work, ...] | None) -> tuple[Work, ...]:
    if work is None:
        return ()
    return (work,) if isinstance(work, Work) else work


def _say_if_it_ran_out(request: HttpRequest, key: UUID | int, cluster: dict[int, UUID]) -> None:
    """A page left open while the emergency opening ran out: the next click says so plainly (record-f8)."""
    public_id = key if isinstance(key, UUID) else next(iter(cluster.values()))
    emergency_access = ran_out(acting_user(request), public_id, now())
    if emergency_access is None:
        return
    when = local(emergency_access.until)
    raise NotAllowed(
        f"Your emergency access to this record ended at {when:%H:%M} on {when:%-d %B}. What was saved is kept."
        " If you still need the record to keep the child safe, search for the child, choose “I need to see"
        " this now” and say why again."
    )


def may_take_away(shape: Shape, access: ChildAccess) -> None:
    """Raise NotAllowed where a document is asked for by a role that takes none away (a student's)."""
    if shape in LEAVING and not access.exports:
        raise NotAllowed("Your role reads this record in CEMS and takes no documents away.")


def log_read(request: HttpRequest, opened: OpenChild, part: Part, subject: Any = None) -> None:
    """Write that the person looked, whatever the method or header they sent. No audit, no page."""
    read(
        acting_user(request),
        child=opened.child.public_id,
        part=part,
        subject=subject,
        reason=opened.access.why,
    )


def answered(
    request: HttpRequest, shape: Shape, log: Callable[[], None], answer: Callable[[], HttpResponse]
) -> HttpResponse:
    """What a view answers, its read written: before a page is made; after what may be answered without content.

    A form that is drawn again tells the record as the page does; one that is done leads on and tells nothing.
    A poll is a fragment that answers 304 while nothing has happened.
    """
    told_for_sure = request.method != "POST" and shape is not Shape.FRAGMENT
    if told_for_sure:
        log()
    response = answer()
    if not told_for_sure and tells(response):
        log()
    return response


def requires_child(
    shape: Shape,
    *parts: Part,
    work: Work | tuple[Work, ...] | None = None,
    methods: tuple[str, ...] = (),
) -> Callable[[View], View]:
    """Guard a view whose URL names a child by `public_id`; the view gets an `OpenChild` in its place.

    Any one of `parts` lets the user in; the first is the one the audit names. So does any one kind of `work`.
    `methods` are those the view takes (READ, FORM, SEND), by its shape if not said.
    """
    takes = methods_of(shape, methods)

    def mark(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, public_id: UUID, *args: Any, **kwargs: Any) -> HttpResponse:
            refusal = signed_out(request, shape)
            if refusal:
                return refusal
            opened = open_child(request, public_id, parts=parts, work=work)
            may_take_away(shape, opened.access)
            return (
                not_taken(request, takes)
                or questions_first(request, shape, opened.child.public_id)
                or answered(
                    request,
                    shape,
                    lambda: log_read(request, opened, parts[0]),
                    lambda: view(request, opened, *args, **kwargs),
                )
            )

        works = "|".join(_each(work))
        guarded.access_rule = AccessRule(  # type: ignore[attr-defined]
            shape, part=parts[0], parts=parts, work=works, about_child=True, methods=takes
        )
        return guarded

    return mark
