"""The record's tables, by subject."""

from cems.children.models.access import Bar, ChildUserObjectPermission, Matter, NamedReader, Submitter
from cems.children.models.address import AddressRecipient, ConfidentialAddress
from cems.children.models.child import Child, ChildName, Identifier
from cems.children.models.concern import PlacedConcern, PlacedConcernStep
from cems.children.models.death import Death
from cems.children.models.emergency_access import EmergencyAccess, EmergencyAccessOutcome
from cems.children.models.history import AgreedLevel, CaseNote
from cems.children.models.merging import Merge, NotSame
from cems.children.models.periods import Involvement, Status
from cems.children.models.placement import Placement
from cems.children.models.self_description import SelfDescription
from cems.children.models.students import StudentChild
from cems.children.models.voice import Feedback

__all__ = [
    "AddressRecipient",
    "AgreedLevel",
    "Bar",
    "EmergencyAccess",
    "CaseNote",
    "Child",
    "ChildName",
    "ChildUserObjectPermission",
    "ConfidentialAddress",
    "Death",
    "Feedback",
    "EmergencyAccessOutcome",
    "Identifier",
    "Involvement",
    "Matter",
    "Merge",
    "NamedReader",
    "NotSame",
    "PlacedConcern",
    "PlacedConcernStep",
    "Placement",
    "SelfDescription",
    "Status",
    "StudentChild",
    "Submitter",
]
