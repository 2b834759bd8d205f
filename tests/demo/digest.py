"""A fingerprint of everything the demonstration wrote, without what is new each time."""

import hashlib
import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any
from uuid import UUID

from django.apps import apps
from django.db.models import Model

from cems.accounts.models import Team, User
from cems.children.models import Child

APPS = (
    "audit",
    "accounts",
    "notices",
    "clocks",
    "children",
    "actions",
    "meetings",
    "plans",
    "matrix",
    "triage",
)
_REFERENCE = re.compile(r"[A-Z]{3,4}-\d{4}-\d{5,}")
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_ROW = re.compile(r"(?<=[a-z]:)\d+(?=:[a-z])")  # in the keys of notices: "matrix:referral:12:answered"
# Row numbers and transaction numbers go on counting from one fill to the next.
_COUNTED = {"id", "xid", "cluster", "password", "object_pk", "subject_id"}


def digest() -> str:
    """The same for two fills that wrote the same rows."""
    lines = sorted(line for model in _models() for line in _lines(model))
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def _models() -> Iterator[type[Model]]:
    for label in APPS:
        yield from apps.get_app_config(label).get_models(include_auto_created=True)


def _lines(model: type[Model]) -> Iterator[str]:
    fields = [field for field in model._meta.concrete_fields if field.name not in _COUNTED]
    names = {field.attname: _names(field.related_model) if field.related_model else None for field in fields}
    rows = (
        Child.objects.unscoped("a test compares two fills")
        if model is Child
        else model._default_manager.all()
    )
    for row in rows.values(*names):
        values = (f"{key}={_plain(_named(row[key], known))}" for key, known in names.items())
        yield f"{model._meta.label}: {' '.join(values)}"


def _names(model: Any) -> dict[int, str]:
    """By row number what people and teams are called, in every fill the same."""
    if model is User:
        return dict(User.objects.values_list("pk", "email"))
    return dict(Team.objects.values_list("pk", "code")) if model is Team else {}


def _named(value: Any, known: dict[int, str] | None) -> Any:
    """A row's value; of a key the name it stands for, or only whether there is one."""
    return value if known is None or value is None else known.get(value, "a row")


def _plain(value: Any) -> str:
    if isinstance(value, UUID):
        return "uuid"
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, dict):
        # The versions of a field name their last writer by row number: version, writer, moment.
        value = {
            key: [item[0], item[2]] if isinstance(item, list) and len(item) == 3 else item
            for key, item in value.items()
        }
    return _ROW.sub("row", _UUID.sub("uuid", _REFERENCE.sub("reference", str(value))))
