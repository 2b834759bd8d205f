"""Sending what waits in the outbox: at least once, with a stable Message-ID (K1).

A claim is a lease, not a held transaction: the next attempt is put off before the first byte is sent,
so a worker killed half-way leaves mail that simply comes round again.
"""

import logging
import time
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.core.mail.backends.base import BaseEmailBackend

from cems.base.command import command
from cems.base.time import now
from cems.notices.models import Mail
from cems.notices.querysets import LEFT

log = logging.getLogger(__name__)

BATCH = 20
FAIL_AFTER = 8
LONGEST_SECONDS = 60  # below the time limit of a task, with room for one slow server


def send_outbox(at: datetime | None = None, limit: int = 2000) -> int:
    """Send what is due; returns how many were sent.

    A mail server that can't be reached costs no attempt: nothing is claimed, the OSError is raised and
    the next run tries again. A mail refused by a server that answers is put off for longer and longer
    and marked as failed after FAIL_AFTER attempts, to be shown to administrators.
    """
    instant, sent, started = at or now(), 0, time.monotonic()
    if not Mail.objects.due(instant).exists():
        return 0
    server = get_connection()
    server.open()
    try:
        while sent < limit and time.monotonic() - started < LONGEST_SECONDS:
            claimed = _claim(None, at=instant, size=min(BATCH, limit - sent))
            if not claimed:
                break
            for mail in claimed:
                sent += _send(mail, server, instant)
    finally:
        server.close()
    return sent


def backoff(attempts: int) -> timedelta:
    """How long to leave a mail alone after so many attempts: 2, 4, 8 … minutes, at most 4 hours."""
    return timedelta(minutes=min(2**attempts, 240))


@command
def _claim(user: None, *, at: datetime, size: int) -> Sequence[Mail]:
    rows = list(
        Mail.objects.due(at)
        .select_related("notice__user")
        .select_for_update(skip_locked=True, of=("self",))
        .order_by("next_attempt_at", "pk")[:size]
    )
    for mail in rows:
        mail.attempts += 1
        mail.next_attempt_at = at + backoff(mail.attempts)
    Mail.objects.bulk_update(rows, ["attempts", "next_attempt_at"])
    return rows


def _send(mail: Mail, server: BaseEmailBackend, at: datetime) -> int:
    user = mail.notice.user
    if not user.is_active:
        _fail(mail, LEFT, at)
        return 0
    try:
        _letter(mail, user.email, server).send()
    except Exception as error:
        # The kind of error only: its words may quote the address.
        log.warning("mail %s was not sent: %s", mail.message_id, type(error).__name__)
        if mail.attempts >= FAIL_AFTER:
            _fail(mail, type(error).__name__, at)
        return 0
    Mail.objects.filter(pk=mail.pk).update(sent_at=at)
    return 1


def _fail(mail: Mail, why: str, at: datetime) -> None:
    Mail.objects.filter(pk=mail.pk).update(failed_at=at, failed_why=why[:80])


def _letter(mail: Mail, address: str, server: BaseEmailBackend) -> EmailMessage:
    notice = mail.notice
    subject = f"CEMS: {notice.reference}" if notice.reference else "CEMS: something new for you"
    link = settings.BASE_URL.rstrip("/") + (notice.url or "/")
    body = f"{notice.text}\n\nOpen it in CEMS: {link}\n\nThis message carries references only. Please don't reply.\n"
    return EmailMessage(
        subject, body, settings.DEFAULT_FROM_EMAIL, [address], connection=server,
        headers={"Message-ID": mail.message_id, "Auto-Submitted": "auto-generated"},
    )  # fmt: skip
