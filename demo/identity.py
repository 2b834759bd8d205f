"""Names, numbers and addresses of invented children. Pure; the same for the same seed and number."""

from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from stdnum.gb import nhs, upn

from demo.cast import PLACES, Place
from demo.data import load

_LOCALITIES = ["east"] * 9 + ["south"] * 5 + ["north-west"] * 4 + ["darlington"] * 2
_LOCAL_CODES = {"E06000047": "840", "E06000005": "841"}
_GENDERS = {"F": "girl", "M": "boy"}
_SHORT = {"Amelia": "Millie", "Isaac": "Ike", "Samir": "Sam", "Ellie": "El", "Nathan": "Nate"}


@dataclass(frozen=True)
class Who:
    """An invented child."""

    given: str
    family: str
    preferred: str
    born: date
    sex: str
    gender: str
    ethnicity: str
    place: Place
    address: str
    postcode: str
    nhs: str
    upn: str


@dataclass(frozen=True)
class Known:
    """What is settled of a child beforehand."""

    sex: str
    born: date
    place: str


def invent(seed: int, number: int, today: date, known: Known | None = None) -> Who:
    """The `number`th child of this seed, between 11 and 17 years old on `today`, or as is `known` of it."""
    rng = Random(f"{seed}:{number}:who")
    words = load("words")
    sex = known.sex if known else rng.choice(("F", "M"))
    given = words["given"][sex]
    families = words["family"]
    place = PLACES[known.place if known else _LOCALITIES[(number * 7 + seed) % len(_LOCALITIES)]]
    name = given[(number + number // len(families)) % len(given)]
    born = known.born if known else today - timedelta(days=rng.randint(11 * 365 + 5, 17 * 365 + 300))
    return Who(
        given=name,
        # Neighbours in number differ, so that no two children of one fill share a whole name.
        family=families[(number * 3 + seed) % len(families)],
        preferred=_SHORT.get(name, ""),
        born=born,
        sex=sex,
        gender=_GENDERS[sex] if rng.random() < 0.85 else rng.choice(("non_binary", "not_asked")),
        ethnicity=rng.choice(words["ethnicity"]),
        place=place,
        address=f"{rng.randint(1, 60)} {rng.choice(words['streets'])}, {place.town}",
        postcode=f"{place.outward}{rng.choice('ABDEFGHJ')}{rng.choice('LNPQRSTU')}",
        nhs=nhs_number(seed, number),
        upn=pupil_number(place, born, seed, number),
    )


def nhs_number(seed: int, number: int) -> str:
    """A valid NHS number of the range 999, which is kept for tests and never given to a person."""
    # One serial in eleven has no check digit; a block of twenty for each child holds one that has.
    for serial in range(20):
        stem = f"999{(seed * 1000 + number) * 20 % 1_000_000 + serial:06d}"
        for digit in range(10):
            if nhs.is_valid(f"{stem}{digit}"):
                return f"{stem}{digit}"
    raise ValueError("no NHS number in this block")


def pupil_number(place: Place, born: date, seed: int, number: int) -> str:
    """A valid UPN of the place's authority and of a school below 1000, where none exists."""
    year = (born.year + 5) % 100
    school = seed % 10 + number // 1000 * 10
    stem = f"{_LOCAL_CODES[place.authority]}{school:04d}{year:02d}{number % 1000:03d}"
    return f"{upn.calc_check_digit(stem)}{stem}"
