"""Two records of one child become one and are taken apart again; nobody's reach is lost or widened (C1, A2)."""

from datetime import timedelta
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from cems.accounts.models import User
from cems.audit.choices import Verb
from cems.audit.models import Entry
from cems.base.errors import Conflict, Invalid, NotAllowed
from cems.base.time import now, today
from cems.children import derived
from cems.children.access import grants
from cems.children.access.child_access import access_to, accesses
from cems.children.access.services.matter import matter_close, matter_open
from cems.children.access_control import OpenChild
from cems.children.chronology.selectors import chronology_entries
from cems.children.history.services.involvement import involvement_end, involvement_start
from cems.children.history.services.level import level_agree
from cems.children.history.services.note import note_write
from cems.children.history.services.status import status_open
from cems.children.matching.rules.search import understand
from cems.children.matching.search import search
from cems.children.matching.selectors.merge import preview
from cems.children.matching.services.merge import child_confirm, merge_make, merge_reject, merge_undo
from cems.children.matching.signpost import unseen
from cems.children.models import (
    Child,
    ChildUserObjectPermission,
    Identifier,
    Matter,
    Merge,
    Status,
    Submitter,
)
from cems.notices.models import Notice
from matrix.services.drafts import matrix_start, matrix_withdraw
from tests.children.access.reference_access import parts_of
from tests.children.access.test_access import World
from tests.factories.children import (
    agree_level,
    bar,
    involve,
    join,
    make_child,
    make_matter,
    name_reader,
    restrict,
)
from tests.factories.people import DARLINGTON, make_agency, make_authority, make_team, make_user

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("C1")]


def fresh(child):
    return Child.objects.unscoped("a test looks again").get(pk=child.pk)


def reach(users):
    """What everybody sees: (user, child) → parts."""
    parts_by_pair = {}
    for user in users:
        user = User.objects.get(pk=user.pk)
        visible = list(Child.objects.visible_to(user))
        parts_by_pair |= {(user.pk, pk): seen.parts for pk, seen in accesses(user, visible).items()}
    return parts_by_pair


def nothing_differs():
    return grants.differences(now()) + derived.current_levels() + derived.joined_authorities()


@pytest.fixture
def officer():
    return make_user("first_contact", team=make_team())


@pytest.fixture
def pair(officer):
    """The record that stays, and one that came in beside it."""
    return make_child(given_name="Rowan", family_name="Staynes"), make_child(
        given_name="Rowena", family_name="Quillfeather"
    )


@pytest.mark.requirement("A2")
@pytest.mark.parametrize("seed", range(2))
def test_the_fast_rule_says_of_merged_records_what_the_plain_one_says(seed):
    world = World(seed)
    dice = Random(seed)
    dice.shuffle(world.children)
    for number in range(0, 36, 3):
        primary, *others = world.children[number : number + 3]
        for other in others[: dice.randint(1, 2)]:
            join(primary, other)
    children = [fresh(child) for child in world.children]
    reached = 0
    for user in world.users:
        parts_by_pk = {pk: parts for (_, pk), parts in reach([user]).items()}
        wanted = {child.pk: parts for child in children if (parts := parts_of(user, child, now()))}
        assert parts_by_pk == wanted, [post.role_key for post in user.appointments.all()]
        reached += sum(1 for pk in parts_by_pk if fresh(Child(pk=pk)).joined_authorities)
    assert reached > 10 and not grants.differences(now())


def test_reach_to_one_is_reach_to_the_whole(officer, pair):
    primary, other = pair
    worker, lead = make_user(team=make_team()), make_user()
    member = make_user("cevt_member")
    involve(other, worker)
    Submitter.objects.create(child=other, user=lead, at=now())
    make_matter(other, "cevt")
    note_write(worker, child=other, happened_at=now(), text="Written before the merge")
    merge_make(officer, primary=primary, other=other, why="One child")
    for person in (worker, lead, member):
        assert list(Child.objects.visible_to(person)) == [primary]
    whole = fresh(primary)
    assert not access_to(lead, whole).sees("notes") and access_to(worker, whole).sees("notes")
    texts = [row.text for row in chronology_entries(OpenChild(whole, access_to(worker, whole)))]
    assert "Written before the merge" in texts and not nothing_differs()


