"""Finding a child by whatever one has (C1), and the signpost for those without reach."""

from datetime import date

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from cems.audit.choices import Verb
from cems.audit.models import Entry
from cems.base.time import now
from cems.children.identity import reference
from cems.children.identity.reference import made_anew
from cems.children.identity.services.record import name_add
from cems.children.matching import search as searching
from cems.children.matching.rules.search import understand
from cems.children.models import Child, ChildName, Submitter
from cems.notices.models import Notice
from tests.factories.children import bar, involve, make_child, make_matter, restrict
from tests.factories.people import DARLINGTON, make_agency, make_authority, make_user

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("C1")]

BORN = date(2011, 4, 3)


def found(user, words):
    return [row.child for row in searching.search(user, asked=understand(words)).rows]


@pytest.fixture
def officer():
    return make_user("first_contact")


@pytest.mark.parametrize(
    ("given", "family", "typed"),
    [
        ("Siobhan", "O'Brien", "obrien"),
        ("Siobhan", "O'Brien", "Siobhan O’Brien"),
        ("Siobhán", "Brien", "siobhan brien"),
        ("Ana", "de la Cruz", "de la cruz ana"),
        ("Ana", "de la Cruz", "Cruz"),
        ("Mary-Jane", "Testerton", "mary jane testerton"),
        ("Zoë", "Muñoz", "Zoe Munoz"),
        ("Amy", "Jonesworth", "Jonesworth Amy"),
        ("Catherine", "Smythington", "Katherine Smithington"),
        ("Christopher Alexander James", "Fieldinghurst", "fieldinghurst"),
        ("李", "小龙", "李 小龙"),
        ("Мария", "Тестова", "тестова мария"),
        ("Мария", "Тестова", "Мар Тест"),
        ("فاطمة", "التجريبي", "فاطمة التجريبي"),
        ("فاطمة", "التجريبي", "التجر"),
        ("小龙", "李", "小"),
        ("小龙", "李", "龙"),
        ("小明", "王", "Wang"),
        ("小明", "王", "Wang Xiaoming"),
        ("小明", "王", "王小明"),
        ("Олександр", "Тестенко", "Oleksandr"),
        ("Олександр", "Тестенко", "Aleksandr Testenko"),
        ("Oleksandr", "Testenko", "Александр Тестенко"),
        ("Łukasz", "Przykładowski", "lukasz przykladowski"),
        ("Lukasz", "Przykladowski", "Łukaš"),
        ("Søren", "Prøvesen", "Soren Provesen"),
        ("Gülşah", "Işıkdeneme", "GULSAH ISIKDENEME"),
        ("Γιώργος", "Δοκιμάκης", "Giorgos Dokimakis"),
        ("अमित", "परीक्षण", "Amit"),
        ("محمد", "التجريبي", "mhmd"),
    ],
)
def test_record_f11_it_finds_a_name_however_it_is_typed(officer, given, family, typed):
    child = make_child(given_name=given, family_name=family)
    make_child(given_name="Unlike", family_name="Xwvqz")
    assert found(officer, typed) == [child]


def test_a_latin_spelling_with_vowels_does_not_find_an_arabic_name_but_as_another_name(officer):
    """docs/data.md says so: the short vowels are not written, so the key has none."""
    child = make_child(given_name="محمد", family_name="التجريبي")
    assert found(officer, "Muhammad") == []
    name_add(officer, child=child, name="Muhammad Altajribi")
    assert found(officer, "Muhammad") == found(officer, "محمد") == [child]


def test_a_name_in_another_script_is_kept_beside_the_same_name_in_latin_letters(officer):
    child = make_child(given_name="Oleksandr", family_name="Testenko")
    for _ in range(2):
        name_add(officer, child=child, name="Олександр Тестенко")
        name_add(officer, child=child, name="oleksándr TESTENKO")
    assert list(child.names.order_by("pk").values_list("name", flat=True)) == [
        "Oleksandr Testenko",
        "Олександр Тестенко",
    ]
    assert found(officer, "Олександр") == found(officer, "Oleksandr") == [child]


