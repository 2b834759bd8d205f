"""Any school in England by name, town or number, with an account or not (C1)."""

import csv
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse

from cems.children.identity.services.school import school_account
from cems.children.models import Child, School
from tests.factories.children import make_child
from tests.factories.people import make_team, make_user, sign_in

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("C1")]

COLUMNS = ["URN", "EstablishmentName", "Town", "Postcode", "TypeOfEstablishment (name)", "TelephoneNum",
           "EstablishmentStatus (name)"]  # fmt: skip
ROWS = [
    ["900001", "Pretend Academy Eastmere", "Eastmere", "ZZ1 1ZZ", "Academy", "0191 498 0001", "Open"],
    ["900002", "Pretend St Cuthbert\u2019s School", "Westbourne", "ZZ1 2ZZ", "Voluntary aided", "", "Open"],
    ["900003", "Pretend St Cuthbert\u2019s School", "Northgate", "ZZ1 3ZZ", "Voluntary aided", "", "Open"],
    ["900004", "Pretend Old School", "Eastmere", "ZZ1 4ZZ", "Community school", "", "Closed"],
    ["", "No number", "Eastmere", "", "", "", "Open"],
]


def write_file(folder, rows=ROWS, columns=COLUMNS):
    path = folder / "register.csv"
    with path.open("w", encoding="cp1252", newline="") as lines:
        writer = csv.writer(lines)
        writer.writerow(columns)
        writer.writerows(rows)
    return path


def bring(path, *more):
    out = StringIO()
    call_command("import_schools", path, *more, stdout=out, stderr=out)
    return out.getvalue()


@pytest.fixture
def register(tmp_path):
    path = write_file(tmp_path)
    bring(path, "--write")
    return path


def change(client, child, typed):
    page = client.get(reverse("children:identity_change", args=[child.public_id]))
    born = child.date_of_birth
    sent = {
        "given_name": child.given_name, "family_name": child.family_name, "sex": "U", "gender": "not_asked",
        "ethnicity": "NOBT", "version": fresh(child).version, "school": typed,
        **{f"date_of_birth_{part}": value for part, value in enumerate((born.day, born.month, born.year))},
    }  # fmt: skip
    assert page.status_code == 200
    return client.post(reverse("children:identity_change", args=[child.public_id]), sent)


def fresh(child):
    return Child.objects.unscoped("a test looks again").with_places().get(pk=child.pk)


def test_the_register_is_shown_before_it_is_written_and_written_once(tmp_path):
    path = write_file(tmp_path)
    shown = bring(path)
    assert "4 new, 0 changed, 0 the same; 1 of them closed; 1 lines refused." in shown
    assert "Nothing is written" in shown and not School.objects.exists()
    assert "Written." in bring(path, "--write") and School.objects.count() == 4
    assert "0 new, 0 changed, 4 the same" in bring(path)
    write_file(
        tmp_path, [["900001", "Pretend Academy Eastmere", "Eastmere", "ZZ1 1ZZ", "Academy", "", "Closed"]]
    )
    assert "0 new, 1 changed" in bring(path, "--write")
    assert School.objects.count() == 4 and not School.objects.get(urn="900001").is_open


def test_another_file_is_refused_by_name_of_what_it_lacks(tmp_path):
    with pytest.raises(CommandError, match="EstablishmentName"):
        bring(write_file(tmp_path, [["1"]], ["URN"]))
    with pytest.raises(CommandError, match="can't be read"):
        bring(tmp_path / "nowhere.csv")


@pytest.mark.parametrize(
    "typed", ["900001", "Pretend Academy Eastmere", "pretend academy eastmere, Eastmere",
              "Pretend Academy Eastmere, Eastmere (900001)"]
)  # fmt: skip
def test_a_school_without_an_account_is_recorded_and_read_where_the_child_is(register, typed):
    officer, child = make_user("first_contact"), make_child()
    client = sign_in(officer)
    assert change(client, child, typed).status_code == 302
    assert (fresh(child).listed_school.urn, fresh(child).school) == ("900001", None)
    page = client.get(reverse("children:overview", args=[child.public_id])).content.decode()
    assert "Pretend Academy Eastmere, Eastmere" in page
    again = client.get(reverse("children:identity_change", args=[child.public_id])).content.decode()
    assert "Pretend Academy Eastmere, Eastmere (900001)" in again


def test_a_close_spelling_or_two_of_one_name_are_asked(register):
    client, child = sign_in(make_user("first_contact")), make_child()
    for typed in ("Pretend Acadmy Eastmer", "Pretend St Cuthberts School"):
        page = change(client, child, typed)
        assert page.status_code == 400 and "Did you mean" in page.content.decode()
    assert "900002" in page.content.decode() and "900003" in page.content.decode()
    assert change(client, child, "Qqxzyw").status_code == 400
    assert change(client, child, "").status_code == 302 and fresh(child).learns_at == ""


def test_the_suggestions_find_by_town_and_close_spelling_and_offer_no_closed_school(register):
    client = sign_in(make_user())

    def options(typed):
        return client.get(reverse("children:school_suggest"), {"q": typed}).json()["options"]

    assert any("900001" in words for words in options("Eastmere"))
    assert any("900002" in words for words in options("Cuthbert Westborne"))
    assert not any("900004" in words for words in options("Pretend Old School"))


def test_a_school_with_an_account_is_one_with_its_row_of_the_register(register):
    team = make_team(kind="school", name="Pretend Academy Eastmere")
    school_account(None, urn="900001", code=team.code)
    client, child = sign_in(make_user("first_contact")), make_child()
    for typed in ("900001", "Pretend Academy Eastmere", str(team.public_id)):
        assert change(client, child, typed).status_code == 302
        assert (fresh(child).school, fresh(child).listed_school.urn) == (team, "900001")
    assert (
        sum(
            "Eastmere" in words
            for words in client.get(
                reverse("children:school_suggest"), {"q": "Pretend Academy Eastmere"}
            ).json()["options"]
        )
        == 1
    )
