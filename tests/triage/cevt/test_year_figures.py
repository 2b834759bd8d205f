"""CEVT's year beside the year before, worked by hand: the tables of the annual report, paragraphs 26 to 31 (T7)."""

from datetime import UTC, date, datetime
from html import unescape
from importlib import import_module

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from cems.accounts.models import User
from cems.children.choices import RiskLevel
from cems.children.models import Child, Involvement, Matter
from cems.children.placements.services.placement import placement_open
from tests.children.placements.test_placement import a_place
from tests.factories.children import make_child
from tests.factories.people import DARLINGTON, make_authority, make_locality, make_user, sign_in
from tests.factories.triage import ruling, waiting_child
from triage.cevt.rules.figures import Return
from triage.cevt.rules.year_figures import Cell, Discussed, YearTable, type_of, year_tables
from triage.cevt.selectors.year_figures import year_figures
from triage.cevt.services.decision import decision_make
from triage.cevt.services.item import item_withdraw
from triage.models import Allocation, Item

pytestmark = pytest.mark.requirement("T7")
NONE, LOW, MODERATE, SIGNIFICANT = RiskLevel


def on(day: int, month: int, year: int = 2024, hour: int = 10) -> datetime:
    return datetime(year, month, day, hour, tzinfo=UTC)


def cells(tables: list[YearTable], title: str, row: str) -> list[str]:
    table = next(table for table in tables if table.title.startswith(title))
    return [cell.words for line in table.lines if line.name == row for cell in line.cells]


def fact(child: int, **kw: object) -> Discussed:
    given: dict[str, object] = {
        "submitted": SIGNIFICANT, "agreed": SIGNIFICANT, "forms": frozenset({"sexual"}), "quarter": 1,
        "locality": "East", "came": Return.FIRST, "review": False, "worker": False, "board": False, **kw,
    }  # fmt: skip
    return Discussed(child=child, **given)  # type: ignore[arg-type]


def test_a_number_stands_with_its_denominator_and_the_year_before() -> None:
    assert Cell(87, 65).words == "87 (65)"
    assert Cell(68, 40, 87, 65).words == "68 of 87, 78.2 % (40 of 65, 61.5 %)"
    assert Cell(0, 0, 0, 0).words == "0 of 0 (0 of 0)"


def test_the_type_is_told_as_the_report_tells_it() -> None:
    assert type_of({"sexual", "online"}) == "Sexual"
    assert type_of({"county_lines"}) == "Criminal, county lines among it"
    assert type_of({"sexual", "criminal"}) == "Both sexual and criminal"
    assert type_of(()) == "Another form, or none named"


def test_referrals_and_children_are_apart_and_reviews_are_among_the_repeats() -> None:
    now = [
        fact(1),
        fact(1, came=Return.REPEAT, quarter=2, submitted=MODERATE, agreed=MODERATE),
        fact(1, review=True, came=Return.REPEAT, agreed=LOW),
        fact(2, came=Return.REREFERRAL, worker=True, board=True),
        fact(3, agreed=None, submitted=LOW, locality="South", forms=frozenset({"criminal"})),
    ]
    before = [fact(9, submitted=MODERATE, agreed=SIGNIFICANT)]
    tables = year_tables(now, before)
    assert cells(tables, "Received", "Referrals") == ["2 (0)", "1 (1)", "1 (0)", "0 (0)", "4 (1)"]
    assert cells(tables, "Received", "Children") == ["2 (0)", "1 (1)", "1 (0)", "0 (0)", "3 (1)"]
    assert cells(tables, "Discussed", "Repeat discussions, reviews included") == [
        "2 of 5, 40.0 % (0 of 1, 0.0 %)", "1 of 3, 33.3 % (0 of 1, 0.0 %)",
    ]  # fmt: skip
    assert cells(tables, "Discussed", "of them reviews")[0].startswith("1 of 5")
    assert cells(tables, "Discussed", "Re-referrals")[0].startswith("1 of 5")
    assert cells(tables, "By quarter", "July to September")[-2:] == ["1 (0)", "1 (0)"]
    assert cells(tables, "By locality", "South") == ["0 (0)", "0 (0)", "1 (0)", "0 (0)", "1 (0)", "1 (0)"]
    assert cells(tables, "By type", "Criminal, county lines among it")[0] == "1 of 4, 25.0 % (0 of 1, 0.0 %)"
    assert cells(tables, "Referrals: the level", "Submitted Moderate")[0] == "0 of 1, 0.0 % (1 of 1, 100.0 %)"
    assert cells(tables, "Referrals: the level", "Submitted Low")[-1] == "1 of 1, 100.0 % (0 of 0)"
    assert cells(tables, "Children: a worker", "Agreed Significant") == [
        "2 (1)", "1 of 2, 50.0 % (0 of 1, 0.0 %)", "1 of 2, 50.0 % (0 of 1, 0.0 %)",
    ]  # fmt: skip


