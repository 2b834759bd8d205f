"""What one role is: a row of the access table (A1, A2)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from cems.accounts.roles.parts import Part, Reach, Work


@dataclass(frozen=True, eq=False)  # one object a role, compared by identity: `sees` can't be hashed
class Role:
    """One row of the access table: what the role reaches, sees and does, and what else it may.

    `sees` maps each reach the role has to the parts it opens; `writes` is the work it does on the children it
    reaches. What follows are capabilities, which the rules ask instead of the role's name.

    Where it is held:
        of_team: it reaches children through a team, desk or school, which an appointment names.
        of_school: that is a school or college.
        of_locality: it sits on a locality's board, which an appointment names.
        supervised: an appointment names a supervisor, whose children are shown, and a last day.
        is_system: it is an agency's system, not a person.
    For a team:
        shares_work: what the team has to do is theirs too; others of the team are given theirs by name.
        manages: it answers for the promises of the team and hears when one is broken.
        above_managers: it hears when a manager's own promise is broken that nobody else of the team manages.
        heads_team: what anybody of the team works with is theirs too. It reaches those children, confirms the
            team's involvements and no others, and looks at the team's emergency openings.
        allocated_as: what kind of worker children are allocated to it as.
    Beyond:
        opens_in_emergency: it may open one named child for some hours; opens_restricted: even a restricted record.
        works_shifts: such an opening lasts to the end of the shift.
        audits: it looks at the emergency openings of its whole agency; the partnership's auditor at everybody's.
        governs_information: it is told of what is done to accounts that one administrator may not do alone.
        minutes_board: it keeps the minutes of every board of the authorities served, with no locality of its own.
        exports: it may take documents away.
        covers: it may stand in for another, or have a deputy.
        not_built: for its first page, which part of its main job is not in CEMS yet, and what it can do meanwhile.
    """

    key: StrEnum  # one of RoleKey, which stands beside the rows of the table
    label: str
    sees: Mapping[Reach, frozenset[Part]] = field(default_factory=dict)
    writes: frozenset[Work] = frozenset()
    of_team: bool = False
    of_school: bool = False
    of_locality: bool = False
    supervised: bool = False
    is_system: bool = False
    shares_work: bool = True
    manages: bool = False
    above_managers: bool = False
    heads_team: bool = False
    allocated_as: str = ""
    opens_in_emergency: bool = False
    opens_restricted: bool = False
    works_shifts: bool = False
    audits: bool = False
    governs_information: bool = False
    minutes_board: bool = False
    exports: bool = True
    covers: bool = True
    not_built: str = ""

    @property
    def wide(self) -> bool:
        return Reach.AUTHORITY in self.sees
