"""Case notes (C5) and agreed levels (C4): written once, never edited."""

from datetime import datetime

from cems.accounts.models import User
from cems.audit.choices import Verb
from cems.audit.services import record
from cems.base.command import command
from cems.base.errors import Conflict, Invalid
from cems.base.events import publish
from cems.base.time import now
from cems.children.choices import HarmContext, HarmForm, RiskLevel
from cems.children.events import LevelAgreed
from cems.children.models import AgreedLevel, CaseNote, Child
from cems.children.models.history import Forum
from cems.children.querysets import cluster_ids
from cems.children.services.cluster import lock_cluster


@command
def note_write(
    user: User,
    *,
    child: Child,
    happened_at: datetime,
    text: str,
    who: str = "",
    done: str = "",
    supersedes: CaseNote | None = None,
    at: datetime | None = None,
) -> CaseNote:
    """Write a case note, or correct one by superseding it."""
    instant, primary = at or now(), lock_cluster(child.pk)
    if happened_at > instant:
        raise Invalid("A note tells what has happened. This time is in the future.", field="happened_at")
    if not text.strip():
        raise Invalid("Write what happened.", field="text")
    if supersedes is not None:
        held = CaseNote.objects.select_for_update().get(pk=supersedes.pk)
        if held.child_id not in cluster_ids([primary.pk]):
            raise Invalid("That note belongs to another record.")
        if CaseNote.objects.filter(supersedes=held).exists():
            raise Conflict("This note has already been corrected. Correct the newer one.")
    row = CaseNote.objects.create(
        child=primary,
        happened_at=happened_at,
        recorded_at=instant,
        author=user,
        who=who,
        text=text,
        done=done,
        supersedes=supersedes,
    )
    record(user, verb=Verb.CREATED, subject=row, child=primary.public_id, part="notes", at=instant)
    return row


@command
def level_agree(
    user: User,
    *,
    child: Child,
    level: RiskLevel,
    forum: Forum,
    rationale: str,
    forms: list[HarmForm] | None = None,
    contexts: list[HarmContext] | None = None,
    reference: str = "",
    at: datetime | None = None,
) -> AgreedLevel:
    """CEVT or CEG agrees a level (C4 Decision: nobody else changes it); history stays."""
    instant = at or now()
    if not rationale.strip():
        raise Invalid("Say why this level.", field="rationale")
    held = lock_cluster(child.pk)
    row = AgreedLevel.objects.create(
        child=held,
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
    level_point(user, primary=held)
    record(
        user,
        verb=Verb.DECIDED,
        subject=row,
        child=held.public_id,
        part="level",
        detail={"level": int(level)},
        at=instant,
    )
    publish(LevelAgreed(child_id=held.pk, level=int(level), user_id=user.pk, at=instant))
    return row


@command
def level_point(user: User | None, *, primary: Child) -> None:
    """Point a locked record at the newest agreed level of the whole; one merged into it points at none."""
    primary.current_level = AgreedLevel.objects.of(primary).order_by("-happened_at", "-pk").first()
    primary.save(update_fields=["current_level"])
