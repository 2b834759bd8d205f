"""Finding children (C1)."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import (
    BooleanField,
    Case,
    F,
    Func,
    IntegerField,
    Max,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Cast, Coalesce, Greatest, Round

from cems.accounts.models import User
from cems.accounts.profile import profile_of
from cems.accounts.roles import Part
from cems.audit.choices import Verb
from cems.audit.services import listed
from cems.base.command import command
from cems.base.keyset import Keyset
from cems.base.time import today
from cems.children.access.child_access import ChildAccess, accesses
from cems.children.access.visibility import primary_of
from cems.children.identity.whereabouts import confidential
from cems.children.matching.identified import at_postcode, born_then, identified, says_born
from cems.children.matching.named import people_named
from cems.children.matching.names import CLOSE, like, sounding
from cems.children.matching.rules.duplicate import Named, near_births, same_person
from cems.children.matching.rules.search import Asked
from cems.children.matching.signpost import limit_questions, signpost
from cems.children.models import Child, ChildName

ORDER = Keyset("-rank", "public_id", size=25)
EXACT = 2000  # rank of a reference or identifier
BORN = 1000  # added where the birth date is the same
LIKELY = 450  # rank from which a child is offered before a new record is made
COMPARED = 200  # closest records that the rule of duplicates looks at
MOST_LIKELY = 25
SEARCHES_A_MINUTE = 60
SOUNDING_SHOWN = 3
_SEARCH = "children.search"


@dataclass(frozen=True)
class Found:
    """One line of the results: the child, and what of it this person may see here."""

    child: Child
    access: ChildAccess
    rank: int
    named: int

    @property
    def sounds_alike(self) -> bool:
        """No name of the child is spelt closely to the one asked for: one sounds like it."""
        return 0 < self.named < CLOSE * 1000 and self.rank < EXACT

    @property
    def identity(self) -> bool:
        return self.access.sees(Part.IDENTITY)

    @property
    def level(self) -> bool:
        return self.access.sees(Part.LEVEL)


@dataclass(frozen=True)
class Results:
    """A page of results, the key of the next, and the signpost: `may_exist`, or `too_often` for an answer."""

    rows: list[Found]
    after: str = ""
    may_exist: bool = False
    too_often: bool = False

    @property
    def shown(self) -> list[Found]:
        """What the page shows at once: of names that only sound alike the first few."""
        folded = self.folded
        return [row for row in self.rows if row not in folded]

    @property
    def folded(self) -> list[Found]:
        """Further names that sound alike, which the page folds with their number."""
        return [row for row in self.rows if row.sounds_alike][SOUNDING_SHOWN:]


@command
def search(user: User, *, asked: Asked, after: str = "") -> Results:
    """One page of the children `user` may see that answer the search, closest first, audited.

    Where an exact clue fits a record that is out of reach, `may_exist` says so and nothing else; asked too often,
    that alone is not answered. Raises TooMany for more searches a minute than a person makes.
    """
    if asked.empty:
        return Results([])
    limit_questions(user, _SEARCH, timedelta(minutes=1), SEARCHES_A_MINUTE)
    page = ORDER.cut(_with_page(ORDER.ahead(_ranked(user, asked), after)))
    rows = _found(user, asked, page.rows)
    listed(user, what=_SEARCH, children=[row.child.public_id for row in rows], verb=Verb.SEARCHED)
    if after or any(row.rank >= EXACT for row in rows):
        return Results(rows, page.after)
    answer = signpost(user, asked=asked)
    return Results(rows, page.after, answer.may_exist, answer.too_often)


@command
def likely(user: User, *, asked: Asked) -> list[Found]:
    """Before a new record: the closest children that `user` may see and the rule of duplicates takes for the same,
    audited (C1). `MOST_LIKELY` at the most: as many say that there may be more.

    One whose name sounds alike is among them where the birth date or the postcode agrees. A name without a letter,
    and nothing beside it, is no search.
    """
    fits = Q(rank__gte=LIKELY)
    if asked.name and asked.postcode:
        alike = ChildName.objects.filter(sounding(asked.name))
        near = Q(postcode=asked.postcode) & ~confidential(today())
        fits |= near & Q(pk__in=alike.values_list(primary_of()))
    # The postcode is compared, not looked up: neighbours, and twins, are no duplicates.
    compared = replace(asked, postcode="")
    if compared.empty:
        return []
    close = _ranked(user, compared, near=True).filter(fits, sealed_at__isnull=True)
    children = _with_page(close[:COMPARED])
    named = people_named(children)
    who = asked.named or Named((asked.name,))
    same = [
        child
        for child in children
        if child.rank >= EXACT or not asked.name or same_person(who, named[child.pk])
    ]
    rows = _found(user, asked, same)[:MOST_LIKELY]
    listed(user, what="children.likely", children=[row.child.public_id for row in rows], verb=Verb.SEARCHED)
    return rows


def _found(user: User, asked: Asked, children: Sequence[Any]) -> list[Found]:
    reached = accesses(user, children)
    return [
        Found(child, reached[child.pk], child.rank, child.named)
        for child in children
        if _may_find(reached[child.pk], asked, child.named)
    ]


def _ranked(user: User, asked: Asked, *, near: bool = False) -> QuerySet[Any, Any]:
    """Visible children that answer any clue, with `rank` and how much of it is `bonus`: the rest the name gave. With
    `near`, a birth date that may be the same one mistyped counts half."""
    exact = Q(pk__in=identified(asked)) | Q(pk__in=_referred(asked))
    bonus: Any = Case(When(exact, then=Value(EXACT)), default=Value(0))
    if asked.born:
        born = [When(says_born(asked.born), then=Value(BORN))]
        if near:
            mistyped = Q(date_of_birth__in=near_births(asked.born))
            born.append(When(mistyped, then=Value(BORN // 2)))
        bonus += Case(*born, default=Value(0))
    named: Any = Value(0)
    if asked.name:
        best = Greatest(_best(asked.name, "child"), _best(asked.name, "child__merged_into"), Value(0.0))
        named = Cast(Round(best * 1000), IntegerField())
    visible = Child.objects.visible_to(user)
    arms = _arms(asked, None if profile_of(user).wide else visible.values("pk"))
    fitting = ArraySubquery(arms[0].union(*arms[1:], all=True) if arms[1:] else arms[0])
    rows = visible.filter(_AnyOf(F("pk"), fitting))
    # The name's part stands in it once: written out again, it would be planned and counted again.
    rows = rows.annotate(rank=named + bonus, bonus=bonus)
    return rows.order_by(*ORDER.order)


class _AnyOf(Func):
    """`pk = ANY(ARRAY(…))`: the clues are looked up first, and once. Under IN the planner may begin with all
    the children a wide reader sees instead (measured at 100,000: 350 ms against 15)."""

    template = "(%(expressions)s))"
    arg_joiner = " = ANY("
    output_field = BooleanField()


def _with_page(rows: QuerySet[Any, Any]) -> list[Any]:
    """The ranked children with all that a page shows of each, which is asked only once they are known."""
    ranked = list(rows.values_list("pk", "rank", "bonus"))
    every = Child.objects.unscoped("the children that visible_to has just given, with their page")
    children: dict[int, Any] = every.with_page().in_bulk([pk for pk, _, _ in ranked])
    for pk, rank, bonus in ranked:
        children[pk].rank, children[pk].named = rank, rank - bonus
    return [children[pk] for pk, _, _ in ranked]


def _arms(asked: Asked, among: QuerySet[Any, Any] | None) -> list[QuerySet[Any, Any]]:
    """The children each clue fits, one query a clue for UNION ALL: with OR no index would serve.

    `among` are the few a person reads, whose names are then compared one by one, not those of the whole
    nation (measured at 1,000,000: 9 ms against 207).
    """
    arms: list[QuerySet[Any, Any]] = []
    if asked.name and among is None:
        arms.append(like(asked.name).values_list(primary_of()))
    elif asked.name:
        keys = ("child", "child__merged_into")
        arms += [like(asked.name).filter(**{f"{key}__in": among}).values_list(key) for key in keys]
    if asked.identifiers:
        arms.append(identified(asked))
    if asked.reference:
        arms.append(_referred(asked))
    if asked.postcode:
        arms += at_postcode(asked.postcode, today())
    if asked.born and not asked.name:
        arms += born_then(asked.born)
    return arms


def _best(name: str, key: str) -> Subquery:
    """How close the closest name comes, of the record itself or (by the other key) of those merged into it."""
    rows = like(name).filter(**{key: OuterRef("pk")}).order_by().values(key)
    return Subquery(rows.annotate(best=Max("likeness")).values("best"))


def _referred(asked: Asked) -> QuerySet[Any, Any]:
    """The record with this reference, or the one it was merged into."""
    rows = Child.objects.unscoped("arm of a search that visible_to narrows")
    fitting = rows.filter(reference=asked.reference) if asked.reference else rows.none()
    return fitting.values_list(Coalesce("merged_into", "pk"))


def _may_find(access: ChildAccess, asked: Asked, named: int) -> bool:
    """A user who only submitted finds the child by name or reference: other clues are not theirs to test."""
    if access.sees(Part.IDENTITY):
        return True
    return access.sees(Part.OWN_SUBMISSIONS) and (named > 0 or bool(asked.reference))
