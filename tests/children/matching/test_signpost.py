"""The signpost is limited, never the search or the record; what is past the limit answers nothing (C1, A2)."""

import pytest
from django.urls import reverse

from cems.accounts.models import User
from cems.audit.choices import Verb
from cems.audit.models import Entry
from cems.children.identity.services.record import Identity
from cems.children.matching.rules.search import Asked, understand
from cems.children.matching.search import Results, search
from cems.children.matching.signpost import QUESTION, SIGNPOSTS_AN_HOUR, SIGNPOSTS_OF_A_DESK, signpost
from cems.children.models import Child
from cems.notices.models import Notice
from matrix.services.at_once import child_recorded
from tests.children.identity.test_record import typed
from tests.factories.children import involve, make_child, restrict
from tests.factories.people import make_team, make_user, sign_in

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("C1", "A2")]

HIDDEN = "Amy Hiddenworth 3/4/2011"
TOO_OFTEN = "you have asked for very many children in this hour"


@pytest.fixture
def worker() -> User:
    return make_user(team=make_team())


@pytest.fixture
def hidden() -> Child:
    return make_child(given_name="Amy", family_name="Hiddenworth", date_of_birth=understand(HIDDEN).born)


def ask(user: User, words: str) -> Results:
    return search(user, asked=understand(words))


def use_up(user: User, most: int = SIGNPOSTS_AN_HOUR) -> None:
    """Ask for so many children whom nobody knows."""
    for number in range(most):
        answer = signpost(user, asked=Asked(identifiers=(("police", f"EX/{number}0000"),)))
        assert not answer.too_often, number


def test_past_the_limit_the_search_goes_on_and_says_what_it_did_not_ask(worker: User, hidden: Child) -> None:
    known = make_child(given_name="Nia", family_name="Openworth")
    involve(known, worker)
    use_up(worker)
    for words in (HIDDEN, "Nobody Here 3/4/2011", "999 123 4578"):
        results = ask(worker, words)
        assert (results.rows, results.may_exist, results.too_often) == ([], False, True), words
    born = known.date_of_birth
    results = ask(worker, f"Nia Openworth {born:%d/%m/%Y}")
    assert [row.child for row in results.rows] == [known]
    client = sign_in(worker)
    pages = set()
    for words in (HIDDEN, "Zed Hiddenworth 3/4/2011"):
        page = client.get(client.post(reverse("children:search"), {"q": words})["Location"])
        assert page.status_code == 200 and TOO_OFTEN in page.content.decode()
        pages.add(page.content.decode().count("govuk-inset-text"))
    assert pages == {1}
    assert not Entry.objects.filter(verb=Verb.SIGNPOSTED, child=hidden.public_id).exists()


def test_a_page_opened_again_asks_nothing_new(worker: User, hidden: Child) -> None:
    for _ in range(3):
        assert ask(worker, HIDDEN).may_exist
        assert ask(worker, "amy  hiddenworth 03.04.2011").may_exist
    questions = Entry.objects.filter(actor=worker, part=QUESTION)
    assert questions.count() == 1
    assert Entry.objects.filter(verb=Verb.SIGNPOSTED, child=hidden.public_id).count() == 1
    assert "hiddenworth" not in str(questions.get().detail).lower()
    use_up(worker, SIGNPOSTS_AN_HOUR - 1)
    assert ask(worker, HIDDEN).may_exist, "asked before the limit was reached"
    assert ask(worker, "Amy Hiddenworth 4/4/2011").too_often


def test_a_desk_goes_on_past_the_limit_of_others() -> None:
    desk = make_user("first_contact", team=make_team())
    shut = make_child(identifiers={"nhs": "9991234578"})
    restrict(shut, owner=make_user())
    use_up(desk, SIGNPOSTS_AN_HOUR + 5)
    assert ask(desk, "999 123 4578").may_exist
    assert SIGNPOSTS_OF_A_DESK > 5 * SIGNPOSTS_AN_HOUR


def test_has_this_child_a_matrix_goes_on_past_the_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    desk = make_user("first_contact", team=make_team())
    monkeypatch.setattr("cems.children.matching.signpost.SIGNPOSTS_OF_A_DESK", 1)
    use_up(desk, 1)
    page = sign_in(desk).post(
        reverse("first_contact:matrix_lookup"), {"q": "Nobody Here 3/4/2011"}, follow=True
    )
    assert page.status_code == 200
    text = page.content.decode()
    assert TOO_OFTEN in text and "No child fits these words" not in text


@pytest.mark.parametrize("known", [True, False])
def test_past_the_limit_every_new_record_is_provisional_whoever_is_known(known: bool, worker: User) -> None:
    """The tag on the record would answer else what the signpost no longer does."""
    if known:
        make_child(given_name="Amy", family_name="Newrecordton", date_of_birth=understand(HIDDEN).born)
    use_up(worker)
    answer = sign_in(worker).post(reverse("children:record_new"), typed())
    assert answer.status_code == 302, answer.content.decode()
    assert Child.objects.unscoped("a test looks").order_by("-pk")[0].provisional


def test_a_record_sent_past_the_page_of_likely_ones_asks_as_well(worker: User, hidden: Child) -> None:
    """Whoever sends the answer of a page they never opened is audited and limited as anybody."""
    sent = typed(family_name="Hiddenworth", checked="on")
    assert sign_in(worker).post(reverse("children:record_new"), sent).status_code == 302
    assert Entry.objects.filter(actor=worker, part=QUESTION).count() == 1
    assert Entry.objects.filter(actor=worker, verb=Verb.SIGNPOSTED, child=hidden.public_id).count() == 1


def test_the_record_of_a_system_is_made_past_the_limit(worker: User) -> None:
    use_up(worker)
    form_child = make_child(given_name="Zoe", family_name="Modelworth")
    identity = {
        "given_name": "Zed",
        "family_name": "Overlimit",
        "date_of_birth": form_child.date_of_birth,
        "authority": form_child.authority,
    }
    asked = Asked(name="overlimit zed", born=form_child.date_of_birth)
    made = child_recorded(worker, identity=Identity(**identity), identifiers={}, asked=asked)
    assert made.provisional


def test_every_keeper_of_a_record_that_fits_is_told(worker: User) -> None:
    for number in range(7):
        twin = make_child(given_name="Amy", family_name="Hiddenworth", date_of_birth=understand(HIDDEN).born)
        restrict(twin, owner=make_user(name=f"Owner {number}"))
    assert ask(worker, HIDDEN).may_exist
    assert Notice.objects.filter(kind="children.signpost").count() == 7
