"""The access table: every role, what it reaches, sees and may (A1, A2). `table` holds the rows, `parts` its words."""

from cems.accounts.roles.parts import Part, Reach, Work
from cems.accounts.roles.role import Role
from cems.accounts.roles.table import (
    ABOVE_MANAGERS,
    ADMINISTERING,
    ASSIGNABLE,
    AUDITING,
    GOVERNING_INFORMATION,
    HEADING_TEAM,
    MANAGING,
    NEVER_COVER,
    ROLE_CHOICES,
    ROLES,
    SUPERVISED,
    SYSTEMS,
    RoleKey,
)

__all__ = [
    "ADMINISTERING",
    "ASSIGNABLE",
    "AUDITING",
    "GOVERNING_INFORMATION",
    "HEADING_TEAM",
    "ABOVE_MANAGERS",
    "MANAGING",
    "NEVER_COVER",
    "ROLES",
    "ROLE_CHOICES",
    "SUPERVISED",
    "SYSTEMS",
    "Part",
    "Reach",
    "Role",
    "RoleKey",
    "Work",
]
