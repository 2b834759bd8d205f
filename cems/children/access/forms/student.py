"""The form by which a supervisor shows a student a child."""

from collections.abc import Sequence
from typing import Any

from django import forms

from cems.accounts.models import Appointment
from cems.base.form_fields import DayField
from cems.base.forms import OnceForm
from cems.children.models import Child


class StudentChildForm(OnceForm):
    """Which student sees which child, to which day."""

    button = "Show them this record"
    post = forms.ChoiceField(label="Student", error_messages={"required": "Choose the student."})
    child = forms.ChoiceField(
        label="Child",
        help_text="A child you work with. Restricted records are not among them.",
        error_messages={"required": "Choose the child."},
    )
    ends_on = DayField(
        label="Last day",
        help_text="No later than the student's own last day. For example, 27 3 2026.",
        error_messages={"required": "Write the last day the student sees the record."},
    )

    def __init__(
        self, posts: Sequence[Appointment], children: Sequence[Child], *args: Any, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.posts = {str(post.public_id): post for post in posts}
        self.children = {str(child.public_id): child for child in children}
        self.offer_choices(
            "post",
            [
                ("", "Choose"),
                *((key, f"{post.user}, to {post.ends_on:%-d %B %Y}") for key, post in self.posts.items()),
            ],
        )
        self.offer_choices(
            "child",
            [
                ("", "Choose"),
                *((key, f"{child.name}, {child.reference}") for key, child in self.children.items()),
            ],
        )
        if len(posts) == 1:
            self.fields["post"].initial = str(posts[0].public_id)
