"""The instrument itself: what the CE Matrix asks, as versioned data (M1).

A matrix keeps the version it was made with, so a published file is never edited: a change is
a new file, `ce-matrix-2.json`, with its own day of publication.
"""

from matrix.instrument.loader import InstrumentError, current, load, parse, versions
from matrix.instrument.shape import (
    BandRule,
    Condition,
    Definition,
    Group,
    Indicator,
    Instrument,
    Source,
    Step,
    Suggestion,
)
from matrix.instrument.succession import Successor, codes_carried, question, successor

__all__ = [
    "BandRule",
    "Condition",
    "Definition",
    "Group",
    "Indicator",
    "Instrument",
    "InstrumentError",
    "Source",
    "Step",
    "Successor",
    "Suggestion",
    "codes_carried",
    "current",
    "load",
    "parse",
    "question",
    "successor",
    "versions",
]