def test_a_record_has_each_written_name_once():
    name = make_child().names.get()
    with pytest.raises(IntegrityError, match="childname_written_once"), transaction.atomic():
        ChildName.objects.create(child=name.child, name=name.name, search_key="as it is", added_at=now())


def test_keys_of_names_kept_before_are_made_anew_once():
    names = [make_child(given_name=given).names.get() for given in ("Юлія", "Łucja", "Zoë", "Amy")]
    wanted = {name.pk: name.search_key for name in names}
    ChildName.objects.filter(pk__in=wanted).update(search_key="as it was")
    plain = names.pop().pk
    ChildName.objects.filter(pk=plain).update(search_key=wanted[plain])
    assert (made_anew(ChildName.objects.all()), made_anew(ChildName.objects.all())) == (3, 0)
    assert dict(ChildName.objects.filter(pk__in=wanted).values_list("pk", "search_key")) == wanted


def test_keys_are_made_anew_over_more_than_one_batch(monkeypatch):
    monkeypatch.setattr(reference, "_BATCH", 2)
    children = [make_child(given_name=f"Юлія{n}") for n in range(5)]
    mine = ChildName.objects.filter(child__in=children)
    mine.update(search_key="as it was")
    assert reference.sync() == "5 search keys made anew"
    assert not mine.filter(search_key="as it was").exists()


def test_the_closest_name_comes_first_and_the_same_birth_date_before_it(officer):
    far = make_child(given_name="Amie", family_name="Joneston", date_of_birth=BORN)
    near = make_child(given_name="Amy", family_name="Joneston", date_of_birth=date(2010, 1, 1))
    assert found(officer, "Amy Joneston") == [near, far]
    assert found(officer, "Amy Joneston 3/4/2011") == [far, near]


def test_it_finds_by_number_reference_and_part_of_a_postcode(officer):
    child = make_child(identifiers={"nhs": "9991234578", "police": "PN/2024/0071"}, postcode="DH1 5UL")
    make_child(postcode="DL1 1AA")
    for words in [
        "999 123 4578",
        "9991234578",
        "pn/2024/0071",
        child.reference.lower(),
        "DH1",
        "dh1 5",
        "dh15ul",
    ]:
        assert found(officer, words) == [child], words


@pytest.mark.parametrize(
    "typed", ["3 April 2011", "3rd of april 2011", "3.4.11", "2011-04-03", "April 3, 2011"]
)
def test_it_finds_a_birth_date_in_words(officer, typed):
    child = make_child(date_of_birth=BORN)
    make_child(date_of_birth=date(2012, 4, 3))
    assert found(officer, typed) == [child]


def test_it_finds_a_birth_date_alone(officer):
    child = make_child(date_of_birth=BORN)
    make_child(date_of_birth=date(2012, 4, 3))
    assert found(officer, "3/4/2011") == [child]


@pytest.mark.parametrize(
    "words", ["", "   ", "%", "_", "%%%", "😀", "x" * 500, "\x00", "' OR 1=1 --", "31/2/2011", "\\"]
)
def test_record_f11_odd_words_find_nothing_and_break_nothing(officer, words):
    make_child()
    assert found(officer, words) == []


def test_a_stranger_finds_nobody_and_others_only_their_own(officer):
    mine, other = make_child(family_name="Samenameton"), make_child(family_name="Samenameton")
    worker = make_user()
    assert found(worker, "Samenameton") == []
    involve(mine, worker)
    assert found(worker, "Samenameton") == [mine]
    bar(mine, worker)
    assert found(worker, "Samenameton") == []
    restrict(other)
    assert found(officer, "Samenameton") == [mine]


def test_whoever_only_submitted_can_not_test_postcodes_or_numbers():
    teacher = make_user("school_lead")
    child = make_child(family_name="Onlymine", postcode="DH7 9ZZ", identifiers={"nhs": "9991234578"})
    Submitter.objects.create(child=child, user=teacher, at=now())
    assert found(teacher, "Onlymine") == [child]
    assert found(teacher, "DH7 9ZZ") == []
    assert found(teacher, "9991234578") == []