def in_(place: str, authority: str | None = None) -> Child:
    area = make_authority(authority) if authority else make_authority()
    return make_child(locality=make_locality(place, area), authority=area)


def given(child: Child, chair: User, begins: datetime, ends: datetime | None = None) -> None:
    worker = make_user("ce_worker")
    involvement = Involvement.objects.create(
        child=child, user=worker, case_role="ce_worker", started_at=begins, made_by=chair,
        recorded_at=begins,
    )  # fmt: skip
    Allocation.objects.create(
        child=child, worker=worker, level=3, involvement=involvement, allocated_by=chair,
        starts_at=begins, recorded_at=begins, ended_at=ends, ended_why="Ended" if ends else "",
    )  # fmt: skip


@pytest.mark.django_db
def test_a_year_and_the_one_before_worked_by_hand(chair: User) -> None:
    """A  Significant on 3 Apr 2024, agreed Significant; a worker from 10 Apr 2024.
    B  Moderate on 1 Aug 2024, agreed Low. C  Moderate on 5 May 2023, the year before; its worker had ended.
    D  withdrawn. E  in Darlington. 31 Mar and 1 Apr fall into the years they belong to."""
    a, b, c, d, e, f = (
        in_("east"),
        in_("south"),
        in_("east"),
        in_("east"),
        in_("east", DARLINGTON),
        in_("east"),
    )
    first = waiting_child(a, at=on(3, 4))
    decision_make(chair, child=a, ruling=ruling(first, SIGNIFICANT), at=on(4, 4))
    given(a, chair, on(10, 4))
    second = waiting_child(b, level=MODERATE, at=on(1, 8))
    decision_make(chair, child=b, ruling=ruling(second, LOW), at=on(2, 8))
    given(c, chair, on(1, 2, 2023), on(3, 3, 2023))
    waiting_child(c, level=MODERATE, at=on(5, 5, 2023))
    item_withdraw(chair, item=waiting_child(d, at=on(6, 6)), why="Sent twice.", at=on(6, 6, hour=11))
    waiting_child(e, at=on(7, 7))
    waiting_child(f, at=on(31, 3, 2024))
    reader = make_user("erase_manager")
    page = year_figures(reader, starts=date(2024, 4, 1), ends=date(2025, 3, 31))
    assert (page.before_starts, page.before_ends) == (date(2023, 4, 1), date(2024, 3, 31))
    tables = list(page.tables)
    assert cells(tables, "Received", "Referrals") == ["1 (1)", "1 (1)", "0 (0)", "0 (0)", "2 (2)"]
    assert cells(tables, "By quarter", "January to March")[-2:] == ["0 (1)", "0 (1)"]
    assert cells(tables, "Children: a worker", "Agreed Significant")[1] == "1 of 1, 100.0 % (0 of 0)"
    assert cells(tables, "Referrals: the level", "Submitted Moderate")[2].startswith("1 of 1")


