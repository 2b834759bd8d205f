"""Which names are like a name that is searched for (C1)."""

from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.search import TrigramSimilarity, TrigramWordSimilarity
from django.db.models import Case, Func, Q, QuerySet, TextField, Value, When
from django.db.models.functions import Greatest

from cems.children.identity.models.child import SOUNDS
from cems.children.models import ChildName

CLOSE = 0.3  # likeness from which a name is closely spelt, as pg_trgm.similarity_threshold says
LEAST = 0.001  # of a name that only sounds alike, however it is spelt


def like(name: str) -> QuerySet[ChildName]:
    """Names like this one: close as a whole, or holding a word like it, or sounding alike. Keys are of Latin letters,
    which is what trigrams are made of."""
    close = Q(search_key__trigram_similar=name) | Q(search_key__trigram_word_similar=name)
    whole: Any = TrigramSimilarity("search_key", name)
    likeness = Case(
        When(close, then=Greatest(whole, TrigramWordSimilarity(name, "search_key") * Value(0.9))),
        default=Greatest(whole, Value(LEAST)),
    )
    return ChildName.objects.filter(close | sounding(name)).annotate(likeness=likeness)


def sounding(name: str) -> Q:
    """Names of which some word sounds like each word of this one: so the family name alone is not enough.

    "Mohammed" is "Muhammad", "Stephen" "Steven", "Catherine" "Kathryn", "Sean" "Shaun" and "Shawn". Not known to sound
    alike are spellings that go by rules of their own ("Niamh" and "Neve", "Aoife" and "Eefa"), and a first letter that
    is silent ("Hannah" and "Anna") or soft ("Geoffrey" and "Jeffrey"). Words too short to tell by their sound ("Lee",
    "Al") are compared as they are written.
    """
    alike = Q()
    for word in name.split():
        sounds = Func(Value(word), function=SOUNDS, output_field=ArrayField(TextField()))
        alike &= Q(sounds__overlap=sounds)
    return alike
