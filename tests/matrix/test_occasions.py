"""The list of occasions is data: a new one goes the whole way, an ended one reads on (M4)."""

import re
from html import unescape
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from cems.accounts.models import User
from cems.base.errors import Invalid
from cems.base.time import now, today
from cems.children.choices import RiskLevel
from cems.children.models import Child
from cems.children.own_copy import own_copy
from cems.policy.models import ListEntry
from matrix.models import Matrix, MatrixDue
from matrix.practice_lists import OCCASIONS, REQUIRES
from matrix.services.drafts import matrix_start
from matrix.services.due import matrix_due_raise
from tests.factories.children import involve, make_child
from tests.factories.matrices import submit
from tests.factories.people import make_user, sign_in
from tests.factories.practice_lists import end_yesterday, write_entry

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("M4")]
LABEL = "Found at a place of gambling"


@pytest.fixture
def user() -> User:
    return make_user()


@pytest.fixture
def child(user: User) -> Child:
    child = make_child()
    involve(child, user)
    return child


@pytest.fixture
def gambling() -> ListEntry:
    return write_entry(OCCASIONS, LABEL, marks=[REQUIRES])


def words(client: Client, url: str) -> str:
    response = client.get(url)
    assert response.status_code == 200
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", response.content.decode())).split())


def test_a_new_occasion_is_offered_raises_a_matrix_due_and_is_read_everywhere(
    user: User, child: Child, gambling: ListEntry
) -> None:
    client = sign_in(user)
    of_child, due = (reverse(f"matrix:{name}", args=[child.public_id]) for name in ("for_child", "due"))
    assert LABEL in words(client, due)
    when = today()
    sent = {
        "occasion": gambling.key,
        "happened_on_0": when.day,
        "happened_on_1": when.month,
        "happened_on_2": when.year,
    }
    for _ in range(2):  # recorded twice it is one
        assert client.post(due, sent).status_code == 302
    row = MatrixDue.objects.get(child=child)
    assert row.occasion == gambling.key and row.clock.is_open
    assert f"A matrix is due since {when:%-d %B %Y}: {LABEL}" in words(client, of_child)
    assert f"A CE Matrix became due: {LABEL}" in words(
        client, reverse("children:chronology", args=[child.public_id])
    )
    # a matrix is made for it, and sent it meets it
    client.post(reverse("matrix:start", args=[child.public_id]), {"occasion": gambling.key})
    draft = Matrix.objects.get(child=child)
    assert LABEL.lower() in words(client, reverse("matrix:tasks", args=[draft.public_id])).lower()
    copy = {entry["kind"]: entry for entry in own_copy([child.pk])}
    assert copy["CE Matrix"]["occasion"] == LABEL
    assert LABEL in [entry.get("occasion") for entry in own_copy([child.pk])]


def test_what_the_new_occasion_requires_is_met_by_the_next_matrix(
    user: User, child: Child, gambling: ListEntry
) -> None:
    row = matrix_due_raise(user, child=child, occasion=gambling.key, happened_at=now())
    sent = submit(user, child, RiskLevel.LOW)
    row.refresh_from_db()
    assert row.met_by == sent


def test_an_ended_occasion_is_not_offered_and_refused_and_reads_on(
    user: User, child: Child, gambling: ListEntry
) -> None:
    matrix_due_raise(user, child=child, occasion=gambling.key, happened_at=now())
    end_yesterday(gambling)
    client = sign_in(user)
    of_child, due = (reverse(f"matrix:{name}", args=[child.public_id]) for name in ("for_child", "due"))
    assert LABEL not in words(client, due)
    shown = client.get(of_child).content.decode()
    assert f": {LABEL}" in " ".join(unescape(shown).split()) and f'value="{gambling.key}"' not in shown
    other = make_child()
    for _ in range(2):
        with pytest.raises(Invalid) as refused:
            matrix_due_raise(user, child=other, occasion=gambling.key, happened_at=now())
        assert refused.value.field == "occasion"
        with pytest.raises(Invalid):
            matrix_start(user, child=other, occasion=gambling.key)
    assert client.post(due, {"occasion": gambling.key}).status_code == 400
    assert not MatrixDue.objects.filter(child=other).exists()


def test_an_occasion_that_requires_none_may_begin_a_matrix_and_raises_none(user: User, child: Child) -> None:
    row = write_entry(OCCASIONS, "A pupil asked for help")
    assert row.label not in words(sign_in(user), reverse("matrix:due", args=[child.public_id]))
    with pytest.raises(Invalid):
        matrix_due_raise(user, child=child, occasion=row.key, happened_at=now())
    assert matrix_start(user, child=child, occasion=row.key).occasion == row.key


def test_the_api_takes_the_new_occasion_and_refuses_the_ended_one(gambling: ListEntry) -> None:
    from matrix.api_bodies import MatrixBody

    def faults() -> set[str]:
        body = MatrixBody(data={"child_id": str(uuid4()), "occasion": gambling.key})
        body.is_valid()
        return set(body.errors)

    assert faults() == set()
    end_yesterday(gambling)
    assert faults() == {"occasion"}
