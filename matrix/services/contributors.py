"""Colleagues who fill a matrix in together (M6)."""

from datetime import datetime

from django.db import IntegrityError
from django.urls import reverse

from cems.accounts.models import User
from cems.accounts.profile import profile_of
from cems.accounts.roles import Part, Reach, Work
from cems.audit.choices import Verb
from cems.audit.services import record
from cems.base.command import command, savepoint
from cems.base.errors import Conflict, Invalid
from cems.base.time import now
from cems.children.access.child_access import access_to
from cems.children.access.selectors.restriction import is_barred, is_restricted
from cems.children.models import Child, Submitter
from cems.notices.services import notice_send
from matrix.models import Contributor, Matrix
from matrix.services.drafts import open_draft
from matrix.services.leaving import end

REFUSED = "They can't be asked to fill this in. First Contact can say why."


@command
def contributor_add(
    user: User, *, matrix: Matrix, person: User, may_bring_in: bool, at: datetime | None = None
) -> Contributor:
    """Ask a colleague to fill the draft in too; asked twice, it is once.

    `may_bring_in` lets somebody join who does not reach the child: they see this draft and nothing else.
    Raises Invalid where that can't be, Conflict when the matrix is a draft no longer.
    """
    instant, draft = at or now(), open_draft(matrix)
    same = draft.contributors.filter(user=person, ended_at__isnull=True).first()
    if same:
        return same
    if person.pk == draft.started_by_id:
        raise Invalid("They started this matrix, so they fill it in already.", field="email")
    brought_in = False
    if not _reaches(person, draft.child):
        if not may_bring_in:
            raise Invalid(
                "They do not see this child's matrices. First Contact or the lead practitioner can bring them in.",
                field="email",
            )
        if not _may_join(person, draft.child):
            raise Invalid(REFUSED, field="email")
        _, brought_in = Submitter.objects.get_or_create(
            child=draft.child, user=person, defaults={"at": instant}
        )
    row = Contributor.objects.create(
        matrix=draft, user=person, brought_in=brought_in, added_by=user, added_at=instant
    )
    _note(user, draft, row, Verb.ACCESS_GIVEN, instant)
    notice_send(
        [person.pk],
        kind="matrix.contributor",
        key=f"contributor:{row.public_id}",
        text=f"{draft.reference}: you are asked to fill in a CE Matrix with {user}.",
        url=reverse("matrix:tasks", args=[draft.public_id]),
        reference=draft.reference,
        child=draft.child.public_id,
        at=instant,
    )
    return row


@command
def contributor_end(user: User, *, contributor: Contributor, at: datetime | None = None) -> Contributor:
    """They fill it in no longer; what they wrote stays. Raises Conflict when that was so already."""
    instant, draft = at or now(), open_draft(contributor.matrix)
    row = Contributor.objects.select_for_update(no_key=True).get(pk=contributor.pk)
    if row.ended_at:
        raise Conflict("They fill it in no longer.")
    end(user, row=row, at=instant)
    _note(user, draft, row, Verb.ACCESS_ENDED, instant)
    return row


@command
def matrix_hand_over(user: User, *, matrix: Matrix, owner: User, at: datetime | None = None) -> Matrix:
    """A colleague goes on with a draft that somebody began who can't: what was written stays theirs who wrote it.

    Raises Invalid for somebody who may not write this child's matrices or has a draft of their own, Conflict when the
    matrix is a draft no longer.
    """
    instant, draft = at or now(), open_draft(matrix)
    if not _reaches(owner, draft.child):
        raise Invalid(f"{draft.reference} can't go to {owner}. Choose somebody else for it.", field="owner")
    draft.started_by = owner
    try:
        with savepoint():
            draft.save(update_fields=["started_by"])
    except IntegrityError:
        raise Invalid(
            f"{owner} has begun a matrix of this child: {draft.reference} stays.", field="owner"
        ) from None
    record(
        user, verb=Verb.CHANGED, subject=draft, child=draft.child.public_id, part="matrix",
        detail={"fields": ["started_by"]}, at=instant,
    )  # fmt: skip
    notice_send(
        [owner.pk],
        kind="matrix.handed_over",
        key=f"matrix:{draft.public_id}:handed_over:{instant.isoformat()}",
        text=f"{draft.reference}: a CE Matrix that a colleague began is now with you.",
        url=reverse("matrix:tasks", args=[draft.public_id]),
        reference=draft.reference,
        child=draft.child.public_id,
        at=instant,
    )
    return draft


def _reaches(person: User, child: Child) -> bool:
    primary = child.merged_into or child
    if not Child.objects.visible_to(person).filter(pk=primary.pk).exists():
        return False
    access = access_to(person, primary)
    return access.sees(Part.MATRIX) and access.may(Work.MATRIX)


def _may_join(person: User, child: Child) -> bool:
    """Whether their role lets them write a matrix from outside, and neither restriction nor bar is in the way."""
    profile = profile_of(person)
    role = any(Work.MATRIX in post.role.writes for post in profile.posts_reaching(Reach.SUBMITTED))
    serves = bool({child.authority_id, child.area_id} & profile.authority_ids)
    if not (role and serves):
        return False
    return not is_restricted(child.pk) and not is_barred(person, child.pk)


def _note(user: User, matrix: Matrix, row: Contributor, verb: Verb, at: datetime) -> None:
    record(
        user,
        verb=verb,
        subject=matrix,
        child=matrix.child.public_id,
        part="matrix",
        detail={"contributor": row.user_id},
        at=at,
    )
