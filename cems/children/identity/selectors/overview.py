"""The first page of a child: what matters now, what happened in a year, and each app's panel."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from cems.accounts.models import User
from cems.accounts.roles import Part
from cems.children.access_control import OpenChild
from cems.children.choices import BirthDateKnown
from cems.children.chronology.selectors import Strip, strip
from cems.children.identity.selectors.former_value import earlier
from cems.children.models import Child, ChildName, Identifier
from cems.children.promises import Late, late_of
from cems.children.slots import NOW_LINES, PANELS


@dataclass(frozen=True)
class ShownPanel:
    """A panel with what its template needs."""

    key: str
    title: str
    template: str
    context: dict[str, Any]


@dataclass(frozen=True)
class Line:
    """One line of what matters now."""

    label: str
    text: str
    url: str


@dataclass(frozen=True)
class Overview:
    """All that the overview shows, of parts that are open."""

    lines: list[Line]
    panels: list[ShownPanel]
    late: Sequence[Late]
    strip: Strip | None
    identity: list[dict[str, Any]]


def overview(user: User, opened: OpenChild) -> Overview:
    """The overview of a child this person has opened."""
    access = opened.access
    lines = [
        Line(*texts)
        for line in NOW_LINES
        if access.sees(line.part) and (texts := line.line(opened)) is not None
    ]
    return Overview(
        lines,
        panels_for(user, opened),
        late_of(user, opened) if access.sees(Part.DECISIONS) else [],
        strip(opened) if access.sees(Part.CHRONOLOGY) else None,
        identity(opened) if access.sees(Part.IDENTITY) else [],
    )


def panels_for(user: User, opened: OpenChild, *, but: frozenset[str] = frozenset()) -> list[ShownPanel]:
    """Every app's panel whose part is open to this person; those of these keys (`but`) are not even asked."""
    return [
        ShownPanel(panel.key, panel.title, panel.template, context)
        for panel in PANELS
        if panel.key not in but
        and opened.access.sees(panel.part)
        and (context := panel.context(user, opened)) is not None
    ]


def identity(opened: OpenChild) -> list[dict[str, Any]]:
    """Rows of who the child is (C1)."""
    child, cluster = opened.placed, list(opened.cluster)
    called = ChildName.objects.filter(child__in=cluster).order_by("pk").values_list("name", flat=True)
    names = [name for name in dict.fromkeys(called) if name not in {child.full_name, child.name}]
    numbers = Identifier.objects.filter(child__in=cluster, ended_at__isnull=True).order_by("pk")
    rows = [
        ("Full name", child.full_name),
        ("Other names", ", ".join(names)),
        ("Date of birth", _birth(child)),
        ("First language", child.first_language),
        ("Sex", child.get_sex_display()),
        ("Gender", child.get_gender_display()),
        ("Ethnicity", child.get_ethnicity_display()),
        ("Address", child.home),
        ("Locality", child.lives_in),
        ("School or college", child.learns_at),
        ("Authority responsible", str(child.authority)),
        *earlier(child, cluster),
        # Once, where records with one number were joined.
        *dict.fromkeys((number.get_kind_display(), number.value) for number in numbers),
    ]
    return [{"label": label, "value": _said(value)} for label, value in rows]


def _birth(child: Child) -> str:
    known = (
        "" if child.birth_date_known == BirthDateKnown.EXACT else f"\n{child.get_birth_date_known_display()}"
    )
    return f"{child.date_of_birth:%-d %B %Y}{known}"


def _said(value: object) -> str:
    return f"{value:%-d %B %Y}" if hasattr(value, "strftime") else str(value)
