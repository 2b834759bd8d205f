"""Under which law an item is kept, by whom, about whom, and whether it is fact or opinion (access rules).

Each kind of row about a child has a default, declared beside its retention in the app's
`child_content.py`. A disclosure may state another; so may intelligence, which holds its own.
"""

from dataclasses import dataclass
from typing import Self

from django.db import models


class Controller(models.TextChoices):
    """Who answers for the item."""

    RECORDER = "recorder", "the agency of the person who recorded it"
    AUTHORITY = "authority", "the authority responsible for the child"
    PARTNERSHIP = "partnership", "the agencies together"


class Law(models.TextChoices):
    """The law an item is kept under; sharing rests on public task or legal obligation, never on consent."""

    UK_GDPR = "uk_gdpr", "UK GDPR"
    PART_3 = "part_3", "Data Protection Act 2018, Part 3"


class About(models.TextChoices):
    """What the person is whom the item is about; Part 3 asks for these to be told apart."""

    VICTIM = "victim", "a victim, or a child who may become one"
    WITNESS = "witness", "a witness, or somebody with information"
    SUSPECT = "suspect", "a suspect"
    CONVICTED = "convicted", "somebody convicted"
    NOBODY = "nobody", "how the record is kept"


class Nature(models.TextChoices):
    """Whether it is what happened, or what somebody makes of it."""

    FACT = "fact", "fact"
    OPINION = "opinion", "opinion"


@dataclass(frozen=True)
class Regime:
    """The regime of one item."""

    controller: Controller
    law: Law
    about: About
    nature: Nature

    @property
    def short(self) -> str:
        """For a list: nature and law."""
        return f"{self.nature.label.capitalize()}, {self.law.label}"

    @property
    def sentence(self) -> str:
        """For the child's own copy and the data page."""
        return f"{self.short}; controller: {self.controller.label}; about {self.about.label}"

    @property
    def codes(self) -> dict[str, str]:
        """For the audit of a disclosure."""
        return {
            "controller": self.controller.value,
            "law": self.law.value,
            "about": self.about.value,
            "nature": self.nature.value,
        }

    @classmethod
    def usual(cls, controller: Controller, nature: Nature = Nature.FACT, about: About = About.VICTIM) -> Self:
        """The partnership's own items: safeguarding is a public task under the UK GDPR."""
        return cls(controller, Law.UK_GDPR, about, nature)


RECORDED = Regime.usual(Controller.RECORDER)
JUDGED = Regime.usual(Controller.RECORDER, Nature.OPINION)
HELD = Regime.usual(Controller.AUTHORITY)
AGREED = Regime.usual(Controller.PARTNERSHIP, Nature.OPINION)
ARRANGED = Regime.usual(Controller.PARTNERSHIP)
KEPT = Regime.usual(Controller.PARTNERSHIP, about=About.NOBODY)
