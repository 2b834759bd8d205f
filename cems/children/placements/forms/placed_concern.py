"""What people type about where a child is placed (C2), and what the child and the family say (C6)."""

from django import forms

from cems.base.form_fields import WordsField, YesNoField
from cems.base.forms import OnceForm
from cems.children.choices import Route
from cems.children.history.forms.note import HappenedForm


class ToldForm(HappenedForm):
    """Who was told at the responsible authority, when and how."""

    button = "Record that they were told"
    asks = "When were they told?"
    whom = forms.CharField(
        max_length=120,
        label="Who was told?",
        help_text="The name and post, such as a duty social worker or team manager.",
        error_messages={"required": "Write who was told: the name and post."},
    )
    route = forms.ChoiceField(
        choices=Route.choices,
        widget=forms.RadioSelect,
        label="How were they told?",
        error_messages={"required": "Choose how they were told."},
    )
    text = WordsField(rows=4, required=False, label="What was said?")


class AnsweredForm(HappenedForm):
    """What the responsible authority answered."""

    button = "Record the answer"
    asks = "When did they answer?"
    text = WordsField(
        rows=5,
        label="What do they do about it, and by when?",
        error_messages={"required": "Write what the authority answered."},
    )
    adequate = YesNoField(
        label="Does this keep the child safe?",
        no="No: it must be taken up with them",
        wanted="Say whether the answer keeps the child safe.",
    )


class EscalatedForm(OnceForm):
    """The responsible authority does not act, or not enough."""

    button = "Escalate to the safeguarding lead"
    text = WordsField(
        rows=5,
        label="What have they not done, and what does the child need?",
        error_messages={"required": "Say what the authority has not done, and what the child needs."},
    )


class ClosedForm(HappenedForm):
    """What came of the escalation."""

    button = "Close the escalation"
    text = WordsField(rows=5, label="What came of it?", error_messages={"required": "Write what came of it."})
