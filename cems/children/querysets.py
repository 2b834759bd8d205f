"""Reads of children. The only place that may look at `Child` without asking who is reading."""

from collections.abc import Iterable
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, NoReturn, Self
from uuid import UUID

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce

from cems.accounts.models import User
from cems.accounts.profile import Post, Profile, profile_of
from cems.accounts.roles import Reach
from cems.base.time import local_date
from cems.base.time import now as present
from cems.children.choices import MatterKind
from cems.children.rules.wide import ADULT, FOLLOWED_LEVELS, FOLLOWED_TO, born_by

if TYPE_CHECKING:
    from cems.children.models import Child, Matter

MATTERS_OF_CONCERN = frozenset({MatterKind.EXPLOITATION, MatterKind.MISSING, MatterKind.CEVT, MatterKind.CEG})
BY_GRANT = frozenset({Reach.INVOLVED, Reach.NAMED})
_MINUTED = frozenset({MatterKind.CEG})
_MATTERS: dict[Reach, frozenset[MatterKind]] = {
    Reach.FORUM: frozenset({MatterKind.CEVT}),
    Reach.MISSING: frozenset({MatterKind.MISSING}),
    Reach.MATTER: MATTERS_OF_CONCERN,
    Reach.OPEN_MATTER: MATTERS_OF_CONCERN,
    Reach.REFERRAL: frozenset({MatterKind.REFERRAL}),
}


class ChildQuerySet(QuerySet["Child"]):
    """Children, chained in English."""

    def visible_to(self, user: User, at: datetime | None = None) -> Self:
        """Children `user` may open in some part (A2; `docs/architecture.md` tells why it is built so).

        A wide role filters by authority, which is then the edge of all its reaches, and by age; everybody
        else by UNION ALL of involvement, own submission, emergency openings and matters, never by OR
        (measured at 0.22 ms against 481 ms). Restricted and barred beat everything. Merged records are read
        under their root: reach to one of them reaches the whole, unless another is restricted or bars the reader.
        """
        instant = at or present()
        profile = profile_of(user)
        arms = _arms(profile, instant)
        anyhow = Q(pk__in=arms[0].union(*arms[1:], all=True) if arms[1:] else arms[0]) if arms else None
        if profile.wide:
            # Asked only of the few grown-up ones that the first condition leaves out: this OR costs no index.
            lasts = _wide_lasts(local_date(instant))
            reached = within(profile.authority_ids) & (lasts | anyhow if anyhow else lasts)
        elif anyhow:
            reached = anyhow
        else:
            return self.none()
        readable = self._readable(user.pk, instant, glass=breaks_restricted(profile))
        return self.filter(
            reached & Q(merged_into__isnull=True) & readable
        )  # one filter: each is dear to build

    def roots(self) -> Self:
        """Leave out records merged into another."""
        return self.filter(merged_into__isnull=True)

    def not_sealed(self) -> Self:
        """Leave out sealed identities: they are never matched, merged or searched across."""
        return self.filter(sealed_at__isnull=True)

    def readable_by(self, user_id: int, instant: datetime, *, glass: bool = False) -> Self:
        """Leave out restricted records that do not name the reader, and all that bar them.

        A record with others merged into it is read as a whole, so each of them must let the reader in.
        With `glass` an emergency opening of the record counts as being named on it.
        """
        return self.filter(self._readable(user_id, instant, glass=glass))

    def _readable(self, user_id: int, instant: datetime, *, glass: bool) -> Q:
        from cems.children.models import Bar, BreakGlass, NamedReader

        named = NamedReader.objects.filter(child=OuterRef("pk"), user_id=user_id, until__gt=instant)
        barred = Bar.objects.filter(user_id=user_id).alias(root=root_of()).filter(root=OuterRef("pk"))
        shut = self.model.plain.filter(merged_into=OuterRef("pk"), restricted=True).exclude(Exists(named))
        open_to_them = Q(restricted=False) | Q(Exists(named))
        if glass:
            opened = BreakGlass.objects.filter(user_id=user_id, until__gt=instant)
            open_to_them |= Q(Exists(opened.filter(child=OuterRef("pk"))))
            shut = shut.exclude(Exists(opened.filter(child=OuterRef("merged_into"))))
        return open_to_them & Q(~Exists(barred)) & Q(~Exists(shut))

    def with_bar(self) -> Self:
        """Everything the identity bar shows, in the same query."""
        return self.select_related("current_level")

    def with_places(self) -> Self:
        """Where the child lives and learns and who answers for them, in the same query."""
        return self.select_related("authority", "area", "locality", "school")

    def with_page(self) -> Self:
        """Both."""
        return self.with_bar().with_places()


def breaks_restricted(profile: Profile) -> bool:
    """Whether an emergency opening lets this person into a restricted record too."""
    return any(role.breaks_restricted for role in profile.roles)


