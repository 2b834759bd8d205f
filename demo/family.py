"""The people in an invented child's life, named by the child to whoever works with them (C7)."""

from datetime import datetime
from random import Random

from cems.accounts.models import User
from cems.base.time import local_date
from cems.children.choices import NamedBy, Relation, SafeToRing, YesNoNotKnown
from cems.children.family.services.relationship import Details, record_link, relationship_add
from cems.children.models import Child
from demo.data import load
from demo.identity import Who

_PHONE = "01632 960{:03d}"  # the telephone regulator keeps these numbers for drama
SIBLING_IN = 5  # one child in so many has a brother or sister with a record


def household(who: Who, rng: Random) -> list[Details]:
    """A mother, often a grandmother the child trusts, and sometimes a father who must not be told something."""
    words = load("words")
    women, men = words["given"]["F"], words["given"]["M"]
    telling = words["family_told"]
    people = [
        Details(
            name=f"{rng.choice(women)} {who.family}",
            relation=Relation.PARENT,
            parental_responsibility=YesNoNotKnown.YES,
            lives_with=YesNoNotKnown.YES,
            phone=_PHONE.format(rng.randrange(100, 1000)),
            safe_to_ring=SafeToRing.ONLY_WHEN if rng.random() < 0.3 else SafeToRing.YES,
            may_be_told=rng.choice(telling["may"]),
        )
    ]
    if people[0]["safe_to_ring"] == SafeToRing.ONLY_WHEN:
        people[0]["safe_when"] = rng.choice(telling["when"])
    if rng.random() < 0.4:
        what, why = rng.choice(telling["must_not"])
        people.append(
            Details(
                name=f"{rng.choice(men)} {rng.choice(words['family'])}",
                relation=Relation.PARENT,
                parental_responsibility=YesNoNotKnown.NOT_KNOWN,
                lives_with=YesNoNotKnown.NO,
                safe_to_ring=SafeToRing.NO,
                must_not_be_told=what,
                must_not_why=why,
            )
        )
    if rng.random() < 0.5:
        people.append(
            Details(
                name=f"{rng.choice(women)} {rng.choice(words['family'])}",
                relation=rng.choice([Relation.GRANDPARENT, Relation.TRUSTED_ADULT]),
                phone=_PHONE.format(rng.randrange(100, 1000)),
                safe_to_ring=SafeToRing.YES,
            )
        )
    return people


def tell_family(user: User, child: Child, who: Who, rng: Random, at: datetime) -> None:
    """Who works with the child writes down whom the child names; a sibling's record, where they work with both."""
    day = local_date(at)
    for person in household(who, rng):
        details: Details = {**person, "named_by": NamedBy.CHILD, "named_on": day}
        relationship_add(user, child=child, at=at, **details)
    if rng.randrange(SIBLING_IN):
        return
    known = Child.objects.visible_to(user, at).not_sealed().filter(created_at__lt=at).exclude(pk=child.pk)
    sibling = known.order_by("created_at", "pk").first()
    if sibling is None:
        return
    row = relationship_add(
        user,
        child=child,
        name=sibling.full_name,
        relation=Relation.SIBLING,
        date_of_birth=sibling.date_of_birth,
        named_by=NamedBy.CHILD,
        named_on=day,
        at=at,
    )
    why = load("words")["family_told"]["same"]
    record_link(user, relationship=row, other=sibling, why=why, at=at)
