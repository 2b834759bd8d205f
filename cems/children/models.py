"""The record's tables, by subject."""

from cems.children.access.models.access import Bar, ChildUserObjectPermission, Matter, NamedReader, Submitter
from cems.children.access.models.assignment import Assignment, AssignmentKind
from cems.children.access.models.death import Death
from cems.children.access.models.emergency_access import EmergencyAccess, EmergencyAccessOutcome
from cems.children.access.models.student import StudentChild
from cems.children.family.models.relationship import RecordLink, Relationship
from cems.children.history.models.correction import Correction
from cems.children.history.models.feedback import Feedback
from cems.children.history.models.involvement import Involvement
from cems.children.history.models.level import AgreedLevel
from cems.children.history.models.note import CaseNote
from cems.children.history.models.status import Status
from cems.children.identity.models.address import AddressRecipient, ConfidentialAddress
from cems.children.identity.models.age import AgeDecision
from cems.children.identity.models.child import Child, ChildName, Identifier
from cems.children.identity.models.former_value import FormerField, FormerReason, FormerValue
from cems.children.identity.models.school import School
from cems.children.identity.models.self_description import SelfDescription
from cems.children.matching.models import Merge, NotSame
from cems.children.placements.models.placed_concern import PlacedConcern, PlacedConcernStep
from cems.children.placements.models.placement import Placement

__all__ = [
    "AddressRecipient",
    "AgeDecision",
    "AgreedLevel",
    "Assignment",
    "AssignmentKind",
    "Bar",
    "EmergencyAccess",
    "CaseNote",
    "Child",
    "ChildName",
    "ChildUserObjectPermission",
    "ConfidentialAddress",
    "Correction",
    "Death",
    "Feedback",
    "FormerField",
    "FormerReason",
    "FormerValue",
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
    "RecordLink",
    "Relationship",
    "School",
    "SelfDescription",
    "Status",
    "StudentChild",
    "Submitter",
]
