"""Who says that they work with a child and waits for an answer, and what speaks for it (C3)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Q

from cems.accounts.models import Team, User
from cems.accounts.profile import profile_of
from cems.accounts.roles import Part
from cems.base.keyset import Keyset, Page
from cems.base.time import today
from cems.children.access_control import OpenChild
from cems.children.choices import RiskLevel
from cems.children.history.models.involvement import InvolvementState
from cems.children.history.services.involvement import confirms_for
from cems.children.models import Child, Involvement, Submitter
from cems.children.querysets import OfChildQuerySet, record_of
from cems.children.slots import SUBMITTED_LEVEL

ORDER = Keyset("recorded_at", "pk", size=100)
# Who sees one of these looks at a claim on the record.
CLAIM_PARTS = (Part.IDENTITY, Part.INVOLVED)


@dataclass(frozen=True)
class Claim:
    """Somebody says that they work with a child, and waits for an answer."""

    row: Involvement
    child: Child


def claim_at(user: User, public_id: UUID) -> Involvement | None:
    """The involvement at this address, with a child whom this person may see; or None."""
    row: Involvement | None = Involvement.objects.of_visible(user).filter(public_id=public_id).first()
    return row


def own_team(user: User) -> Team | None:
    """The team a person acts for: that of the first post that has one."""
    team_ids = [post.team_id for post in profile_of(user).posts if post.team_id]
    return Team.objects.get(pk=team_ids[0]) if team_ids else None


def own_claim_at(user: User, public_id: UUID) -> Involvement | None:
    """The claim at this address that this person made for themselves; None also where the record is shut to them."""
    rows = Involvement.objects.filter(user=user, made_by=user).readable_by(user)
    row: Involvement | None = (
        rows.select_related("child", "decided_by__agency").filter(public_id=public_id).first()
    )
    return row


def waits(row: Involvement) -> bool:
    """Whether this claim waits for its answer."""
    return row.state == InvolvementState.CLAIMED and row.ended_at is None


@dataclass(frozen=True)
class ClaimPage:
    """What speaks for a claim: the child, the newest matrix by its level and day, whether the claimant sent one, and
    who works with the child already."""

    child: Child
    age: str
    submitted: RiskLevel | None
    submitted_at: datetime | None
    sent_at: datetime | None
    works: Sequence[Involvement]


def claim_page(opened: OpenChild, row: Involvement) -> ClaimPage:
    """What stands beside a claim, of the parts of the record that are open to whoever decides it."""
    newest = SUBMITTED_LEVEL.get()(opened) if opened.access.sees(Part.LEVEL) else None
    sent = Submitter.objects.filter(child__in=opened.cluster, user=row.user_id).order_by("at").last()
    works = Involvement.objects.filter(
        Q(ended_at__isnull=True) | Q(ended_at__gt=opened.at),
        child__in=opened.cluster,
        state=InvolvementState.CONFIRMED,
    )
    return ClaimPage(
        opened.placed,
        opened.child.age_words(today()),
        RiskLevel(newest[0]) if newest else None,
        newest[1] if newest else None,
        sent.at if sent else None,
        list(works.select_related("user__agency", "team__agency").order_by("started_at", "pk")),
    )


def claims(user: User, limit: int = 50) -> Sequence[Claim]:
    """Claims this person may decide, the longest waiting first; of children they may see."""
    rows = to_decide(user).with_record().select_related("user__agency", "team__agency")
    return [Claim(row, record_of(row)) for row in rows.order_by("recorded_at", "pk")[:limit]]


def claims_page(user: User, after: str) -> Page[Claim]:
    """A page of the claims this person may decide, the longest waiting first."""
    rows = to_decide(user).with_record().select_related("user__agency", "team__agency")
    page = ORDER.page(rows, after)
    return Page([Claim(row, record_of(row)) for row in page.rows], page.after)


def claims_count(user: User, most: int) -> int:
    """How many claims this person may decide, never counted beyond `most`."""
    return to_decide(user)[:most].count()


def to_decide(user: User) -> OfChildQuerySet:
    """Claims this person may decide, of children whose page of a claim is open to them; never their own."""
    claimed = Involvement.objects.of_visible(user, parts=CLAIM_PARTS).filter(
        state=InvolvementState.CLAIMED, ended_at__isnull=True
    )
    teams = confirms_for(user)
    if teams is not None:
        claimed = claimed.filter(team__in=teams)
    return claimed.exclude(user=user.pk)  # nobody decides their own
