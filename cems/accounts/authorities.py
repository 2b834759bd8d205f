"""Which authority answers for which: one that was reorganised keeps its rows, and its successor follows them (C2)."""

import re
from collections.abc import Collection, Mapping, Sequence
from datetime import date

from django.db.models import Case, F, Q, QuerySet, Subquery, When

from cems.accounts.models import Agency, Authority
from cems.accounts.rules import likest_names
from cems.base.time import today


def ended(day: date, of: str = "") -> Q:
    """Authorities that answer no longer on this day."""
    return Q(**{f"{of}last_day__lt": day})


def answering(authority_id: int, day: date | None = None) -> Subquery:
    """The row number of the authority that answers for this one today, for a statement to put in."""
    on = day or today()
    first = Case(When(ended(on) & Q(successor__isnull=False), then=F("successor")), default=F("pk"))
    second = When(
        ended(on) & ended(on, "successor__") & Q(successor__successor__isnull=False),
        then=F("successor__successor"),
    )
    return Subquery(Authority.objects.filter(pk=authority_id).values(now=Case(second, default=first))[:1])


def served_by(agency_id: int, day: date) -> QuerySet[Authority]:
    """The authorities an agency works for, and those that ended before this day and were followed by one of them."""
    served = Agency.authorities.through.objects.filter(agency=agency_id).values("authority")
    own = Q(pk__in=served)
    followed = ended(day) & Q(successor__in=served)
    twice = ended(day) & ended(day, "successor__") & Q(successor__successor__in=served)
    return Authority.objects.filter(own | followed | twice)


def successors() -> Mapping[int, tuple[date, int]]:
    """By row number, the authorities that another follows: the last day of each, and who answers after it."""
    rows = Authority.objects.filter(last_day__isnull=False, successor__isnull=False)
    ends = rows.values_list("pk", "last_day", "successor")
    return {pk: (last_day, after) for pk, last_day, after in ends if last_day and after}


def authority_called(typed: str, day: date) -> tuple[Authority | None, Sequence[str]]:
    """The authority of this name or code that answers on this day; or None, and the names that may be meant.

    One that was split between others is not guessed: None, with no name of its own.
    """
    code = re.search(r"\b([EWS]\d{8})\)?$", typed.strip(), re.IGNORECASE)
    named = Q(code=code.group(1).upper()) if code else Q(name__iexact=typed.strip())
    rows = Authority.objects.select_related("successor__successor").filter(named)
    for row in rows:
        authority: Authority | None = row
        while authority is not None and authority.last_day is not None and authority.last_day < day:
            authority = authority.successor
        if authority is not None:
            return authority, ()
    return None, likely_names(typed, day)


def home_authority(authority_ids: Collection[int]) -> Authority | None:
    """Of the authorities an agency works for, the one a form begins with; None where it works for none."""
    return Authority.objects.filter(pk__in=authority_ids, last_day__isnull=True).order_by("-code").first()


def likely_names(typed: str, day: date) -> list[str]:
    """The names of the authorities of this day that a user who typed this may mean, the likest first."""
    return [row.name for row in likely_authorities(typed, day)]


def likely_authorities(typed: str, day: date) -> list[Authority]:
    """Those authorities themselves."""
    by_name = {row.name: row for row in Authority.objects.exclude(ended(day))}
    return [by_name[name] for name in likest_names(typed, list(by_name))]
