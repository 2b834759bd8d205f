"""What each agency says of a child, as the table sees it (T3)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from cems.accounts.models import Agency, User
from cems.base.time import local
from cems.meetings.choices import Held
from cems.meetings.models import Contribution


@dataclass(frozen=True)
class Said:
    """One agency's line: what it said, or that nothing has come."""

    agency: Agency
    row: Contribution | None
    own: bool

    @property
    def held(self) -> str:
        return Held(self.row.held).label if self.row else "No answer yet"

    @property
    def text(self) -> str:
        return self.row.text if self.row else ""

    @property
    def version(self) -> int:
        return self.row.version if self.row else 0

    @property
    def by(self) -> str:
        """Who said it, and when, for beneath the words."""
        return f"{self.row.said_by}, {local(self.row.said_at):%-d %B at %H:%M}" if self.row else ""


def said_by(user: User, agencies: Sequence[Agency], said: Mapping[int, Contribution]) -> list[Said]:
    """A line for each agency with a seat, and for any other that spoke; the reader's own agency first."""
    asked = {agency.pk: agency for agency in agencies}
    asked |= {row.agency_id: row.agency for row in said.values()}
    lines = [Said(agency, said.get(pk), pk == user.agency_id) for pk, agency in asked.items()]
    return sorted(lines, key=lambda line: (not line.own, line.agency.name))
