"""What the loser of a real conflict is told."""

from cems.base.errors import Overtaken

__all__ = ["Overtaken"]
