"""Which school or college is meant: by name, town or number, with close spellings (C1)."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.contrib.postgres.search import TrigramWordSimilarity
from django.db.models import Q, QuerySet

from cems.accounts.models import Team, TeamKind
from cems.children.identity.rules import search_key
from cems.children.models import Child, School

MOST = 8


@dataclass(frozen=True)
class ChosenSchool:
    """A school as it is kept on a record: its account, its row of the register, or both."""

    team: Team | None
    listed: School | None

    @property
    def label(self) -> str:
        return self.listed.label if self.listed else str(self.team)


def school_of(child: Child) -> ChosenSchool | None:
    """The school that stands on the record; None where it is not known."""
    if child.school is None and child.listed_school is None:
        return None
    return ChosenSchool(child.school, child.listed_school)


def likely_schools(typed: str) -> list[ChosenSchool]:
    """The schools that may be meant, the likest first: those with an account, and open ones of the register."""
    key = search_key(typed)
    if not key:
        return []
    rows = School.objects.filter(is_open=True).select_related("team")
    close = Q(search_key__trigram_word_similar=key) | Q(search_key__trigram_similar=key)
    alike = rows.filter(close).annotate(likeness=TrigramWordSimilarity(key, "search_key"))
    listed = [ChosenSchool(row.team, row) for row in alike.order_by("-likeness", "name", "pk")[:MOST]]
    with_account = _accounts().filter(
        Q(name__icontains=typed.strip()) | Q(name__trigram_word_similar=typed.strip())
    )
    return [*(ChosenSchool(team, None) for team in with_account.order_by("name")[:MOST]), *listed][:MOST]


def school_called(typed: str) -> tuple[ChosenSchool | None, Sequence[ChosenSchool]]:
    """The school of this number, or the only one of this name; or None, and those that may be meant."""
    words = typed.strip()
    number = re.search(r"\b(\d{6})\)?$", words)
    rows = School.objects.select_related("team")
    if number:
        row = rows.filter(urn=number.group(1)).first()
        return (ChosenSchool(row.team, row), ()) if row else (None, ())
    account = _account(words)
    if account is not None:
        return ChosenSchool(account, School.objects.filter(team=account).first()), ()
    named = list(rows.filter(is_open=True, search_key=search_key(words))[:2])
    if len(named) != 1:
        named = list(rows.filter(is_open=True, name__iexact=words)[:2])
    if len(named) == 1:
        return ChosenSchool(named[0].team, named[0]), ()
    return None, likely_schools(words)


def _account(words: str) -> Team | None:
    """The account of this name, or of this public id."""
    try:
        by_id = Q(public_id=UUID(words))
    except ValueError:
        by_id = Q(name__iexact=words)
    teams = list(Team.objects.filter(by_id, kind=TeamKind.SCHOOL)[:2])
    return teams[0] if len(teams) == 1 else None


def _accounts() -> QuerySet[Team]:
    """Schools with an account that no row of the register names."""
    return Team.objects.filter(kind=TeamKind.SCHOOL).exclude(
        pk__in=School.objects.exclude(team=None).values("team")
    )
