"""What somebody types who says that they work with a child, and whoever decides that (C3)."""

from cems.base.form_fields import WhyField, WordsField, YesNoField
from cems.base.forms import OnceForm
from cems.children.history.forms.involvement import CaseRoleForm


class ClaimForm(OnceForm, CaseRoleForm):
    """What one is to the child, and how one works with them: whoever decides has nothing else to go by."""

    button = "Send this to First Contact"
    why = WhyField(
        "How do you work with the child?",
        "For example, since when, and who asked you to. The person who decides reads it.",
        wanted="Say how you work with the child.",
        max_length=500,
    )


class ClaimDecisionForm(OnceForm):
    """Whether somebody works with the child; the reason is read by whoever claimed it."""

    button = "Decide"
    agree = YesNoField(
        label="Does this person work with the child?",
        yes="Yes: the record opens to them at once",
        no="No: they keep their own submissions only",
        wanted="Choose yes or no.",
    )
    why = WordsField(
        rows=3,
        max_length=500,
        required=False,
        label="Why?",
        help_text="Needed where the answer is no. The person who claimed it reads this.",
    )
