"""Reads of children. The only place that may look at `Child` without asking who is reading."""

from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, NoReturn, Self
from uuid import UUID

from django.db import models
from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from cems.accounts.models import User
from cems.accounts.profile import profile_of
from cems.accounts.roles import Part
from cems.base.time import local_date
from cems.base.time import now as present
from cems.children.access.rules.wide import ADULT, born_by
from cems.children.access.visibility import READABLE, opens_restricted, primary_of, visible
from cems.children.cluster_lock import LockedCluster, cluster_locked, clusters_locked, remember_locked
from cems.children.identity.whereabouts import confidential
from cems.children.policy import FOLLOWED_TO_AGE

if TYPE_CHECKING:
    from cems.children.models import Child


class ChildQuerySet(QuerySet["Child"]):
    """Children, chained in English."""

    def visible_to(
        self, user: User, at: datetime | None = None, *, parts: Collection[Part] | None = None
    ) -> Self:
        """Children `user` may open in some part (A2; `docs/architecture.md` tells why it is built so); with `parts`, in
        ways that open one of these. Through which of several posts a grant came, only `accesses` tells.

        A wide role filters by authority, which is then the edge of all its reaches, and by age; everybody
        else by UNION ALL of involvement, own submission, emergency openings and matters, never by OR
        (measured at 0.22 ms against 481 ms). Restricted and barred beat everything. Merged records are read
        under their primary record: reach to one of them reaches all, unless another is restricted or bars the reader.
        """
        instant = at or present()
        person = profile_of(user)
        profile = person if parts is None else person.opening(parts)
        if not any(post.role.sees for post in profile.posts):
            return self.none()
        day = local_date(instant)
        condition = visible(profile, within_authorities=person.wide).of(
            user=profile.user_id,
            instant=instant,
            authorities=sorted(profile.authority_ids),
            adult=born_by(day, ADULT),
            followed=born_by(day, FOLLOWED_TO_AGE.at(instant)),
            **{f"place{number}": post.locality_id for number, post in enumerate(profile.posts)},
        )
        return self.filter(condition)

    def primaries(self) -> Self:
        """Leave out records merged into another."""
        return self.filter(merged_into__isnull=True)

    def restricted(self) -> Self:
        """Records that open to named people only, themselves or by one merged into them."""
        return self.filter(Q(restricted=True) | Q(Exists(_restricted_within())))

    def not_restricted(self) -> Self:
        """Leave those out."""
        return self.exclude(Q(restricted=True) | Q(Exists(_restricted_within())))

    def not_sealed(self) -> Self:
        """Leave out sealed identities: they are never matched, merged or searched across."""
        return self.filter(sealed_at__isnull=True)

    def readable_by(self, user_id: int, instant: datetime, *, emergency: bool = False) -> Self:
        """Leave out restricted records that do not name the reader, and all that bar them.

        A record with others merged into it is read as a whole, so each of them must let the reader in.
        With `emergency` an emergency opening of the record counts as being named on it.
        """
        return self.filter(READABLE[emergency].of(user=user_id, instant=instant))

    def shut_to(self, user: User, at: datetime | None = None) -> Self:
        """Records that `readable_by` leaves out for this person; of those merged too, as they are read."""
        rows = ChildQuerySet(self.model).filter(pk=OuterRef("of_primary"))
        emergency = opens_restricted(profile_of(user))
        open_record = rows.readable_by(user.pk, at or present(), emergency=emergency)
        return self.alias(of_primary=Coalesce("merged_into", "pk")).exclude(Exists(open_record))

    def with_bar(self) -> Self:
        """Everything the identity bar shows, in the same query."""
        from cems.children.identity.slots import BAR_FLAGS

        flags = {flag.key: flag.when() for flag in BAR_FLAGS}
        return self.select_related("current_level").annotate(**flags)

    def with_places(self) -> Self:
        """Where the child lives and learns, whether that is told, and who answers for them, in the same query."""
        rows = self.select_related("authority", "area", "locality", "school", "listed_school")
        return rows.annotate(whereabouts_confidential=confidential(local_date(present())))

    def with_page(self) -> Self:
        """Both."""
        return self.with_bar().with_places()


def _restricted_within() -> QuerySet[Any, Any]:
    from cems.children.models import Child

    return Child.plain.filter(merged_into=OuterRef("pk"), restricted=True)


class ChildManager(models.Manager["Child"]):
    """Offers `visible_to`, `unscoped(reason)` and `create`; every other read is refused."""

    def get_queryset(self) -> NoReturn:
        raise TypeError("Read children through Child.objects.visible_to(user) or .unscoped(reason).")

    def visible_to(
        self, user: User, at: datetime | None = None, *, parts: Collection[Part] | None = None
    ) -> ChildQuerySet:
        return self._all().visible_to(user, at, parts=parts)

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


class OfChildQuerySet(QuerySet[Any]):
    """Rows that belong to a child through a `child` key."""

    def of(self, child: "Child") -> Self:
        """The rows of one child that has already been opened."""
        return self.filter(child__in=rows_of_clusters([child.pk]))

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

    def of_visible(self, user: User, *, parts: Collection[Part] | None = None) -> Self:
        """The rows of every child `user` may see, or may see one of `parts` of."""
        from cems.children.models import Child

        visible = Child.objects.visible_to(user, parts=parts).values("pk")
        return self.alias(of_primary=primary_of()).filter(of_primary__in=visible)

    def with_record(self) -> Self:
        """With the record each row is read under, for `record_of`; of rows whose child may be seen."""
        return self.select_related("child__merged_into")

    def readable_by(self, user: User, at: datetime | None = None) -> Self:
        """Leave out rows of records that shut the reader out (restricted, barred), whatever their reach."""
        from cems.children.models import Child

        rows = ChildQuerySet(Child).filter(pk=OuterRef("of_primary"))
        in_emergency = opens_restricted(profile_of(user))
        open_record = rows.readable_by(user.pk, at or present(), emergency=in_emergency)
        return self.alias(of_primary=primary_of()).filter(Q(child__isnull=True) | Exists(open_record))


