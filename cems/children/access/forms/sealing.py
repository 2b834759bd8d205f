"""What people type about who may read a record."""

from cems.base.form_fields import WhyField
from cems.base.forms import PlainForm


class SealForm(PlainForm):
    """The identity is sealed, or was in error."""

    button = "Seal this identity"
    reason = WhyField("Why?", "For example, an adoption order.")


class UnsealForm(PlainForm):
    """The seal was set in error."""

    button = "Take the seal off"
    reason = WhyField("How did the mistake come about?")