def _wide_lasts(day: date) -> Q:
    """The children whom a whole authority's reader still reads on this day: `wide_reach_lasts` in SQL."""
    from cems.children.models import Matter

    planned = Matter.objects.filter(kind=MatterKind.TRANSITION, closed_at__isnull=True)
    planned = planned.alias(root=root_of()).filter(root=OuterRef("pk"))
    followed = Q(current_level__level__in=FOLLOWED_LEVELS) | Q(Exists(planned))
    return (
        Q(date_of_birth__gt=born_by(day, ADULT)) | Q(date_of_birth__gt=born_by(day, FOLLOWED_TO)) & followed
    )


def posts_by_grant(profile: Profile) -> list[Post]:
    """The posts that come to a child by a grant: one who works with it, or a student it was named for."""
    return [post for post in profile.posts if BY_GRANT.intersection(post.role.sees)]


def _arms(profile: Profile, instant: datetime) -> list[QuerySet[Any, Any]]:
    """The sets of child ids this profile reaches, one query each, for UNION ALL."""
    from cems.children.models import BreakGlass, ChildUserObjectPermission, Matter, Submitter

    arms: list[QuerySet[Any, Any]] = []
    if posts_by_grant(profile):
        arms.append(
            ChildUserObjectPermission.objects.filter(user_id=profile.user_id, until__gt=instant).values_list(
                "content_object_id"
            )
        )
    if profile.posts_reaching(Reach.SUBMITTED):
        arms += _and_roots(Submitter.objects.filter(user_id=profile.user_id))
    if profile.posts_reaching(Reach.BREAK_GLASS):
        arms += _and_roots(BreakGlass.objects.filter(user_id=profile.user_id, until__gt=instant))
    for _, _, rule in matter_rules(profile, instant):
        arms += _and_roots(Matter.objects.filter(rule.condition))
    return arms


def _and_roots(rows: QuerySet[Any, Any]) -> list[QuerySet[Any, Any]]:
    """The children these rows name, and the roots of those merged: an arm each, for the few merged ones
    lie in an index of their own. Grants need none, they are written for the root."""
    merged = rows.filter(child__merged_into__isnull=False)
    return [rows.values_list("child_id"), merged.values_list("child__merged_into_id")]


@dataclass(frozen=True)
class MatterRule:
    """Which matters reach a post; asked of the database (`condition`) and of one row (`covers`)."""

    kinds: frozenset[str]
    authority_ids: frozenset[int] | None
    locality_id: int | None
    live_at: datetime | None

    @property
    def condition(self) -> Q:
        wanted = Q(kind__in=sorted(self.kinds))
        if self.authority_ids is not None:
            wanted &= Q(authority__in=self.authority_ids)
        if self.locality_id is not None:
            wanted &= Q(locality=self.locality_id)
        return wanted & Q(until__gt=self.live_at) if self.live_at else wanted

    def covers(self, matter: "Matter") -> bool:
        return (
            matter.kind in self.kinds
            and (self.authority_ids is None or matter.authority_id in self.authority_ids)
            and (self.locality_id is None or matter.locality_id == self.locality_id)
            and (self.live_at is None or matter.until > self.live_at)
        )


def matter_rules(profile: Profile, instant: datetime) -> list[tuple[Post, Reach, MatterRule]]:
    """Which matters reach this profile, and as which reach; one home for the rule."""
    rules: list[tuple[Post, Reach, MatterRule]] = []
    for post in profile.posts:
        for reach in post.role.sees:
            if reach is Reach.FORUM and post.role.of_locality:
                if post.locality_id is not None:  # a board member without a board reaches nobody
                    rules.append(
                        (
                            post,
                            reach,
                            MatterRule(frozenset({MatterKind.CEG}), None, post.locality_id, instant),
                        )
                    )
            elif reach in _MATTERS:
                kinds = _MATTERS[reach] | (_MINUTED if post.role.key == "business_support" else frozenset())
                live_at = None if reach is Reach.MATTER else instant
                rules.append((post, reach, MatterRule(kinds, profile.authority_ids, None, live_at)))
    return rules


class ChildManager(models.Manager["Child"]):
    """Offers `visible_to`, `unscoped(reason)` and `create`; every other read is refused."""

    def get_queryset(self) -> NoReturn:
        raise TypeError("Read children through Child.objects.visible_to(user) or .unscoped(reason).")

    def visible_to(self, user: User, at: datetime | None = None) -> ChildQuerySet:
        return self._all().visible_to(user, at)

    def unscoped(self, reason: str) -> ChildQuerySet:
        """All children, for a system's own task; `reason` says which (guard: never empty)."""
        if not reason.strip():
            raise ValueError("an unscoped read of children needs its reason")
        return self._all()

    def create(self, **fields: Any) -> "Child":
        child = self.model(**fields)
        child.save(force_insert=True, using=self._db)
        return child

    def _all(self) -> ChildQuerySet:
        return ChildQuerySet(self.model, using=self._db)


# The record a command has locked and all merged into it, the root first: nobody can merge or part them meanwhile.
whole_locked: ContextVar[tuple[int, ...]] = ContextVar("whole_locked", default=())


