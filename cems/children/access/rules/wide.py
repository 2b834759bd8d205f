"""How long the reach of a whole authority lasts (A2)."""

from datetime import date

from cems.children.choices import RiskLevel

ADULT = 18  # by law, so no practice setting: Children Act 1989, section 105
FOLLOWED_LEVELS = (RiskLevel.MODERATE, RiskLevel.SIGNIFICANT)


def born_by(day: date, years: int) -> date:
    """The last birth date of those who have lived this many whole years on `day`.

    A birthday on 29 February comes on 1 March in other years, as the law counts it.
    """
    try:
        return day.replace(year=day.year - years)
    except ValueError:
        return day.replace(year=day.year - years, day=28)


def wide_reach_lasts(
    born: date,
    level: int | None,
    in_transition: bool,
    day: date,
    *,
    followed_to: int,
    presumed_child: bool = False,
) -> bool:
    """A2: at 18 the reach of a whole authority ends, unless the agreed level is Moderate or more or a
    transition plan is open; that ends with the day before the birthday of `followed_to`.

    Somebody whose age is not known or disputed is presumed under 18 until it is decided (C1).
    Source: the partnership's access table, At 18. Who is involved keeps the record either way.
    """
    if presumed_child or born > born_by(day, ADULT):
        return True
    return (level in FOLLOWED_LEVELS or in_transition) and born > born_by(day, followed_to)
