"""What people type about who may read a record."""

from cems.accounts.forms.person import PlainForm
from cems.children.access.forms.restriction import _says_why


class SealForm(PlainForm):
    """The identity is sealed, or was in error."""

    button = "Seal this identity"
    reason = _says_why("Why?", "For example, an adoption order.")


class UnsealForm(PlainForm):
    """The seal was set in error."""

    button = "Take the seal off"
    reason = _says_why("How did the mistake come about?")
