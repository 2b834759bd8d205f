"""Who opens the measured pages, and about which children: found by rule, so the same in every run."""

from dataclasses import dataclass
from typing import Any

from django.db import connection

from bench.facts import NO_END, Nation
from bench.people import Numbers, desk
from cems.accounts.models import User
from cems.children.models import Child, Matter
from matrix.models import Matrix, Submission

# A child of the largest authority, whose lists are the longest, with an earlier submission and a draft of a person
# with work of their own, barred to nobody.
_CHILD = """
    SELECT m.id, m.child_id, m.started_by_id FROM matrix_matrix m
    JOIN children_child c ON c.id = m.child_id AND NOT c.restricted
    JOIN children_childuserobjectpermission g ON g.content_object_id = c.id AND g.user_id = m.started_by_id
    WHERE m.state = 'draft' AND c.area_id = %s AND NOT EXISTS (SELECT FROM children_bar b WHERE b.child_id = c.id)
    AND EXISTS (SELECT FROM matrix_submission s WHERE s.child_id = c.id AND s.level >= 2)
    ORDER BY m.id LIMIT 1"""


@dataclass(frozen=True)
class Cast:
    """A practitioner who works with the child; First Contact, who reads every authority; and the papers."""

    worker: User
    wide: User
    crowd: list[User]
    child: Child
    draft: Matrix
    submission: Submission
    misspelt: str


def find(nation: Nation, first: Numbers) -> Cast:
    """The cast of this nation. Raises LookupError where it is too small to have one.

    The child gets an open referral, so that First Contact reads all that the practitioner reads.
    """
    with connection.cursor() as cursor:
        cursor.execute(_CHILD, [first.authority])
        row = cursor.fetchone()
    if row is None:
        raise LookupError("no child of this nation has a draft: choose a larger scale")
    child = Child.objects.unscoped("the child whose pages are measured").with_page().get(pk=row[1])
    if not Matter.objects.filter(child=child, kind="referral", until=NO_END).exists():
        Matter.objects.create(
            child=child, kind="referral", authority=child.area, locality=child.locality, opened_at=nation.at
        )
    people = User.objects.filter(pk__in=[first.user + place for place in desk(nation)]).order_by("pk")
    workers = User.objects.filter(appointments__role_key="practitioner").order_by("pk")[:12]
    submission: Any = Submission.objects.filter(child=child).order_by("-received_at").first()
    return Cast(
        worker=User.objects.get(pk=row[2]),
        wide=people[0],
        crowd=[*people[1:5], *workers],
        child=child,
        draft=Matrix.objects.get(pk=row[0]),
        submission=submission,
        misspelt=misspell(child.full_name),
    )


def misspell(name: str) -> str:
    """The third and fourth letter of the family name changed places, as people type it."""
    given, _, family = name.partition(" ")
    return f"{given} {family[:2]}{family[3:4]}{family[2:3]}{family[4:]}"
