"""What a record said is never lost: at a merge somebody chooses, and both stay shown and found (C1, safe-f5)."""

from datetime import date
from itertools import permutations
from typing import Any

import pytest
from django.urls import reverse

from cems.accounts.models import TeamKind, User
from cems.base.time import now, today
from cems.children.identity.services.age import Decided, age_decide
from cems.children.identity.services.record import child_change, name_add
from cems.children.matching.rules.search import understand
from cems.children.matching.search import search
from cems.children.matching.selectors.merge import preview
from cems.children.matching.services.merge import merge_make, merge_undo
from cems.children.matching.signpost import unseen
from cems.children.models import Child, Identifier, Status
from tests.factories.children import make_child
from tests.factories.people import make_agency, make_team, make_user, sign_in

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("C1")]


def fresh(child: Child) -> Child:
    return Child.objects.unscoped("a test looks again").get(pk=child.pk)


@pytest.fixture
def desk() -> User:
    return make_user("first_contact", team=make_team())


@pytest.fixture
def kept() -> Child:
    return make_child(
        given_name="Rowan",
        family_name="Staynes",
        date_of_birth=date(2012, 3, 4),
        address="1 First Street",
        postcode="DH1 1AA",
        ethnicity="WBRI",
        school=make_team(agency=make_agency(), kind=TeamKind.SCHOOL, name="First School"),
    )


@pytest.fixture
def gone(desk: User) -> Child:
    child = make_child(
        given_name="Ro",
        family_name="Stanes",
        preferred_name="Rory",
        date_of_birth=date(2012, 4, 3),
        address="2 Second Street",
        postcode="DL2 2BB",
        ethnicity="MWAS",
        sex="M",
        first_language="Polish",
        school=make_team(agency=make_agency(), kind=TeamKind.SCHOOL, name="Second School"),
    )
    name_add(desk, child=child, name="Rory Stanes")
    return child


SAID = [
    *("2 Second Street", "DL2 2BB", "Second School", "White and Asian", "3 April 2012"),
    *("1 First Street", "DH1 1AA", "First School", "4 March 2012"),
]


def overview(user: User, child: Child) -> str:
    return sign_in(user).get(reverse("children:overview", args=[child.public_id])).content.decode()


def found_by(user: User, words: str) -> list[Child]:
    return [row.child for row in search(user, asked=understand(words)).rows]


@pytest.mark.parametrize("side", ["primary", "other"])
def test_what_either_record_said_is_shown_and_found_whichever_was_chosen(
    side: str, kept: Child, gone: Child, desk: User
) -> None:
    facts = preview(kept, gone).facts
    assert {fact.fact for fact in facts} == {
        *(
            "name",
            "preferred_name",
            "date_of_birth",
            "first_language",
            "sex",
            "ethnicity",
            "address",
            "school",
        )
    }
    made = merge_make(
        desk, primary=kept, other=gone, why="One child", decisions={fact.key: side for fact in facts}
    )
    row = fresh(kept)
    assert row.date_of_birth == (kept if side == "primary" else gone).date_of_birth
    page = overview(desk, kept)
    for word in SAID:
        assert word in page, word
    for words in ("DL2 2BB", "DL2", "DH1 1AA", "3/4/2012", "4/3/2012", "Rory", "Ro Stanes", "Rowan Staynes"):
        assert found_by(desk, words) == [row], words
    stranger = make_user()
    for words in ("Rowan Staynes 3/4/2012", "Ro Stanes 4/3/2012"):
        assert unseen(stranger, understand(words)) == [row], words
    merge_undo(desk, merge=made, why="Two children")
    again, other = fresh(kept), fresh(gone)
    for name in ("given_name", "date_of_birth", "address", "postcode", "ethnicity", "school_id", "sex"):
        assert getattr(again, name) == getattr(kept, name) and getattr(other, name) == getattr(gone, name)
    assert found_by(desk, "DL2 2BB") == [other] and found_by(desk, "DH1 1AA") == [again]
    assert found_by(desk, "3/4/2012") == [other] and found_by(desk, "Rory") == [other]


def test_what_the_record_that_stays_lacks_comes_from_the_other(kept: Child, gone: Child, desk: User) -> None:
    empty = make_child()
    made = merge_make(desk, primary=empty, other=gone, why="One child")
    row = fresh(empty)
    assert (row.address, row.postcode, row.school_id) == (gone.address, gone.postcode, gone.school_id)
    assert (row.ethnicity, row.sex, row.first_language) == ("MWAS", "M", "Polish")
    assert (row.given_name, row.date_of_birth) == (empty.given_name, empty.date_of_birth)
    merge_undo(desk, merge=made, why="Two children")
    assert (fresh(empty).address, fresh(empty).school_id, fresh(empty).ethnicity) == ("", None, "NOBT")


def test_the_page_shows_both_and_keeps_what_was_chosen(kept: Child, gone: Child, desk: User) -> None:
    client = sign_in(desk)
    url = reverse("children:merge", args=[kept.public_id, gone.public_id])
    page = client.get(url).content.decode()
    assert "Which birth date counts?" in page and "Where does the child live?" in page
    half = client.post(url, {"identity-address": "other", "why": ""})
    assert half.status_code == 400
    assert 'value="other" ' in half.content.decode() or "checked" in half.content.decode()
    sent = {"identity-address": "other", "identity-date_of_birth": "primary", "why": "Same school"}
    assert client.post(url, sent).status_code == 302
    assert (fresh(kept).address, fresh(kept).date_of_birth) == ("2 Second Street", kept.date_of_birth)


