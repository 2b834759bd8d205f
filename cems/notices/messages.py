"""What is said to people."""

from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True)
class Message:
    """What is said. `text` and `url` carry references only; `key` makes it be said once to a person."""

    kind: str
    key: str
    text: str
    url: str = ""
    reference: str = ""
    child: UUID | None = None
