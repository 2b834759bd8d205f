"""The authorities of England, Wales and Scotland, and how each is reached (C2)."""

from datetime import date

from cems.accounts.authorities import ended, likely_authorities
from cems.accounts.models import Authority
from cems.base.keyset import Keyset, Page

ORDER = Keyset("name", "code", size=50)
REORGANISED = Keyset("-last_day", "code", size=100)


def authority_page(words: str, day: date, after: str) -> Page[Authority]:
    """Authorities by name; of those that may be meant by these words, all at once."""
    if words:
        return Page(likely_authorities(words, day))
    return ORDER.page(Authority.objects.exclude(ended(day)), after)


def reorganised(after: str) -> Page[Authority]:
    """A page of those with a last day, past or to come, the latest first."""
    rows = Authority.objects.filter(last_day__isnull=False).select_related("successor")
    return REORGANISED.page(rows, after)


def authority_at(code: str) -> Authority | None:
    """The authority of this code, or None."""
    return Authority.objects.select_related("successor").filter(code=code).first()
