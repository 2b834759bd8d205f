"""The chronology by kind and days, on the page and on paper (C5)."""

import io
from datetime import date, datetime, timedelta

import pytest
from django.urls import reverse
from pypdf import PdfReader

from cems.audit.choices import Verb
from cems.audit.models import Entry
from cems.base.errors import Invalid
from cems.base.time import LONDON, local_date, now
from cems.children.access.child_access import access_to
from cems.children.access_control import OpenChild
from cems.children.choices import RiskLevel
from cems.children.chronology.selectors import chronology_entries, filters_from, strip
from cems.children.history.services.note import note_write
from cems.children.history.services.status import status_open
from cems.children.identity.page_context import level_facts
from cems.children.identity.selectors.overview import overview
from tests.factories.children import agree_level, involve, make_child
from tests.factories.matrices import submit
from tests.factories.people import make_team, make_user, sign_in, take_document

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("C5")]


def noon(month, day):
    return datetime(2026, month, day, 12, tzinfo=LONDON)


@pytest.fixture
def worker():
    return make_user(team=make_team())


@pytest.fixture
def child(worker):
    child = make_child(given_name="Amy", family_name="Pageston")
    involve(child, worker)
    for month, day, text in [(1, 5, "Said hello."), (2, 9, "Was worried."), (3, 1, "Felt better.")]:
        note_write(worker, child=child, happened_at=noon(month, day), text=text)
    agree_level(child, 2, at=noon(2, 9))
    return child


def titles(page):
    return [row.text or row.title for row in page.context["page"].rows]


def ask(worker, child, name="chronology", **asked):
    address = reverse(f"children:{name}", args=[child.public_id])
    return sign_in(worker).get(address, {key.rstrip("_"): value for key, value in asked.items()})


def test_by_kind_and_by_days(worker, child):
    page = ask(worker, child, kind="Case note", from_="2026-02-01", to="2026-02-28")
    assert titles(page) == ["Was worried."]
    assert titles(ask(worker, child, kind="Case note", from_="2026-02-09")) == [
        "Felt better.",
        "Was worried.",
    ]
    assert len(titles(ask(worker, child, to="2026-02-09"))) == 3
    chips = {label: url for _, label, url in page.context["filters"]}
    assert "from=2026-02-01" in chips["Level"] and "kind=Level" in chips["Level"]
    empty = ask(worker, child, kind="Case note", from_="2020-01-01", to="2020-01-02")
    assert titles(empty) == [] and "Nothing in this choice" in empty.content.decode()


def test_days_are_those_of_london(worker, child):
    note_write(
        worker, child=child, happened_at=datetime(2026, 7, 1, 0, 30, tzinfo=LONDON), text="After midnight"
    )
    asked = {"kind": "Case note", "from_": "2026-07-01", "to": "2026-07-01"}
    assert titles(ask(worker, child, **asked)) == ["After midnight"]


def test_days_that_cannot_be_are_refused_with_the_page(worker, child):
    for wrong in ({"from_": "31 February"}, {"from_": "2026-03-02", "to": "2026-03-01"}):
        page = ask(worker, child, **wrong)
        assert page.status_code == 400 and page.context["refused"] in page.content.decode()
    with pytest.raises(Invalid) as refusal:
        filters_from("", "2026-03-02", "2026-03-01")
    assert refusal.value.field == "to"
    assert filters_from("Level", "2026-03-02", "").keys == {"kind": "Level", "from": "2026-03-02"}
    assert filters_from("", "", "2026-03-02").until == date(2026, 3, 2)


def test_the_pdf_holds_what_the_page_shows_and_is_audited(worker, child):
    address = f"{reverse('children:chronology_pdf', args=[child.public_id])}?kind=Case+note&from=2026-02-01"
    answer = take_document(sign_in(worker), child, address)
    assert answer["Content-Type"] == "application/pdf" and answer["Cache-Control"] == "no-store"
    assert child.reference.lower() in answer["Content-Disposition"]
    assert "pageston" not in answer["Content-Disposition"].lower()
    pdf = PdfReader(io.BytesIO(answer.content))
    text = " ".join("\n".join(page.extract_text() for page in pdf.pages).split())
    for words in ["Was worried.", "Felt better.", "Amy Pageston", "From 1 February 2026", str(worker)]:
        assert words in text, words
    assert "Said hello." not in text and "agreed Moderate" not in text
    assert "Pageston" not in str(pdf.metadata)
    assert Entry.objects.filter(child=child.public_id, verb=Verb.DOWNLOADED, actor=worker).count() == 1


def test_the_pdf_holds_only_the_parts_that_are_open(child):
    # A forum's chair reads everything of a child on the list; once the child is off it, nothing.
    chair = make_user("cevt_chair")
    assert ask(chair, child, "chronology_pdf").status_code == 404
    lead = make_user("school_lead")
    involve(child, lead, "school")
    assert ask(lead, child, "chronology_pdf").status_code == 403


def test_the_overview_tells_of_twelve_months_what_the_whole_chronology_tells_of_them(worker):
    child = make_child()
    involve(child, worker)
    for days in (2, 364, 367, 900):
        then = now() - timedelta(days=days)
        note_write(worker, child=child, happened_at=then, text=f"{days} days ago.")
        agree_level(child, 2, at=then)
    status_open(worker, child=child, kind="child_in_need", starts_on=local_date(now()) - timedelta(days=500))
    submit(worker, child, RiskLevel.LOW, at=now() - timedelta(days=2))
    opened = OpenChild(child, access_to(worker, child))
    whole = chronology_entries(OpenChild(child, opened.access, opened.at))
    year = [row for row in whole if opened.year_ago <= row.happened_at <= opened.at]
    assert 0 < len(year) < len(whole)
    shown = strip(opened)
    assert shown.recent == year[:6]
    marks = [mark.entry for lane in shown.lanes for mark in lane.marks]
    assert sorted(marks, key=repr) == sorted(year, key=repr)


def test_a_submission_older_than_a_year_still_stands_in_the_bar(worker, child):
    submit(worker, child, RiskLevel.SIGNIFICANT, at=now() - timedelta(days=2))
    later = OpenChild(child, access_to(worker, child), now() + timedelta(days=700))
    assert level_facts(later)["proposed_label"] == "Significant"
    (line,) = [line for line in overview(worker, later).lines if line.label == "CE Matrix"]
    assert line.text.startswith("Significant submitted.")


def test_what_a_page_keeps_is_read_once_and_the_next_page_reads_again(worker, child):
    opened = OpenChild(child, access_to(worker, child))
    asked = []
    for page in (opened, opened, OpenChild(child, opened.access)):
        assert page.kept("example", lambda: asked.append(1) or len(asked)) == len(asked)
    assert len(asked) == 2
