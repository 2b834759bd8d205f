"""Lists of the partnership about a child: the forms of harm outside the home (C4)."""

from cems.children.choices import HarmForm
from cems.policy.lists import Entry, PracticeList

HARM_FORMS = PracticeList(
    key="children.harm_forms",
    title="Forms of harm",
    explanation="Which harm outside the home is seen; several may hold at once. Matrices, agreed levels, advice and "
    "providers name them.",
    source="CE Matrix, forms of harm",
    begins_with=[Entry(form.value, form.label) for form in HarmForm],
    longest_key=14,
)
LISTS = (HARM_FORMS,)
