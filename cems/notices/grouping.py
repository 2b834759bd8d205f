"""Notices as a person reads them on a page: by the name of the child they are about, a child once.

What leaves the system speaks in references; a page may name a child to those who may see the child.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from cems.notices.models import Notice


@dataclass(frozen=True)
class About:
    """What is told of one child, the newest first; `name` is "" for what is of no child, or one shut to the reader."""

    name: str
    child: UUID | None
    notices: Sequence[Notice]

    @property
    def newest(self) -> Notice:
        return self.notices[0]

    @property
    def earlier(self) -> Sequence[Notice]:
        return self.notices[1:]


def by_child(notices: Iterable[Notice], names: Mapping[UUID, str]) -> list[About]:
    """These notices, a group for each child whose name the reader may see, in the order of their newest."""
    groups: dict[object, list[Notice]] = {}
    for notice in notices:
        groups.setdefault(notice.child if notice.child in names else ("alone", notice.pk), []).append(notice)
    return [
        About(names.get(group[0].child, "") if group[0].child else "", group[0].child, group)
        for group in groups.values()
    ]