def test_who_supports_meetings_finds_nobody_by_search():
    child = make_child(family_name="Agendaton")
    support = make_user("business_support")
    make_matter(child, "cevt")
    assert Child.objects.visible_to(support).filter(pk=child.pk).exists()
    assert found(support, "Agendaton") == []


def test_a_search_is_one_audit_row_with_the_children_shown(officer):
    child = make_child(family_name="Auditedby")
    found(officer, "Auditedby")
    entry = Entry.objects.get(actor=officer, verb=Verb.SEARCHED)
    assert entry.detail["children"] == [str(child.public_id)]


def test_pages_by_key_meet_every_child_once(officer):
    children = {make_child(given_name=f"Many{n}", family_name="Pagesworth").pk for n in range(60)}
    seen, after = [], ""
    while True:
        page = searching.search(officer, asked=understand("Pagesworth"), after=after)
        seen += [row.child.pk for row in page.rows]
        after = page.after
        if not after:
            break
    assert len(seen) == 60 and set(seen) == children


def test_the_number_of_queries_does_not_grow_with_the_results(officer):
    def queries():
        with CaptureQueriesContext(connection) as caught:
            found(officer, "Countington")
        return len(caught)

    make_child(family_name="Countington")
    queries()
    count = queries()
    for _ in range(10):
        make_child(family_name="Countington")
    assert queries() == count


@pytest.fixture
def unseen_child():
    return make_child(
        given_name="Amy", family_name="Hiddenworth", date_of_birth=BORN, identifiers={"nhs": "9991234578"}
    )


@pytest.mark.parametrize("words", ["Amy Hiddenworth 3/4/2011", "Hiddenworth Amy 03-04-2011", "999 123 4578"])
def test_an_exact_clue_to_a_record_out_of_reach_is_a_signpost_and_nothing_more(unseen_child, words):
    worker = make_user()
    results = searching.search(worker, asked=understand(words))
    assert results.may_exist and results.rows == []
    assert Entry.objects.filter(verb=Verb.SIGNPOSTED, actor=worker, child=unseen_child.public_id).count() == 1


@pytest.mark.parametrize(
    "words", ["Amy Hiddenworth", "Amy Hiddenworth 4/4/2011", "Hiddenworth 3/4/2011", "9991234586", "3/4/2011"]
)
def test_anything_less_is_not_told(unseen_child, words):
    assert not searching.search(make_user(), asked=understand(words)).may_exist


@pytest.mark.parametrize(
    "words", ["Юлія Тестова 3/4/2011", "Yuliya Testova 3/4/2011", "Тестова Юлія 3.4.2011"]
)
def test_a_signpost_does_not_depend_on_the_script(words):
    make_child(given_name="Юлія", family_name="Тестова", date_of_birth=BORN)
    assert searching.search(make_user(), asked=understand(words)).may_exist
    other = words.replace("3/4", "4/4").replace("3.4", "4.4")
    assert not searching.search(make_user(), asked=understand(other)).may_exist


def test_the_signpost_is_the_same_for_a_restricted_record_and_its_owner_is_told(unseen_child):
    owner, worker = make_user(), make_user()
    before = searching.search(make_user(), asked=understand("9991234578"))
    restrict(unseen_child, owner=owner)
    assert searching.search(worker, asked=understand("9991234578")) == before
    notice = Notice.objects.get(user=owner)
    assert "Hiddenworth" not in notice.text and unseen_child.reference in notice.text
    assert not Notice.objects.exclude(user=owner).exists()


def test_no_signpost_where_the_record_itself_is_shown(unseen_child):
    worker = make_user()
    involve(unseen_child, worker)
    results = searching.search(worker, asked=understand("9991234578"))
    assert [row.child for row in results.rows] == [unseen_child] and not results.may_exist


def test_no_signpost_across_the_edge_of_the_agencys_world(unseen_child):
    stranger = make_user(agency=make_agency(authorities=[make_authority(DARLINGTON)]))
    assert not searching.search(stranger, asked=understand("9991234578")).may_exist
