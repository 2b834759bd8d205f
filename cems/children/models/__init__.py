"""The record's tables, by subject."""

from cems.children.models.access import Bar, ChildUserObjectPermission, Matter, NamedReader, Submitter
from cems.children.models.child import Child, ChildName, Identifier
from cems.children.models.history import AgreedLevel, CaseNote
from cems.children.models.periods import Involvement, Status

__all__ = [
    "AgreedLevel",
    "Bar",
    "CaseNote",
    "Child",
    "ChildName",
    "ChildUserObjectPermission",
    "Identifier",
    "Involvement",
    "Matter",
    "NamedReader",
    "Status",
    "Submitter",
]