OfChildManager = models.Manager.from_queryset(OfChildQuerySet)


class StandingManager(OfChildManager):
    """Rows that stand: without those that were recorded in error and withdrawn."""

    def get_queryset(self) -> QuerySet[Any, Any]:
        return super().get_queryset().filter(withdrawn_at__isnull=True)


def record_of(row: Any) -> "Child":
    """The record that a row fetched `with_record` is read under."""
    child: Child = row.child
    return child.merged_into or child


def level_agreed_at() -> Coalesce:
    """When the level that stands for a row's child was agreed, or NULL; a merged record points at none of its own."""
    return Coalesce("child__merged_into__current_level__happened_at", "child__current_level__happened_at")


def at_address(user: User, public_id: UUID) -> ChildQuerySet:
    """The child this address means for the person: a merged record's old address opens its primary record."""
    from cems.children.models import Child

    primary = Child.plain.filter(public_id=public_id).values(primary=Coalesce("merged_into", "pk"))
    return Child.objects.visible_to(user).filter(pk=Subquery(primary))


def rows_of_clusters(primary_ids: Iterable[int]) -> QuerySet[Any, Any] | tuple[int, ...]:
    """The row numbers of these records and of all merged into them (merge is an alias): read with the statement
    they are put into, or known where a command holds that very record."""
    from cems.children.models import Child

    primaries = list(primary_ids)
    locked = cluster_locked(primaries[0]) if len(primaries) == 1 else None
    if locked and locked.ids and locked.primary.pk == primaries[0]:
        return locked.ids
    return Child.plain.filter(Q(pk__in=primaries) | Q(merged_into__in=primaries)).values_list("pk", flat=True)


def first_of_cluster(rows: QuerySet[Any, Any], column: str) -> list[Subquery]:
    """A column of the first of these rows, as columns of a child in an outer statement: of the record itself, and of
    those merged into it; each by its index."""
    values = rows.values(column)
    own, merged = Q(child=OuterRef("pk")), Q(child__merged_into=OuterRef("pk"))
    return [Subquery(values.filter(wanted)[:1]) for wanted in (own, merged)]


def cluster_of(key: UUID | int) -> dict[int, UUID]:
    """The record that this public id or row number is read under, first, and all merged into it: row numbers
    and public ids. Empty where there is no such record."""
    from cems.children.models import Child

    named = Child.plain.filter(public_id=key) if isinstance(key, UUID) else Child.plain.filter(pk=key)
    primary = Subquery(named.values(primary=Coalesce("merged_into", "pk")))
    rows = Child.plain.filter(Q(pk=primary) | Q(merged_into=primary)).order_by(
        F("merged_into").asc(nulls_first=True)
    )
    return dict(rows.values_list("pk", "public_id"))


def rows_of_the_cluster(child_id: int) -> QuerySet[Any, Any]:
    """The row numbers of all that is read with this record, be it merged or not, for a statement to put in."""
    from cems.children.models import Child

    primary = Subquery(Child.plain.filter(pk=child_id).values(primary=Coalesce("merged_into", "pk")))
    return Child.plain.filter(Q(pk=primary) | Q(merged_into=primary)).values("pk")


def primary_by_row(primary_ids: Iterable[int]) -> dict[int, int]:
    """The record that each row number is read under, for these records and all merged into them."""
    from cems.children.models import Child

    primaries = list(primary_ids)
    rows = Child.plain.filter(Q(pk__in=primaries) | Q(merged_into__in=primaries))
    return dict(rows.values_list("pk", Coalesce("merged_into", "pk")))


def primaries_with(child_ids: Iterable[int]) -> dict[int, int]:
    """The record that each row number is read under, for all records that are read with these, merged or not."""
    from cems.children.models import Child

    child_ids = set(child_ids)
    locked = clusters_locked(child_ids)
    if locked:
        return _rows_of(locked)
    # Two statements: within one, the OR of `primary_by_row` would read the whole table.
    primaries = Child.plain.filter(pk__in=list(child_ids)).values_list(
        Coalesce("merged_into", "pk"), flat=True
    )
    return primary_by_row(primaries)


def _rows_of(clusters: Sequence[LockedCluster]) -> dict[int, int]:
    """The record that each row number of these is read under, asked once while the command has them locked."""
    asked = [cluster.primary.pk for cluster in clusters if not cluster.ids]
    rows = primary_by_row(asked) if asked else {}
    for cluster in clusters:
        primary = cluster.primary.pk
        if not cluster.ids:
            cluster.ids = (primary, *(row for row, under in rows.items() if under == primary != row))
            for row in cluster.ids:
                remember_locked(row, cluster.primary)
    return {row: cluster.primary.pk for cluster in clusters for row in cluster.ids}


def cluster_ids(child_ids: Iterable[int]) -> list[int]:
    """The row numbers of all records that are read with these, be they merged or not."""
    return list(primaries_with(child_ids))
