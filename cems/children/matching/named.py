"""Children as the rule of duplicates sees them: by all names of all records read as one (C1)."""

from collections.abc import Iterable
from dataclasses import replace

from cems.children.access.visibility import primary_of
from cems.children.matching.rules.duplicate import Named, named
from cems.children.models import Child, ChildName
from cems.children.querysets import rows_of_clusters


def named_of(child: Child) -> Named:
    """One child, by the name the record says now."""
    return named(child.given_name, child.family_name, child.name, sex=child.sex)


def people_named(children: Iterable[Child]) -> dict[int, Named]:
    """These primary records, each with every name of theirs, in one query."""
    by_pk = {child.pk: child for child in children}
    rows = ChildName.objects.filter(child__in=rows_of_clusters(list(by_pk))).annotate(primary=primary_of())
    keys: dict[int, set[str]] = {}
    for primary, key in rows.values_list("primary", "search_key"):
        keys.setdefault(primary, set()).add(key)
    said = {pk: named_of(child) for pk, child in by_pk.items()}
    return {pk: replace(who, names=tuple(keys.get(pk, set()) | set(who.names))) for pk, who in said.items()}