def test_a_restricted_or_barring_member_shuts_the_whole(officer, pair):
    primary, other = pair
    worker, barred = make_user(team=make_team()), make_user(team=make_team())
    for person in (worker, barred):
        involve(primary, person)
    bar(other, barred)
    restrict(other)
    name_reader(other, officer, "owner")
    merge_make(officer, primary=primary, other=other, why="One child")
    assert not Child.objects.visible_to(worker).exists()
    assert not Child.objects.visible_to(barred).exists()
    name_reader(other, worker)
    name_reader(other, barred)
    assert Child.objects.visible_to(worker).exists()
    assert not Child.objects.visible_to(barred).exists()


def test_record_f3_across_authorities_by_whoever_serves_both():
    darlington = make_authority(DARLINGTON)
    both = make_user("first_contact", agency=make_agency(authorities=[make_authority(), darlington]))
    there = make_user("first_contact", agency=make_agency(authorities=[darlington]))
    primary, other = make_child(), make_child(authority=darlington)
    with pytest.raises(NotAllowed, match="serves both"):
        merge_make(there, primary=primary, other=other, why="One child")
    row = merge_make(both, primary=primary, other=other, why="One child")
    assert list(Child.objects.visible_to(there)) == [primary]
    assert access_to(there, fresh(primary)).sees("identity")
    merge_undo(both, merge=row, why="Two children")
    assert list(Child.objects.visible_to(there)) == [other] and not nothing_differs()


def test_search_finds_the_whole_by_what_any_record_says(officer, pair):
    primary, other = pair
    Identifier.objects.create(child=other, kind="nhs", value="9991234578", added_at=now())
    merge_make(officer, primary=primary, other=other, why="One child")
    for words in ["Quillfether", "Rowena Quillfeather", "Staynes", other.reference, "999 123 4578"]:
        assert [row.child for row in search(officer, asked=understand(words)).rows] == [primary], words
    stranger = make_user()
    assert unseen(stranger, understand("9991234578")) == [primary]
    asked = f"Rowena Quillfeather {other.date_of_birth:%d/%m/%Y}"
    assert unseen(stranger, understand(asked)) == [primary]


def test_the_level_is_the_newest_of_the_whole(officer, pair):
    primary, other = pair
    agree_level(primary, 1, at=now() - timedelta(days=9))
    theirs = agree_level(other, 3, at=now() - timedelta(days=2))
    row = merge_make(officer, primary=primary, other=other, why="One child")
    assert fresh(primary).current_level == theirs and fresh(other).current_level is None
    agreed = level_agree(
        make_user("cevt_chair"), child=other, level=2, forum="cevt", rationale="Agreed at the meeting"
    )
    assert agreed.child == primary and fresh(primary).current_level == agreed
    merge_undo(officer, merge=row, why="Two children")
    assert fresh(primary).current_level == agreed and fresh(other).current_level == theirs
    assert not nothing_differs()


def test_record_f3_what_runs_on_both_is_decided_before_the_merge_and_never_lost(officer, pair):
    primary, other = pair
    for number, child in enumerate(pair):
        status_open(
            officer, child=child, kind="child_in_need", starts_on=today() - timedelta(days=9 + number)
        )
        value = ["9991234578", "9991234586"][number]
        Identifier.objects.create(child=child, kind="nhs", value=value, added_at=now())
    seen = preview(primary, other)
    assert [choice.key for choice in seen.choices] == ["number-nhs", "status-child_in_need"]
    with pytest.raises(Invalid) as refusal:
        merge_make(
            officer, primary=primary, other=other, why="One child", decisions={"number-nhs": "primary"}
        )
    assert refusal.value.field == "status-child_in_need" and not Merge.objects.exists()
    decisions = {"number-nhs": "other", "status-child_in_need": "primary"}
    row = merge_make(officer, primary=primary, other=other, why="One child", decisions=decisions)
    assert [identifier.value for identifier in Identifier.objects.filter(ended_at=None)] == ["9991234586"]
    assert [status.child_id for status in Status.objects.filter(ends_on=None)] == [primary.pk]
    assert Status.objects.of(primary).count() == 2
    with pytest.raises(Conflict, match="already has this status"):
        status_open(officer, child=primary, kind="child_in_need", starts_on=today())
    merge_undo(officer, merge=row, why="Two children")
    assert Identifier.objects.filter(ended_at=None).count() == 2
    assert Status.objects.filter(ends_on=None).count() == 2


