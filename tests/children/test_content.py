"""What the record hands to the pages and exports above it: panels, own copy, merge preview, work list."""

from datetime import timedelta

import pytest

from cems.base.extension import Filling
from cems.base.time import now, today
from cems.children import home_content
from cems.children.access.child_access import ChildAccess
from cems.children.access_control import OpenChild
from cems.children.choices import FeedbackFrom, HarmForm
from cems.children.handlers import may_see
from cems.children.history.models.involvement import InvolvementState
from cems.children.history.services.note import note_write
from cems.children.history.services.status import status_open
from cems.children.identity.page_context import level_facts
from cems.children.matching.selectors.merge import merge_lines
from cems.children.models import Child, EmergencyAccess, Feedback, Merge, NotSame, Submitter
from cems.children.own_copy import own_copy
from cems.children.slots import SUBMITTED_LEVEL
from tests.factories.children import (
    agree_level,
    bar,
    involve,
    make_child,
    make_matter,
    make_placement,
    name_reader,
)
from tests.factories.people import make_team, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def full_child():
    child = make_child(identifiers={"nhs": "9991234578"})
    worker = make_user(team=make_team())
    involve(child, worker)
    agree_level(child, 3)
    status_open(
        worker, child=child, kind="child_in_care", starts_on=today() - timedelta(days=9), legal_basis="s20"
    )
    note_write(worker, child=child, happened_at=now(), text="Talked.", who="A friend")
    make_matter(child, "missing")
    Submitter.objects.create(child=child, user=worker, at=now())
    name_reader(child, worker, "owner")
    bar(child, make_user())
    return child


@pytest.mark.requirement("A4")
def test_the_own_copy_holds_every_table_and_marks_what_names_others(full_child):
    rows = list(own_copy([full_child.pk]))
    kinds = {row["kind"] for row in rows}
    assert kinds == {
        "Identity", "Name", "Identifier", "Agreed level", "Status", "Involvement", "Case note",
        "Followed by", "Submitted by", "Named reader", "Barred", "May open the record",
    }  # fmt: skip
    assert {row["kind"] for row in rows if row.get("third_party")} == {
        "Case note", "Submitted by", "Named reader", "Barred",
    }  # fmt: skip
    assert list(own_copy([make_child().pk]))[0]["kind"] == "Identity"


@pytest.mark.requirement("A4")
def test_the_own_copy_says_in_words_what_the_columns_hold(full_child):
    worker, other, instant = make_user(name="Example Worker"), make_child(), now()
    day = today()
    make_placement(
        full_child, provider_name="Example House", ends_on=day - timedelta(days=9), end_reason="Moved"
    )
    make_placement(
        full_child, provider_name="Hidden House", address_confidential=True, starts_on=day - timedelta(days=8)
    )
    for whose in ("child", "parent"):
        Feedback.objects.create(
            child=full_child, whose=whose, about="help", words="Listen.", happened_at=instant,
            recorded_at=instant, recorded_by=worker,
        )  # fmt: skip
    NotSame.objects.create(child=other, other=full_child, by=worker, at=instant)
    Merge.objects.create(
        child=full_child, other=other, at=instant, by=worker, why="One child", shown={}, before={}
    )
    EmergencyAccess.objects.create(
        child=full_child, user=worker, reason="A call", opened_at=instant, until=instant
    )
    rows = {}
    for row in own_copy([full_child.pk]):
        rows.setdefault(row["kind"], []).append(row)
    assert [(row["place"], row["placement"], row["why it ended"]) for row in rows["Placement"]] == [
        ("Example House", "Foster home", "Moved"),
        ("", "Foster home", ""),
    ]
    assert [(row["whose words"], row["third_party"]) for row in rows["Feedback"]] == [
        (FeedbackFrom.CHILD.label, False),
        (FeedbackFrom.PARENT.label, True),
    ]
    (joined,) = rows["Records joined"]
    assert joined["references"] == [full_child.reference, other.reference] and joined["why"] == "One child"
    (compared,) = rows["Compared with another record, and not the same child"]
    assert other.reference not in str(compared) and compared["when"] == instant
    (opened,) = rows["Opened in an emergency"]
    assert (opened["who"], opened["why"], opened["third_party"]) == (str(worker), "A call", True)
    (level,) = rows["Agreed level"]
    assert level["level"] == "Significant" and set(level["forms of harm"]) <= {*HarmForm.labels}
    (who,) = [row for row in rows["Identity"] if row["reference"] == full_child.reference]
    assert who["authority responsible"] == str(full_child.authority) and who["school"] == ""


@pytest.mark.requirement("C1")
def test_the_merge_preview_names_what_differs(full_child):
    other = make_child(
        postcode="DL1 1AA",
        date_of_birth=full_child.date_of_birth - timedelta(days=400),
        identifiers={"nhs": "9991234586"},
    )
    agree_level(other, 1)
    lines = " ".join(merge_lines([full_child.pk, other.pk]))
    for words in ["NHS number", "agreed level", "will reach the whole record: 1."]:
        assert words in lines
    assert "birth date" not in lines  # what differs of the record itself is chosen one by one, both shown
    assert list(merge_lines([make_child().pk])) == []


@pytest.mark.requirement("C4")
def test_a_submitted_level_shows_beside_the_agreed_one_until_a_forum_agreed(full_child, monkeypatch):
    child = Child.objects.unscoped("test").get(pk=full_child.pk)
    submissions = []
    monkeypatch.setattr(
        SUBMITTED_LEVEL, "fillings", [Filling("tests", lambda opened: submissions[0], "tests")]
    )
    agreed_at = child.current_level.happened_at
    for submitted, shown in [
        ((1, agreed_at + timedelta(hours=1)), "Low"),
        ((1, agreed_at - timedelta(hours=1)), None),
        ((3, agreed_at + timedelta(hours=1)), None),
        (None, None),
    ]:
        submissions[:] = [submitted]
        facts = level_facts(OpenChild(child, ChildAccess(frozenset())))
        assert facts["level_label"] == "Significant" and facts.get("proposed_label") == shown
    submissions[:] = [(2, now())]
    assert level_facts(OpenChild(make_child(), ChildAccess(frozenset()))) == {
        "proposed_level": 2,
        "proposed_label": "Moderate",
    }


def test_claims_are_on_the_work_list_of_who_decides_them():
    child, claimant = make_child(), make_user(team=make_team())
    involve(child, claimant, "health", state=InvolvementState.CLAIMED)
    (item,) = home_content.items(make_user("first_contact"), now())
    assert item.reference == child.reference and claimant.name in item.why
    for other in (claimant, make_user("cevt_member"), make_user("team_manager", team=make_team())):
        assert list(home_content.items(other, now())) == []


def test_clocks_are_told_who_may_see_a_child(full_child):
    assert may_see(make_user("edt"), make_child().public_id)
    assert not may_see(make_user(), full_child.public_id)
