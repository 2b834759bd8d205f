"""Sending what waits in the outbox: at least once, with a stable Message-ID (K1).

A claim is a lease, not a held transaction: the next attempt is put off before the first byte is sent,
so a worker killed half-way leaves mail that simply comes round again.
"""

import logging
import smtplib
import time
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime, timedelta

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.core.mail.backends.base import BaseEmailBackend

from cems.accounts.leaving import has_left
from cems.base.command import command
from cems.base.time import now
from cems.notices.models import Mail
from cems.notices.querysets import LEFT

log = logging.getLogger(__name__)

BATCH = 20
FAIL_AFTER = 8
BUSY = frozenset({421, 451, 452})  # a server that is stopping, in trouble, or full
AGAIN = timedelta(minutes=1)  # until a server that broke off is tried again
ENOUGH = 3  # letters in a row that broke a fresh connection: it is the server, and the run is over
BROKE_OFF = "The connection broke off"
LONGEST_SECONDS = 60  # below the time limit of a task, with room for one slow server


def send_outbox(at: datetime | None = None, limit: int = 2000) -> int:
    """Send what is due; returns how many were sent.

    What is the mail server's fault costs no letter an attempt: it can't be reached, takes so many letters a
    connection, answers 421. The OSError is raised where nothing was claimed yet; later the run stops, and the next
    one goes on. A letter refused for itself is put off for longer and longer, and marked as failed after FAIL_AFTER
    attempts, to be shown to administrators.
    """
    instant, started = at or now(), time.monotonic()
    if not Mail.objects.due(instant).exists():
        return 0
    run = _Run(instant)
    try:
        while not run.is_over and run.sent < limit and time.monotonic() - started < LONGEST_SECONDS:
            claimed = _claim(None, at=instant, size=min(BATCH, limit - run.sent))
            if not claimed:
                break
            for turn, mail in enumerate(claimed):
                run.send(mail)
                if run.is_over:
                    run.blamed += claimed[turn + 1 :]
                    break
    finally:
        run.end()
    return run.sent


class _BrokeOff(Exception):
    """The mail server failed, not the letter."""


def _deliver(letter: EmailMessage) -> None:
    """Send it over the connection it has. Raises _BrokeOff for a fault of the server."""
    try:
        letter.send()
    except Exception as error:
        if _is_servers(error):
            raise _BrokeOff(type(error).__name__) from error
        raise


def _is_servers(error: Exception) -> bool:
    """Whether any other letter would have met the same: no connection, a busy server, a sender it doesn't take."""
    match error:
        case smtplib.SMTPRecipientsRefused():
            return any(code in BUSY for code, _ in error.recipients.values())
        case smtplib.SMTPDataError():
            return error.smtp_code in BUSY
    return isinstance(error, OSError)  # smtplib's own, a lost connection, a time-out


class _Run:
    """One run of letters over one mail server, whose connection is opened anew when it breaks.

    A letter that breaks a fresh connection is `blamed`: itself, where others go out in this run. Where none
    does, or ENOUGH in a row break off, the server is at fault, and they have their attempts back.
    """

    def __init__(self, at: datetime) -> None:
        self.at, self.sent, self.blamed = at, 0, list[Mail]()
        self.server = get_connection()
        self.server.open()
        self.is_fresh = True

    @property
    def is_over(self) -> bool:
        return len(self.blamed) >= ENOUGH

    def send(self, mail: Mail) -> None:
        user = mail.notice.user
        if has_left(user):
            return _fail(mail, LEFT, self.at)
        try:
            self._send(_letter(mail, user.email, self.server))
        except _BrokeOff as error:
            log.warning("the mail server broke off: %s", error)
            self.blamed.append(mail)
            return None
        except Exception as error:
            # The kind of error only: its words may quote the address.
            log.warning("mail %s was not sent: %s", mail.message_id, type(error).__name__)
            return _count(mail, type(error).__name__, self.at)
        Mail.objects.filter(pk=mail.pk).update(sent_at=self.at)
        self.sent += 1
        for broken in self.blamed:  # this one went out, so it was not the server
            _count(broken, BROKE_OFF, self.at)
        self.blamed.clear()
        return None

    def _send(self, letter: EmailMessage) -> None:
        """Send it; once more over a new connection, where one that had carried others is at its end."""
        if not self.is_fresh:
            try:
                return _deliver(letter)
            except _BrokeOff:
                self._reopen()
        try:
            _deliver(letter)
        except _BrokeOff:
            self._reopen()
            raise
        self.is_fresh = False
        return None

    def _reopen(self) -> None:
        self.server.close()
        self.is_fresh = True
        with suppress(OSError):  # the next letter asks for it again
            self.server.open()

    def end(self) -> None:
        """What the server was to blame for goes out when it is well; the letters are none the worse."""
        self.server.close()
        if self.sent and not self.is_over:
            for broken in self.blamed:
                _count(broken, BROKE_OFF, self.at)
            return
        for mail in self.blamed:
            again = {"attempts": mail.attempts - 1, "next_attempt_at": self.at + AGAIN}
            Mail.objects.filter(pk=mail.pk).update(**again)


def backoff(attempts: int) -> timedelta:
    """How long to leave a mail alone after so many attempts: 2, 4, 8 … minutes, at most 4 hours."""
    return timedelta(minutes=min(2**attempts, 240))


@command
def _claim(user: None, *, at: datetime, size: int) -> Sequence[Mail]:
    rows = list(
        Mail.objects.due(at)
        .select_related("notice__user")
        .select_for_update(no_key=True, skip_locked=True, of=("self",))
        .order_by("next_attempt_at", "pk")[:size]
    )
    for mail in rows:
        mail.attempts += 1
        mail.next_attempt_at = at + backoff(mail.attempts)
    Mail.objects.bulk_update(rows, ["attempts", "next_attempt_at"])
    return rows


def _count(mail: Mail, why: str, at: datetime) -> None:
    """The letter is at fault: it waits for its next attempt, or has had its last."""
    if mail.attempts >= FAIL_AFTER:
        _fail(mail, why, at)


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