def test_record_f3_a_draft_on_each_stops_the_merge_until_one_is_left(officer, pair):
    primary, other = pair
    worker = make_user(team=make_team())
    for child in pair:
        involve(child, worker)
        matrix_start(worker, child=child)
    with pytest.raises(Conflict, match="finish or withdraw"):
        merge_make(officer, primary=primary, other=other, why="One child")
    assert fresh(other).merged_into is None
    draft = matrix_start(worker, child=other)
    matrix_withdraw(worker, matrix=matrix_start(worker, child=primary), why="The other one goes on")
    merge_make(officer, primary=primary, other=other, why="One child")
    assert matrix_start(worker, child=fresh(primary)) == draft  # one draft, whichever record it began on


def test_record_f4_a_merge_undone_after_new_work_leaves_the_work_where_it_was_written(officer, pair):
    primary, other = pair
    worker = make_user(team=make_team())
    old = involve(other, worker)
    row = merge_make(officer, primary=primary, other=other, why="One child")
    later = make_user(team=make_team())
    involvement_start(officer, child=other, case_role="health", person=later)
    note = note_write(worker, child=fresh(primary), happened_at=now(), text="Written under the whole")
    merge_undo(officer, merge=row, why="Two children")
    assert note.child == primary and list(Child.objects.visible_to(later)) == [primary]
    assert list(Child.objects.visible_to(worker)) == [other]
    involvement_end(officer, involvement=old, reason="Done")
    assert not Child.objects.visible_to(worker).exists() and not nothing_differs()
    with pytest.raises(Conflict, match="taken apart already"):
        merge_undo(officer, merge=row, why="Again")


def test_record_f3_a_merge_on_a_merge_is_undone_from_the_last_and_never_a_ring(officer, pair):
    primary, other = pair
    top = make_child()
    first = merge_make(officer, primary=primary, other=other, why="One child")
    second = merge_make(officer, primary=top, other=fresh(primary), why="And the same")
    assert fresh(other).merged_into == top  # depth one
    with pytest.raises(Conflict, match="later merge"):
        merge_undo(officer, merge=first, why="Two children")
    with pytest.raises(Conflict, match="while you looked"):
        merge_make(officer, primary=primary, other=top, why="A ring")
    merge_undo(officer, merge=second, why="Two children")
    assert fresh(other).merged_into == primary and fresh(primary).merged_into is None
    merge_undo(officer, merge=first, why="Two children")
    assert fresh(other).merged_into is None and not nothing_differs()


def test_record_f3_who_may_and_what_is_refused_a_child_with_itself_among_it(officer, pair):
    primary, other = pair
    worker = make_user(team=make_team())
    for child in pair:
        involve(child, worker)
    with pytest.raises(NotAllowed):
        merge_make(worker, primary=primary, other=other, why="One child")
    with pytest.raises(Invalid):
        merge_make(officer, primary=primary, other=primary, why="One child")
    with pytest.raises(Invalid):
        merge_make(officer, primary=primary, other=other, why=" ")
    row = merge_make(officer, primary=primary, other=other, why="One child")
    with pytest.raises(NotAllowed):
        merge_undo(worker, merge=row, why="Two children")
    with pytest.raises(Invalid):
        merge_undo(officer, merge=row, why="")
    for child in pair:
        assert Entry.objects.filter(child=child.public_id, verb=Verb.MERGED, actor=officer).count() == 1


