"""Typed events: how a lower app tells the upper ones, inside the same command.

An app declares frozen dataclasses of ids and scalars in its `events.py`; upper apps
subscribe in `AppConfig.ready`. A handler writes only its own app's rows, and its error
fails the command that published. `docs/architecture.md` lists each event and listener.
"""

from collections import defaultdict
from collections.abc import Callable
from typing import Any

from cems.base.command import running

_handlers: dict[type, list[Callable[[Any], None]]] = defaultdict(list)


def subscribe(event_type: type, handler: Callable[[Any], None]) -> None:
    """Call `handler(event)` whenever an event of `event_type` is published."""
    if handler not in _handlers[event_type]:
        _handlers[event_type].append(handler)


def publish(event: object) -> None:
    """Run every handler of `event` in the running command.

    Raises RuntimeError outside a command: an event without a transaction could be half told.
    """
    if running() is None:
        raise RuntimeError(f"{type(event).__name__} published outside a command")
    for handler in _handlers[type(event)]:
        handler(event)


def listeners() -> dict[type, list[Callable[[Any], None]]]:
    """Who listens to what, for the documentation guard."""
    return dict(_handlers)