@pytest.mark.django_db
def test_a_worker_counts_in_a_period_by_its_own_end(chair: User) -> None:
    child, reader = in_("east"), make_user("erase_manager")
    item = waiting_child(child, at=on(5, 5, 2023))
    decision_make(chair, child=child, ruling=ruling(item, SIGNIFICANT), at=on(6, 5, 2023))
    given(child, chair, on(10, 4))
    for starts in (date(2024, 4, 1), date(2023, 4, 1)):  # the second has the child in both of its periods
        tables = list(year_figures(reader, starts=starts, ends=date(2025, 3, 31)).tables)
        now, before = cells(tables, "Children: a worker", "Agreed Significant")[1].split(" (")
        assert before == "0 of 1, 0.0 %)" and now == ("0 of 0" if starts.year == 2024 else "1 of 1, 100.0 %")


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("ends", "status"), [((31, 3, 2025), 200), ((1, 4, 2025), 400), ((31, 3, 2026), 400)]
)
def test_a_year_is_twelve_months_at_most_so_that_no_day_stands_in_both(
    ends: tuple[int, int, int], status: int
) -> None:
    page = sign_in(make_user("erase_manager")).get(
        reverse("cevt:year_figures"),
        {
            f"{name}_{part}": value
            for name, day in (("starts", (1, 4, 2024)), ("ends", ends))
            for part, value in enumerate(day)
        },
    )
    words = unescape(page.content.decode())
    assert page.status_code == status
    assert ("Choose at most 12 months: those of a year before stand beside them." in words) is (status == 400)


@pytest.mark.django_db
@pytest.mark.parametrize("role", ["erase_manager", "cevt_chair", "ceg_chair", "head_of_service"])
def test_who_answers_for_it_reads_it_and_it_asks_as_often_for_many(role: str, chair: User) -> None:
    client = sign_in(make_user(role, locality=make_locality("east")))
    url = reverse("cevt:year_figures") + "?" + "&".join(
        f"{name}_{part}={value}"
        for name, day in (("starts", (1, 4, 2024)), ("ends", (31, 3, 2025)))
        for part, value in enumerate(day)
    )  # fmt: skip

    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            response = client.get(url)
        assert response.status_code == 200
        assert "in brackets 1 April 2023 to 31 March 2024" in unescape(response.content.decode())
        return len(queries)

    waiting_child(in_("east"), at=on(3, 4))
    asked()
    once = asked()
    for month in (5, 6, 7):
        waiting_child(in_("south"), level=MODERATE, at=on(3, month))
    assert asked() == once
    assert Item.objects.count() == 4


@pytest.mark.django_db
def test_nobody_else_reads_it() -> None:
    assert sign_in(make_user("practitioner")).get(reverse("cevt:year_figures")).status_code == 403
    assert (
        sign_in(make_user("ceg_member", locality=make_locality("east")))
        .get(reverse("cevt:year_figures"))
        .status_code
        == 403
    )


@pytest.mark.django_db
def test_a_child_who_moves_afterwards_counts_where_they_lived_when_it_came(chair: User) -> None:
    child, officer = in_("east"), make_user("first_contact")
    waiting_child(child, at=on(7, 7))
    # Known from before items kept it: filled by what followed the child then, not by where the child lives now.
    Matter.objects.filter(child=child).update(opened_at=on(7, 7, hour=9))
    place = a_place(area=make_authority(), locality=make_locality("south"))
    placement_open(officer, child=child, place=place)
    reader = make_user("erase_manager")

    def named() -> list[str]:
        tables = year_figures(reader, starts=date(2024, 4, 1), ends=date(2025, 3, 31)).tables
        table = next(table for table in tables if table.title.startswith("By locality"))
        return [line.name for line in table.lines]

    before = named()
    assert str(make_locality("east")) in before and str(make_locality("south")) not in before
    Item.objects.update(locality=None)
    assert str(make_locality("east")) not in named()
    of_then = MigrationExecutor(connection).loader.project_state([("triage", "0011_item_locality_filled")])
    import_module("triage.migrations.0011_item_locality_filled").fill(of_then.apps, None)
    assert Item.objects.get().locality == make_locality("east") and named() == before
