"""Reading what was said of a child before, by this record or one merged into it (C1)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from cems.base.time import local_date
from cems.children.choices import Ethnicity, Gender, Sex
from cems.children.models import Child, FormerField, FormerReason, FormerValue

EARLIER = {
    FormerField.DATE_OF_BIRTH: "Earlier birth dates",
    FormerField.ADDRESS: "Earlier addresses",
    FormerField.POSTCODE: "Earlier postcodes",
    FormerField.SCHOOL: "Earlier schools or colleges",
    FormerField.PREFERRED_NAME: "Earlier names used",
    FormerField.FIRST_LANGUAGE: "Earlier first languages",
    FormerField.SEX: "Sex recorded before",
    FormerField.GENDER: "Gender recorded before",
    FormerField.ETHNICITY: "Ethnicity recorded before",
}
# What a record says where nobody has asked yet: no value that could be lost.
_NOTHING = {
    FormerField.SEX: Sex.NOT_KNOWN,
    FormerField.GENDER: Gender.NOT_ASKED,
    FormerField.ETHNICITY: Ethnicity.NOBT,
}
_PLACES = {FormerField.ADDRESS, FormerField.POSTCODE, FormerField.SCHOOL}


@dataclass(frozen=True)
class Earlier:
    """One value, and until when or on which record it is said."""

    field: FormerField
    value: str
    where: str

    def __str__(self) -> str:
        return f"{self.value} ({self.where})"


def earlier(child: Child, cluster: Sequence[int]) -> list[tuple[str, str]]:
    """For each field of which something else was said: its label, and each value once, newest first."""
    says_now = {(row.field, row.value) for row in former_of(child, FormerField.values)}
    lines: dict[FormerField, list[str]] = {}
    seen = set(says_now)
    for line in [*_of_merged(child, cluster), *_before(cluster)]:
        hidden = line.field in _PLACES and child.place_is_confidential
        if (line.field, line.value) not in seen and not hidden:
            seen.add((line.field, line.value))
            lines.setdefault(line.field, []).append(str(line))
    return [(EARLIER[field], "\n".join(lines[field])) for field in FormerField if field in lines]


def withheld(cluster: Sequence[int]) -> list[FormerValue]:
    """What was taken off the records because the address is confidential, for those listed to know it."""
    rows = FormerValue.objects.filter(child__in=cluster, withheld=True).select_related("child")
    return list(rows.order_by("-until", "-pk"))


def _of_merged(child: Child, cluster: Sequence[int]) -> list[Earlier]:
    others = [pk for pk in cluster if pk != child.pk]
    if not others:
        return []
    rows = Child.objects.unscoped("records merged into one that the reader has opened").with_places()
    return [
        Earlier(FormerField(row.field), row.value, f"on {member.reference}")
        for member in rows.filter(pk__in=others).order_by("pk")
        for row in former_of(member, FormerField.values)
    ]


def _before(cluster: Sequence[int]) -> list[Earlier]:
    rows = FormerValue.objects.filter(child__in=cluster, withheld=False).order_by("-until", "-pk")
    return [Earlier(FormerField(row.field), row.value, _until(row)) for row in rows]


def _until(row: FormerValue) -> str:
    until = f"until {local_date(row.until):%-d %B %Y}"
    return f"{until}, when records were joined" if row.reason == FormerReason.JOINED else until


def former_of(child: Child, fields: Iterable[str]) -> list[FormerValue]:
    """What the record says now in these fields, as rows to be kept once it no longer does; nothing of empty ones."""
    wanted = {"school" if name == "listed_school" else name for name in fields}
    return [
        FormerValue(child=child, field=field, value=value, key=_key(child, field))
        for field in FormerField
        if field in wanted and (value := said_of(child, field))
    ]


def said_of(child: Child, field: FormerField) -> str:
    """The value as people read it; "" where nobody has said anything."""
    value: Any = getattr(child, field)
    if value in {_NOTHING.get(field, ""), None}:
        value = ""
    if field == FormerField.SCHOOL:
        return str(child.listed_school or child.school or "")
    if not value:
        return ""
    if field == FormerField.DATE_OF_BIRTH:
        return f"{value:%-d %B %Y}"
    if field in _NOTHING:
        return str(getattr(child, f"get_{field}_display")())
    return str(value)


def _key(child: Child, field: FormerField) -> str:
    if field == FormerField.DATE_OF_BIRTH:
        return child.date_of_birth.isoformat()
    return child.postcode if field == FormerField.POSTCODE else ""
