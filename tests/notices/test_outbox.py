"""The outbox (K1): at least once, with a stable Message-ID; references only."""

import smtplib
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail as django_mail
from django.core.mail import EmailMessage
from django.core.mail.backends.locmem import EmailBackend

from cems.base.time import local_date, now
from cems.notices import outbox
from cems.notices.models import Mail
from cems.notices.outbox import FAIL_AFTER, send_outbox
from cems.notices.selectors import outbox_health
from cems.notices.services import mail_resend, notice_send
from tests.factories.people import make_user

pytestmark = pytest.mark.django_db


class Choosy(EmailBackend):
    """A mail server that refuses one address."""

    refuses = ""

    def send_messages(self, messages: Sequence[EmailMessage]) -> int:
        if messages[0].to == [self.refuses]:
            raise smtplib.SMTPRecipientsRefused({self.refuses: (550, b"no such person")})
        return int(super().send_messages(messages))


class Away(EmailBackend):
    """A mail server that can't be reached."""

    def open(self) -> bool:
        raise ConnectionRefusedError


class Short(EmailBackend):
    """A mail server that takes so many letters a connection, then breaks off in the way that is set."""

    takes, breaks = 5, smtplib.SMTPServerDisconnected("Connection unexpectedly closed")
    poison = ""
    carried, opened = 0, 0

    def open(self) -> bool:
        type(self).carried, type(self).opened = 0, self.opened + 1
        return True

    def send_messages(self, messages: Sequence[EmailMessage]) -> int:
        if self.carried >= self.takes or messages[0].to == [self.poison]:
            raise self.breaks
        type(self).carried += 1
        return int(super().send_messages(messages))


BREAKS = [
    smtplib.SMTPServerDisconnected("Connection unexpectedly closed"),
    smtplib.SMTPDataError(421, b"Too many messages"),
    smtplib.SMTPDataError(452, b"Insufficient system storage"),
    smtplib.SMTPRecipientsRefused({"a@example.test": (421, b"closing")}),
    smtplib.SMTPSenderRefused(421, b"Too many", "cems@example.test"),
    ConnectionResetError(),
    TimeoutError(),
]


@pytest.fixture
def short(settings: Any, monkeypatch: pytest.MonkeyPatch) -> type[Short]:
    settings.EMAIL_BACKEND = f"{__name__}.Short"
    for name, value in {"takes": 5, "poison": "", "carried": 0, "opened": 0}.items():
        monkeypatch.setattr(Short, name, value)
    return Short


def tell_one(key: str = "k") -> Mail:
    user = make_user()
    notice_send(
        [user.pk],
        kind="test",
        key=key,
        text="ACT-2026-00001 is yours to do.",
        url="/actions/1/",
        reference="ACT-2026-00001",
    )
    mail: Mail = Mail.objects.get(notice__user=user)
    return mail


@pytest.mark.requirement("K1")
def test_it_sends_references_and_a_link_once(settings: object) -> None:
    settings.BASE_URL = "https://cems.example.test"  # type: ignore[attr-defined]
    mail = tell_one()
    instant = now()
    assert (send_outbox(instant), send_outbox(instant), send_outbox(instant + timedelta(days=1))) == (1, 0, 0)
    (letter,) = django_mail.outbox
    assert letter.extra_headers["Message-ID"] == mail.message_id
    assert letter.subject == "CEMS: ACT-2026-00001"
    assert letter.to == [mail.notice.user.email]
    assert "https://cems.example.test/actions/1/" in letter.body
    assert mail.notice.user.name not in letter.body
    mail.refresh_from_db()
    assert mail.sent_at == instant


@pytest.mark.requirement("K1")
def test_one_refused_is_put_off_then_parked_and_the_others_go_out(settings: object) -> None:
    settings.EMAIL_BACKEND = f"{__name__}.Choosy"  # type: ignore[attr-defined]
    bad, good = tell_one("bad"), tell_one("good")
    Choosy.refuses = bad.notice.user.email
    instant = now()
    assert send_outbox(instant) == 1
    for _ in range(FAIL_AFTER + 2):
        instant += timedelta(hours=5)
        send_outbox(instant)
    bad.refresh_from_db()
    good.refresh_from_db()
    assert (bad.attempts, bad.failed_why, bad.sent_at) == (FAIL_AFTER, "SMTPRecipientsRefused", None)
    assert good.sent_at is not None
    assert outbox_health(instant).failed == 1
    Choosy.refuses = ""
    assert mail_resend(make_user("administrator"), at=instant) == 1
    assert send_outbox(instant) == 1
    assert [letter.extra_headers["Message-ID"] for letter in django_mail.outbox] == [
        good.message_id,
        bad.message_id,
    ]


