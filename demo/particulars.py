"""What one child of the present shows: an age in dispute, two records joined, another board; and what children say."""

from datetime import timedelta
from functools import partial
from random import Random
from typing import TYPE_CHECKING, Any

from ceg.models import BoardEntry
from ceg.selectors.chair import boards_served
from ceg.services.entry import entry_hand_over
from cems.base.time import local_date
from cems.children.choices import AgeOutcome, BirthDateKnown, FeedbackFrom
from cems.children.history.services.feedback import feedback_record
from cems.children.identity.services.age import Decided, age_decide
from cems.children.identity.services.record import Identity, child_create
from cems.children.matching.services.merge import merge_make, merge_undo
from cems.children.models import Merge, School
from demo import moments
from demo.borders import plan_placements
from demo.courses import Course
from demo.data import load
from demo.lately import plan_lately

if TYPE_CHECKING:
    from datetime import date, datetime

    from demo.story import Story

# By number, each a child of the present.
HANDED_OVER, AGE_DECIDED, JOINED, AGE_OPEN, NO_ACCOUNT, TAKEN_APART = 0, 5, 8, 13, 15, 16
HEARD_IN = 3  # one child in so many is asked what they think of the help
_UNKNOWN = frozenset({"none", "provisional"})  # nobody works with them yet
_NO_ACCOUNT = "999005"


def birth_date_known(course: Course) -> str:
    """How far the child's birth date is known when the record is made."""
    disputed = course.kind != "past" and course.number in {AGE_DECIDED, AGE_OPEN}
    return BirthDateKnown.DISPUTED if disputed else BirthDateKnown.EXACT


def learns_at(story: "Story") -> dict[str, Any]:
    """The school: its account and its line of the register, or that line alone where it has no account."""
    team = story.cast.team(story.place.school)
    if story.course.kind != "past" and story.course.number == NO_ACCOUNT:
        return {"listed_school": School.objects.filter(urn=_NO_ACCOUNT).first()}
    return {"school": team, "listed_school": School.objects.filter(team=team).first()}


def plan_particulars(story: "Story") -> None:
    """Plan what happens to this child and to few others. Its draws are its own, so that no other moves."""
    course, time = story.course, story.time
    plan_placements(story)
    plan_lately(story)
    if course.number == AGE_DECIDED:
        time.at(course.known_since + timedelta(days=2), partial(_decide_age, story))
    if course.number == HANDED_OVER:
        time.at(time.as_of - timedelta(days=6), partial(_hand_over, story))
    if course.number in {JOINED, TAKEN_APART}:
        time.at(course.known_since + timedelta(days=1), partial(_record_again, story))
    if course.number == TAKEN_APART:
        time.at(course.known_since + timedelta(days=4), partial(_take_apart, story))
    if course.number % HEARD_IN == 0 and course.kind not in _UNKNOWN:
        rng = Random(f"{course.number}:heard")
        day = local_date(course.known_since + (time.as_of - course.known_since) * rng.uniform(0.4, 0.9))
        moment = max(moments.working_moment(rng, day), course.known_since + timedelta(hours=1))
        time.at(moment, partial(_hear, story, rng))


def _decide_age(story: "Story", at: "datetime") -> None:
    """The authority's age assessment finds the child as old as the papers say."""
    words = load("words")["age"]
    decided = Decided(
        outcome=AgeOutcome.CHILD,
        decided_by=words["decided_by"],
        decided_on=local_date(at),
        born=story.course.who.born,
        why=words["why"],
    )
    age_decide(story.cast.person(story.place.front_door), child=story.child, decided=decided, at=at)


def _hand_over(story: "Story", at: "datetime") -> None:
    """The chair hands the child to the board of the town where the child's evenings are."""
    rows = BoardEntry.objects.of(story.child).filter(left_at__isnull=True).select_related("locality")
    entry = rows.first()
    if entry is None:
        return
    chair = story.cast.person(story.place.ceg_chair)
    other = boards_served(chair).exclude(pk=entry.locality_id).order_by("pk").first()
    if other is not None:
        why = load("words")["handed_over"]
        entry_hand_over(chair, entry=entry, locality=other, why=why, at=at)


def _record_again(story: "Story", at: "datetime") -> None:
    """Somebody who did not find the record makes another, and First Contact joins the two, rightly or wrongly."""
    wrongly = story.course.number == TAKEN_APART
    who, here = story.course.who, story.cast.authorities[story.place.authority]
    desk = story.cast.person(story.place.front_door)
    again = child_create(
        desk if wrongly else story.cast.person("edt"),
        identity=Identity(
            given_name=f"{who.given}-Lee" if wrongly else who.preferred or who.given[:3],
            family_name=who.family,
            date_of_birth=_next_year(who.born) if wrongly else who.born,
            authority=here,
            locality=story.cast.localities[story.place.code],
            sex=who.sex,
            address=who.address,
            postcode=who.postcode,
        ),
        at=at,
    )
    why = load("words")["records"]["joined_wrongly" if wrongly else "joined"]
    later = at + timedelta(hours=20)
    story.time.at(later, lambda when: merge_make(desk, primary=story.child, other=again, why=why, at=when))


def _next_year(born: "date") -> "date":
    return born + timedelta(days=380)


def _take_apart(story: "Story", at: "datetime") -> None:
    """They were two cousins."""
    merge = Merge.objects.filter(child=story.child, undone_at__isnull=True).first()
    if merge is not None:
        desk, why = story.cast.person(story.place.front_door), load("words")["records"]["apart"]
        merge_undo(desk, merge=merge, why=why, at=at)


def _hear(story: "Story", rng: Random, at: "datetime") -> None:
    """The child tells whoever works with them what they think of it, and sometimes something changes."""
    row = rng.choice(load("words")["heard"])
    feedback_record(
        story.author,
        child=story.child,
        whose=FeedbackFrom.CHILD,
        about=row["about"],
        words=row["words"],
        changed=row["changed"],
        happened_at=at - timedelta(minutes=40),
        at=at,
    )