CORRECTIONS: list[tuple[dict[str, Any], str, str]] = [
    ({"date_of_birth": date(2011, 3, 4)}, "4/3/2012", "4 March 2012"),
    ({"postcode": "DL9 9ZZ"}, "DH1 1AA", "DH1 1AA"),
    ({"address": "8 New Road"}, "", "1 First Street"),
    ({"school": None}, "", "First School"),
    ({"ethnicity": "MWAS"}, "", "British"),
    ({"family_name": "Corrected"}, "Rowan Staynes", "Rowan Staynes"),
]


@pytest.mark.parametrize(("values", "words", "shown"), CORRECTIONS)
def test_what_was_corrected_is_shown_and_found_as_before(
    values: dict[str, Any], words: str, shown: str, kept: Child, desk: User
) -> None:
    child_change(desk, child=kept, version=1, values=dict(values))
    assert shown in overview(desk, kept)
    assert not words or found_by(desk, words) == [kept]
    child_change(desk, child=fresh(kept), version=2, values={"first_language": "Welsh"})
    assert overview(desk, kept).count(shown) == 1


def test_the_birth_date_before_an_age_was_decided_is_found(desk: User) -> None:
    child = make_child(birth_date_known="disputed", date_of_birth=date(2010, 1, 1))
    decided = Decided("child", "The court", today(), date(2011, 5, 6), "Papers")
    age_decide(desk, child=child, decided=decided)
    assert found_by(desk, "1/1/2010") == found_by(desk, "6/5/2011") == [child]
    assert "1 January 2010" in overview(desk, child)


def test_a_disputed_age_is_not_settled_by_a_merge(kept: Child, desk: User) -> None:
    other = make_child(birth_date_known="disputed", date_of_birth=date(2005, 1, 1))
    assert "date_of_birth" not in {fact.fact for fact in preview(kept, other).facts}
    merge_make(
        desk, primary=kept, other=other, why="One child", decisions={"identity-date_of_birth": "other"}
    )
    assert fresh(kept).date_of_birth == kept.date_of_birth


def test_what_was_changed_after_the_merge_stays_when_it_is_undone(
    kept: Child, gone: Child, desk: User
) -> None:
    made = merge_make(
        desk, primary=kept, other=gone, why="One child", decisions={"identity-address": "other"}
    )
    row = fresh(kept)
    child_change(desk, child=row, version=row.version, values={"address": "3 Third Street"})
    merge_undo(desk, merge=made, why="Two children")
    assert fresh(kept).address == "3 Third Street"


VALUES = ("given_name", "date_of_birth", "address", "postcode", "school_id", "ethnicity", "provisional")


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_safe_f5_three_merges_undone_in_any_order_leave_each_record_as_it_was(
    order: tuple[int, ...], kept: Child, gone: Child, desk: User
) -> None:
    third = make_child(address="3 Third Street", postcode="DH3 3CC", ethnicity="WIRI", given_name="Third")
    fourth = make_child(address="4 Fourth Street", ethnicity="BAFR", given_name="Fourth", provisional=True)
    records = [kept, gone, third, fourth]
    Child.objects.unscoped("it came in unmatched").filter(pk=kept.pk).update(provisional=True)
    for number, child in enumerate(records):
        value = ["9991234578", "9991234586", "9991234594", "9991234608"][number]
        Identifier.objects.create(child=child, kind="police", value=value, added_at=now())
        Status.objects.create(
            child=child,
            kind="child_in_need",
            starts_on=today(),
            recorded_at=now(),
            recorded_by=desk,
            responsible=child.authority,
        )
    before = {child.pk: [getattr(fresh(child), name) for name in VALUES] for child in records}
    decisions = dict.fromkeys(
        ("number-police", "status-child_in_need", "identity-address", "identity-ethnicity", "identity-name"),
        "other",
    )
    merges = [
        merge_make(desk, primary=fresh(kept), other=other, why="One child", decisions=decisions)
        for other in records[1:]
    ]
    for number in order:
        merge_undo(desk, merge=merges[number], why="Two children")
        for child in records[1:]:
            alone = fresh(child).merged_into_id is None
            running = Identifier.objects.filter(child=child, ended_at__isnull=True).count()
            assert not alone or running == 1, "who stands apart has the own number at once"
        whole = [row.pk for row in map(fresh, records) if row.pk == kept.pk or row.merged_into_id]
        assert Identifier.objects.filter(child__in=whole, ended_at__isnull=True).count() == 1
        assert Status.objects.filter(child__in=whole, ends_on__isnull=True).count() == 1
    for child in records:
        assert [getattr(fresh(child), name) for name in VALUES] == before[child.pk], child.reference
        assert found_by(desk, child.full_name)[0] == fresh(child)
    assert not Identifier.objects.filter(ended_at__isnull=False).exists()
    assert not Status.objects.filter(ends_on__isnull=False).exists()
