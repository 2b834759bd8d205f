"""Case notes (C5) and agreed levels (C4): written once, never edited."""

from datetime import datetime

from cems.accounts.models import User
from cems.audit.choices import Verb
from cems.audit.services import record
from cems.base.command import command
from cems.base.errors import Invalid
from cems.base.events import publish
from cems.base.time import now
from cems.base.words import says_nothing
from cems.children.choices import HarmContext, RiskLevel
from cems.children.events import LevelAgreed
from cems.children.history.models.level import Forum
from cems.children.matching.services.cluster import lock_cluster
from cems.children.models import AgreedLevel, Child
from cems.children.practice_lists import HARM_FORMS


@command
def level_agree(
    user: User,
    *,
    child: Child,
    level: RiskLevel,
    forum: Forum,
    rationale: str,
    forms: list[str] | None = None,
    contexts: list[HarmContext] | None = None,
    reference: str = "",
    at: datetime | None = None,
) -> AgreedLevel:
    """CEVT or CEG agrees a level (C4 Decision: nobody else changes it); history stays."""
    instant = at or now()
    if says_nothing(rationale):
        raise Invalid("Say why this level.", field="rationale")
    if any(HARM_FORMS.get(form) is None for form in forms or ()):
        raise Invalid("Choose the forms of harm from the list.", field="forms")
    primary = lock_cluster(child.pk)
    row = AgreedLevel.objects.create(
        child=primary,
        level=level,
        forms=forms or [],
        contexts=contexts or [],
        forum=forum,
        reference=reference,
        rationale=rationale,
        happened_at=instant,
        recorded_at=now() if at is None else instant,
        recorded_by=user,
    )
    level_point(user, primary=primary)
    record(
        user,
        verb=Verb.DECIDED,
        subject=row,
        child=primary.public_id,
        part="level",
        detail={"level": int(level)},
        at=instant,
    )
    publish(LevelAgreed(child_id=primary.pk, level=int(level), user_id=user.pk, at=instant))
    return row


@command
def level_point(user: User | None, *, primary: Child) -> None:
    """Point a locked record at the newest agreed level of the cluster; one merged into it points at none."""
    primary.current_level = AgreedLevel.objects.of(primary).order_by("-happened_at", "-pk").first()
    primary.save(update_fields=["current_level"])