class OfChildQuerySet(QuerySet[Any]):
    """Rows that belong to a child through a `child` key."""

    def of(self, child: "Child") -> Self:
        """The rows of one child that has already been opened."""
        return self.filter(child__in=cluster_ids([child.pk]))

    def lately(self, since: date | None, *days: str, newest: int = 0) -> Self:
        """Rows with one of these instants from `since` on; all of them where it is None.

        `newest` so many, by the first of them, come along however old they are.
        """
        if since is None:
            return self
        wanted = Q()
        for day in days:
            wanted |= Q(**{f"{day}__gte": since})
        if newest:
            wanted |= Q(pk__in=self.order_by(f"-{days[0]}", "-pk").values("pk")[:newest])
        return self.filter(wanted)

    def of_visible(self, user: User) -> Self:
        """The rows of every child `user` may see."""
        from cems.children.models import Child

        visible = Child.objects.visible_to(user).values("pk")
        return self.alias(of_root=root_of()).filter(of_root__in=visible)

    def with_record(self) -> Self:
        """With the record each row is read under, for `record_of`; of rows whose child may be seen."""
        return self.select_related("child__merged_into")

    def readable_by(self, user: User, at: datetime | None = None) -> Self:
        """Leave out rows of records that shut the reader out (restricted, barred), whoever reaches them."""
        from cems.children.models import Child

        rows = ChildQuerySet(Child).filter(pk=OuterRef("of_root"))
        through_glass = breaks_restricted(profile_of(user))
        open_record = rows.readable_by(user.pk, at or present(), glass=through_glass)
        return self.alias(of_root=root_of()).filter(Q(child__isnull=True) | Exists(open_record))


OfChildManager = models.Manager.from_queryset(OfChildQuerySet)


def record_of(row: Any) -> "Child":
    """The record that a row fetched `with_record` is read under."""
    child: Child = row.child
    return child.merged_into or child


def at_address(user: User, public_id: UUID) -> ChildQuerySet:
    """The child this address means for the person: a merged record's old address opens the whole."""
    from cems.children.models import Child

    root = Child.plain.filter(public_id=public_id).values(root=Coalesce("merged_into", "pk"))
    return Child.objects.visible_to(user).filter(pk=Subquery(root))


def within(authority_ids: Iterable[int]) -> Q:
    """Records whose authority, area, or those of a record merged into them, are among these: three indexes."""
    ids = sorted(authority_ids)
    joined = Value(ids, output_field=ArrayField(models.BigIntegerField()))  # one parameter, not one for each
    return Q(authority__in=ids) | Q(area__in=ids) | Q(joined_authorities__overlap=joined)


def root_of(key: str = "child") -> Coalesce:
    """The record that a row's child is read under: itself, or the one it was merged into."""
    return Coalesce(f"{key}__merged_into", key)


def cluster_ids(root_ids: Iterable[int]) -> QuerySet[Any, Any] | tuple[int, ...]:
    """The row numbers of these records and of all merged into them (merge is an alias): read with the statement
    they are put into, or known where a command holds that very record."""
    from cems.children.models import Child

    roots, held = list(root_ids), whole_locked.get()
    if roots == list(held[:1]) and held:
        return held
    return Child.plain.filter(Q(pk__in=roots) | Q(merged_into__in=roots)).values_list("pk", flat=True)


def whole_of(key: UUID | int) -> dict[int, UUID]:
    """The record that this public id or row number is read under, first, and all merged into it: row numbers
    and public ids. Empty where there is no such record."""
    from cems.children.models import Child

    named = Child.plain.filter(public_id=key) if isinstance(key, UUID) else Child.plain.filter(pk=key)
    root = Subquery(named.values(root=Coalesce("merged_into", "pk")))
    rows = Child.plain.filter(Q(pk=root) | Q(merged_into=root)).order_by(
        F("merged_into").asc(nulls_first=True)
    )
    return dict(rows.values_list("pk", "public_id"))


def roots_by_row(root_ids: Iterable[int]) -> dict[int, int]:
    """The record that each row number is read under, for these records and all merged into them."""
    from cems.children.models import Child

    roots = list(root_ids)
    rows = Child.plain.filter(Q(pk__in=roots) | Q(merged_into__in=roots))
    return dict(rows.values_list("pk", Coalesce("merged_into", "pk")))


def roots_with(child_ids: Iterable[int]) -> dict[int, int]:
    """The record that each row number is read under, for all records that are read with these, merged or not."""
    from cems.children.models import Child

    held, child_ids = whole_locked.get(), set(child_ids)
    if held and child_ids.issubset(held):
        return dict.fromkeys(held, held[0])
    # Two statements: within one, the OR of `roots_by_row` would read the whole table.
    roots = Child.plain.filter(pk__in=list(child_ids)).values_list(Coalesce("merged_into", "pk"), flat=True)
    return roots_by_row(roots)


def whole_ids(child_ids: Iterable[int]) -> list[int]:
    """The row numbers of all records that are read with these, be they merged or not."""
    return list(roots_with(child_ids))