def test_matters_and_involvements_are_checked_across_the_whole(officer, pair):
    primary, other = pair
    make_matter(other, "missing")
    worker = make_user(team=make_team())
    involve(other, worker, "social_worker")
    merge_make(officer, primary=primary, other=other, why="One child")
    assert matter_open(officer, child=primary, kind="missing").child == other
    matter_close(officer, child=primary, kind="missing")
    assert not Matter.objects.filter(closed_at=None).exists()
    with pytest.raises(Conflict, match="already recorded"):
        involvement_start(officer, child=primary, case_role="social_worker", person=worker)
    assert list(ChildUserObjectPermission.objects.values_list("content_object", flat=True)) == [primary.pk]


def test_a_provisional_record_is_matched_or_stands_and_its_submitter_is_told(officer):
    known, came, new = make_child(), make_child(provisional=True), make_child(provisional=True)
    sender = make_user("school_lead")
    for child in (came, new):
        Submitter.objects.create(child=child, user=sender, at=now())
    merge_make(officer, primary=known, other=came, why="Same birth date and address")
    child_confirm(officer, child=new)
    texts = [notice.text for notice in Notice.objects.filter(user=sender).order_by("pk")]
    assert len(texts) == 2 and came.reference in texts[0] and new.reference in texts[1]
    assert known.reference not in " ".join(texts)
    assert not fresh(new).provisional
    with pytest.raises(Conflict):
        child_confirm(officer, child=new)
    assert set(Child.objects.visible_to(sender)) == {known, new}


def test_two_children_who_are_alike_are_looked_at_once(officer, pair):
    primary, other = pair
    first = merge_reject(officer, one=other, other=primary)
    assert merge_reject(officer, one=primary, other=other) == first
    with pytest.raises(NotAllowed):
        merge_reject(make_user(), one=primary, other=other)


@given(data=some.data())
@settings(
    max_examples=8,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_merge_and_undo_leave_everybody_with_what_they_saw(data, officer):
    people = [officer, *(make_user(role, team=make_team()) for role in ("practitioner", "cevt_member"))]
    people.append(make_user("school_lead"))
    children = [make_child(provisional=data.draw(some.booleans())) for _ in range(4)]
    ties = ["involve", "submit", "cevt", "level", "bar", "restrict", "status"]
    for child in children:
        for tie in data.draw(some.lists(some.sampled_from(ties), max_size=4, unique=True)):
            person = people[data.draw(some.integers(1, 3))]
            if tie == "involve":
                involve(child, person)
            elif tie == "submit":
                Submitter.objects.create(child=child, user=person, at=now())
            elif tie == "level":
                agree_level(child, data.draw(some.integers(0, 3)))
            elif tie == "bar":
                bar(child, person)
            elif tie == "restrict":
                restrict(child)
                name_reader(child, officer)
            elif tie == "status":
                status_open(officer, child=child, kind="early_help", starts_on=today())
            else:
                make_matter(child, "cevt")
    before = reach(people)
    record = [vars(fresh(child)).copy() for child in children]
    done = []
    for _ in range(data.draw(some.integers(1, 3))):
        primary, other = data.draw(some.permutations(children))[:2]
        if fresh(primary).merged_into_id or fresh(other).merged_into_id:
            continue
        choices = {"status-early_help": data.draw(some.sampled_from(["primary", "other"]))}
        done.append(
            merge_make(
                officer, primary=fresh(primary), other=fresh(other), why="One child", decisions=choices
            )
        )
        assert not nothing_differs()
    for row in reversed(done):
        merge_undo(officer, merge=row, why="Two children")
    assert reach(people) == before and not nothing_differs()
    for was, child in zip(record, children, strict=True):
        now_is = vars(fresh(child))
        assert {k: v for k, v in was.items() if k != "_state"} == {
            k: v for k, v in now_is.items() if k != "_state"
        }
    assert Status.objects.filter(ends_on__isnull=False).count() == 0
