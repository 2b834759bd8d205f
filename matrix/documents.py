"""What the sent matrix tells on paper beside its answers (M7)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q

from cems.accounts.models import User
from cems.accounts.profile import profile_of
from cems.accounts.roles import Part
from cems.base.time import local_date
from cems.children.access_control import OpenChild
from cems.children.history.models.status import Status
from matrix.models import PaperMatrix, Submission
from matrix.papers import paper_matrix_of
from matrix.selectors.draft import Filled
from matrix.selectors.sent import Next, what_happens_now
from matrix.services.owners import lead_of


@dataclass(frozen=True)
class PersonShown:
    """Somebody who made the matrix, as the paper names them."""

    name: str
    role: str
    agency: str
    phone: str

    @classmethod
    def of(cls, user: User) -> "PersonShown":
        """The person with the post they hold, and the number recorded for them."""
        return cls(
            str(user), user.job_title or ", ".join(profile_of(user).labels), str(user.agency), user.phone
        )

    @classmethod
    def of_paper(cls, paper: PaperMatrix) -> "PersonShown":
        """The author of a matrix that came by mail or on paper, as the desk wrote them down."""
        return cls(paper.author_name, paper.author_role, paper.agency_words, paper.author_contact)

    @property
    def words(self) -> str:
        """For example: Robin Pretend, school nurse, Health, phone 0191 498 0000."""
        phone = f"phone {self.phone}" if self.phone else "no phone number recorded"
        return ", ".join(filter(None, [self.name, self.role, self.agency, phone]))


def contributors_of(sent: Submission, state: Filled) -> list[PersonShown]:
    """Who filled the matrix in beside the one who sent it: began it, was asked in, or answered (M6)."""
    answered = {row.answered_by_id for row in state.answers.values() if not state.is_copied(row)}
    asked_in = set(sent.matrix.contributors.values_list("user", flat=True))
    people = {sent.matrix.started_by_id} | asked_in | answered
    rows = User.objects.filter(pk__in=people - {sent.submitted_by_id}).select_related("agency")
    return [
        PersonShown(str(person), person.job_title, str(person.agency), person.phone)
        for person in rows.order_by("name", "pk")
    ]


def paper_of(opened: OpenChild, sent: Submission, state: Filled, at: datetime) -> dict[str, Any]:
    """Who sent it and how to ring them, how services know the child, both levels, what happens now.

    Of the child only what this reader may see; what happens now as it stands when the paper is made.
    """
    access, agreed = opened.access, opened.child.current_level
    lead = lead_of(opened.child) if access.sees(Part.INVOLVED) else None
    steps: Sequence[Next] = what_happens_now(sent, opened, at)
    paper = paper_matrix_of(sent.matrix)
    return {
        "submitter": PersonShown.of_paper(paper) if paper else PersonShown.of(sent.submitted_by),
        "paper": paper,
        "contributors": contributors_of(sent, state),
        "statuses": _statuses(opened, at) if access.sees(Part.STATUS) else None,
        "sees_involved": access.sees(Part.INVOLVED),
        "lead": PersonShown.of(lead) if lead else None,
        "sees_level": access.sees(Part.LEVEL),
        "agreed": agreed if access.sees(Part.LEVEL) else None,
        "steps": steps,
    }


def _statuses(opened: OpenChild, at: datetime) -> list[str]:
    day = local_date(at)
    now_so = Q(starts_on__lte=day) & (Q(ends_on__isnull=True) | Q(ends_on__gte=day))
    rows = Status.objects.filter(now_so, child__in=opened.cluster).order_by("starts_on", "pk")
    return [f"{row.get_kind_display()}, since {row.starts_on:%-d %B %Y}" for row in rows]
