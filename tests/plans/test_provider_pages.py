"""The page of providers: an administrator adds one, changes it, says until when it takes referrals (T4; house-f5)."""

from datetime import date, timedelta
from html import unescape
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from cems.accounts.models import User
from cems.audit.models import Entry
from cems.base.errors import Conflict, NotAllowed
from cems.base.time import today
from cems.children.choices import RiskLevel
from plans.models import Provider
from plans.services.provider import ProviderTerms, provider_write, sync
from tests.factories.children import make_child
from tests.factories.people import make_user, sign_in
from tests.factories.triage import QUORATE, make_chair, sitting, waiting_child

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("T4")]
LIST = reverse("providers:list")
NEW = reverse("providers:new")


@pytest.fixture
def administrator() -> User:
    return make_user("administrator")


@pytest.fixture
def client(administrator: User) -> Client:
    return sign_in(administrator)


def day(name: str, when: date) -> dict[str, int]:
    return {f"{name}_0": when.day, f"{name}_1": when.month, f"{name}_2": when.year}


def sent(**more: object) -> dict[str, object]:
    return {
        "name": "Made-up Mentors",
        "code": "mentors",
        "phone": "0191 498 0000",
        "age_from": 13,
        "harms": ["criminal"],
        "version": 0,
        "key": str(uuid4()),
        **day("active_from", today() - timedelta(days=30)),
        **more,
    }


def page(client: Client, url: str) -> str:
    response = client.get(url)
    assert response.status_code == 200
    return " ".join(unescape(response.content.decode()).split())


def test_a_provider_is_added_offered_at_cevt_ended_and_stays_readable(
    administrator: User, client: Client
) -> None:
    assert "Providers" in page(client, reverse("practice_settings:list"))  # the tab beside the settings
    form = sent()
    for _ in range(2):  # the form sent a second time is one provider
        assert client.post(NEW, form).headers["Location"] == LIST
    row = Provider.objects.get(code="mentors")
    assert "Takes any risk of criminal exploitation, young people from 13" in page(client, LIST)
    written = Entry.objects.get(subject_kind="plans.provider")
    assert (written.actor_id, written.verb) == (administrator.pk, "created")
    # the chair is offered it
    child, chair = make_child(), make_chair()
    waiting_child(child, level=RiskLevel.MODERATE)
    sitting(chair, *QUORATE)
    sheet = reverse("cevt:sheet", args=[child.public_id])
    assert "Made-up Mentors" in page(sign_in(chair), sheet)
    # ended: offered no more, and still on the page of providers
    url = reverse("providers:provider", args=[row.public_id])
    assert 'name="code"' not in page(client, url)
    ended = sent(version=1, **day("active_until", today() - timedelta(days=1)))
    assert client.post(url, ended).status_code == 302
    row.refresh_from_db()
    assert (row.code, row.version, row.active_until) == ("mentors", 2, today() - timedelta(days=1))
    assert "Made-up Mentors" not in page(sign_in(chair), sheet)
    assert "Ended</strong> The last day was" in page(client, LIST)
    changed = Entry.objects.filter(subject_kind="plans.provider", verb="changed").get()
    assert changed.detail == {"provider": "mentors", "fields": ["active_until"], "version": 2}


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"name": " "}, "Write the provider's name."),
        ({"code": "Two words"}, "Use small letters, figures and hyphens only."),
        ({"age_from": 18, "age_to": 16}, "The youngest age is above the oldest."),
        ({"harms": ["picnic"]}, "picnic"),
        (day("active_until", date(2001, 1, 1)), "It would end before it begins."),
        ({"page": "not a page"}, "Write the whole address"),
    ],
)
def test_what_can_not_be_right_is_refused_beside_its_field_and_kept(
    client: Client, change: dict[str, object], words: str
) -> None:
    answer = client.post(NEW, sent(**change))
    html = unescape(answer.content.decode())
    assert answer.status_code == 400 and words in html and "0191 498 0000" in html
    assert not Provider.objects.filter(code="mentors").exists()


def test_a_short_name_that_is_taken_is_refused(client: Client) -> None:
    sync()
    answer = client.post(NEW, sent(code="changing-lives"))
    assert answer.status_code == 409
    assert "There is a provider with this short name already." in answer.content.decode()


def test_who_was_slower_writes_over_nothing(administrator: User, client: Client) -> None:
    sync()
    row = Provider.objects.get(code="changing-lives")
    url = reverse("providers:provider", args=[row.public_id])
    terms = ProviderTerms("Changing Lives North", row.active_from)
    provider_write(administrator, terms=terms, code=row.code, provider=row, version=row.version)
    for _ in range(2):
        answer = client.post(url, sent(name="Changing Lives South", version=row.version, key=str(uuid4())))
        assert answer.status_code == 409
        page = answer.content.decode()
        assert "A colleague has changed this provider" in page
        assert "Changing Lives North" in page and "Changing Lives South" in page  # both are read
    with pytest.raises(Conflict):
        provider_write(administrator, terms=terms, code=row.code, provider=row, version=row.version)
    row.refresh_from_db()
    assert row.name == "Changing Lives North"
    # having read it, the slower one sends what the page holds now, and it counts
    again = {name: str(answer.context["form"][name].value()) for name in ("version", "key")}
    assert client.post(url, sent(name="Changing Lives South", **again)).status_code == 302
    row.refresh_from_db()
    assert row.name == "Changing Lives South"


def test_nobody_else_opens_the_pages_or_calls_the_service() -> None:
    sync()
    row = Provider.objects.get(code="changing-lives")
    manager = make_user("erase_manager")
    client = sign_in(manager)
    for url in (LIST, NEW, reverse("providers:provider", args=[row.public_id])):
        assert client.get(url).status_code == 403
        assert client.post(url, sent()).status_code in {403, 405}
    with pytest.raises(NotAllowed):
        provider_write(manager, terms=ProviderTerms("Mine", today()), code="mine")
    administrator = sign_in(make_user("administrator"))
    unknown = reverse("providers:provider", args=[uuid4()])
    assert administrator.get(unknown).status_code == 404
    assert not Provider.objects.filter(code__in=["mine", "mentors"]).exists()
