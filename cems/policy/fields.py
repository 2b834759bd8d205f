"""A column that holds the key of a kind or of an entry of a list, whose words are kept elsewhere."""

from functools import partialmethod
from typing import Any, Protocol

from django.db import models


class Labels(Protocol):
    """What gives the words of keys: a list of the partnership, or the kinds of a class."""

    def label(self, key: str) -> str:
        """The words of a key, of one that is not offered any more too."""

    def labels(self) -> list[tuple[str, str]]:
        """Every key with its words."""


class KeyField(models.CharField):
    """The key of something that may be added or given up without a change of the database.

    The row answers `get_<name>_display()` as for a column with choices; migrations know nothing of the list.
    """

    def __init__(self, *args: Any, named_by: Labels | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.named_by = named_by

    @property
    def flatchoices(self) -> list[tuple[str, str]]:
        """Every key with its words, for those who say an array of keys in words."""
        return self.named_by.labels() if self.named_by else []

    def deconstruct(self) -> tuple[str, str, Any, dict[str, Any]]:
        """A plain text column."""
        name, _, args, kwargs = super().deconstruct()
        return name, "django.db.models.CharField", args, kwargs

    def contribute_to_class(self, cls: type[models.Model], name: str, private_only: bool = False) -> None:
        """Give the model the method that says the column in words."""
        super().contribute_to_class(cls, name, private_only=private_only)
        display = f"get_{name}_display"
        if self.named_by and display not in cls.__dict__:
            setattr(cls, display, partialmethod(_words, field=self))


def _words(row: models.Model, field: KeyField) -> str:
    key: str = getattr(row, field.attname)
    return field.named_by.label(key) if key and field.named_by else key