@pytest.mark.requirement("K1")
def test_a_mail_server_that_is_away_costs_no_attempt(settings: object) -> None:
    settings.EMAIL_BACKEND = f"{__name__}.Away"  # type: ignore[attr-defined]
    mail = tell_one()
    with pytest.raises(ConnectionRefusedError):
        send_outbox()
    mail.refresh_from_db()
    assert (mail.attempts, mail.sent_at, mail.failed_at) == (0, None, None)
    assert outbox_health(now()).oldest_due == mail.next_attempt_at


@pytest.mark.requirement("K1")
def test_a_worker_killed_half_way_sends_it_again_under_the_same_id(monkeypatch: pytest.MonkeyPatch) -> None:
    mail = tell_one()
    instant = now()

    def killed(*_: object) -> int:
        raise SystemExit

    with monkeypatch.context() as patched:
        patched.setattr(outbox, "_deliver", killed)
        with pytest.raises(SystemExit):
            send_outbox(instant)
    assert send_outbox(instant) == 0  # still leased to the one that died
    assert send_outbox(instant + timedelta(minutes=2)) == 1
    assert django_mail.outbox[0].extra_headers["Message-ID"] == mail.message_id


def test_who_has_left_gets_no_mail_and_raises_no_alarm() -> None:
    mail = tell_one()
    mail.notice.user.is_active = False
    mail.notice.user.save()
    assert send_outbox() == 0
    assert django_mail.outbox == []
    assert outbox_health(now()) == type(outbox_health(now()))(waiting=0, oldest_due=None, failed=0)


def test_nothing_to_send_asks_no_mail_server(settings: object) -> None:
    settings.EMAIL_BACKEND = f"{__name__}.Away"  # type: ignore[attr-defined]
    assert send_outbox() == 0


@pytest.mark.requirement("K1")
@pytest.mark.parametrize("breaks", BREAKS, ids=lambda error: type(error).__name__)
def test_a_server_that_takes_few_letters_a_connection_gets_them_all_and_none_is_given_up(
    short: type[Short], breaks: Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(short, "breaks", breaks)
    for number in range(23):
        tell_one(f"k{number}")
    assert send_outbox(now()) == 23
    assert short.opened == 5
    assert not Mail.objects.exclude(attempts=1).exists() and not Mail.objects.filter(failed_at__isnull=False)


@pytest.mark.requirement("K1")
@pytest.mark.parametrize("letters", [1, 2, 30])
def test_safe_f4_a_server_that_answers_and_takes_nothing_for_a_day_costs_no_letter_an_attempt(
    short: type[Short], letters: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(letters):
        tell_one(f"k{number}")
    monkeypatch.setattr(short, "takes", 0)
    instant = now()
    for minute in range(0, 24 * 60, 30):
        assert send_outbox(instant + timedelta(minutes=minute)) == 0
    assert not Mail.objects.exclude(attempts=0).exists()
    assert outbox_health(now()).failed == 0
    monkeypatch.setattr(short, "takes", 5)
    assert send_outbox(instant + timedelta(days=1)) == letters


@pytest.mark.requirement("K1")
def test_one_letter_that_breaks_the_connection_is_given_up_and_holds_up_no_other(
    short: type[Short], monkeypatch: pytest.MonkeyPatch
) -> None:
    bad = tell_one("bad")
    monkeypatch.setattr(short, "poison", bad.notice.user.email)
    for attempt in range(FAIL_AFTER):
        tell_one(f"k{attempt}")
        assert send_outbox(now() + timedelta(hours=5 * attempt)) == 1
    bad.refresh_from_db()
    assert bad.failed_at is not None and bad.failed_why == "The connection broke off"


@pytest.mark.requirement("K1")
def test_what_was_queued_for_somebody_whose_last_day_is_over_is_not_sent(settings: Any) -> None:
    mail = tell_one()
    user = mail.notice.user
    user.ends_on = local_date(now()) - timedelta(days=1)
    user.save(update_fields=["ends_on"])
    assert send_outbox(now()) == 0 and not django_mail.outbox
    assert outbox_health(now()).failed == 0
