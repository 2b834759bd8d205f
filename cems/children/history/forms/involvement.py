"""What people type about a child."""

from typing import Any
from uuid import UUID

from django import forms

from cems.accounts.models import User
from cems.base.forms import PlainForm
from cems.children.choices import CaseRole


class CaseRoleForm(PlainForm):
    """What somebody is to a child."""

    button = "Record this"
    case_role = forms.ChoiceField(
        choices=CaseRole.choices,
        widget=forms.RadioSelect,
        label="What are you to the child?",
        error_messages={"required": "Choose what you are to the child."},
    )


class InvolveForm(CaseRoleForm):
    """Somebody of a team, or the team as a whole, works with a child."""

    who = forms.ChoiceField(
        widget=forms.RadioSelect,
        label="Who works with the child?",
        error_messages={"required": "Choose who."},
    )
    field_order = ["who", "case_role"]

    def __init__(self, people: list[User], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["case_role"].label = "What are they to the child?"
        self.fields["case_role"].error_messages["required"] = "Choose what they are to the child."
        choices = [(str(user.public_id), f"{user.name}, {user.job_title}".rstrip(", ")) for user in people]
        self.offer_choices("who", [*choices, ("team", "The team as a whole")])

    def chosen(self, people: list[User]) -> User | None:
        """The person chosen, or None for the team as a whole."""
        wanted = self.cleaned_data["who"]
        return None if wanted == "team" else next(user for user in people if user.public_id == UUID(wanted))


class InvolvementEndForm(PlainForm):
    """Why somebody no longer works with a child."""

    button = "End this involvement"
    reason = forms.CharField(
        max_length=200, label="Why does it end?", error_messages={"required": "Say why it ends."}
    )
