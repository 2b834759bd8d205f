"""`docs/architecture.md` lists each event with who listens."""

import dataclasses
import importlib
import inspect
import re
from collections.abc import Callable
from datetime import date, datetime
from typing import Any, get_type_hints
from uuid import UUID

from cems.base.events import listeners
from tests.guards.source import ROOT, hand_written, package_of, ranks, told

# An event carries ids and scalars: a row in it would be stale, a child's name would travel.
PLAIN = {int, str, bool, float, date, datetime, UUID, type(None)}


def events() -> list[type]:
    """Every event class of the product."""
    classes = []
    for source in hand_written():
        if source.path.endswith("/events.py") and source.path != "cems/base/events.py":
            module = importlib.import_module(source.module)
            classes += [
                value
                for _, value in inspect.getmembers(module, inspect.isclass)
                if value.__module__ == source.module and dataclasses.is_dataclass(value)
            ]
    return classes


def _name(listener: Callable[[Any], None]) -> str:
    return f"{listener.__module__}.{listener.__qualname__}"


def _documented() -> dict[str, set[str]]:
    """Event → listeners, from the table whose first cell is `cems.children.events.LevelAgreed` in back-ticks."""
    text = (ROOT / "docs" / "architecture.md").read_text("utf-8")
    rows = re.findall(r"^\|\s*`([\w.]+\.events\.\w+)`\s*\|(.*)\|\s*$", text, re.MULTILINE)
    return {event: set(re.findall(r"`([\w.]+)`", cells)) for event, cells in rows}


def test_each_event_is_documented_with_its_listeners() -> None:
    heard = listeners()
    real = {
        f"{event.__module__}.{event.__qualname__}": {_name(listener) for listener in heard.get(event, [])}
        for event in events()
    }
    written = _documented()
    faults = [
        f"| `{event}` | {', '.join(f'`{name}`' for name in sorted(names))} |"
        for event, names in sorted(real.items())
        if written.get(event) != names
    ]
    faults += [f"{event} is documented but does not exist" for event in sorted(written.keys() - real.keys())]
    assert real
    assert not faults, told(faults, "put these rows into the table of events of docs/architecture.md.")


def test_an_event_without_a_listener_does_not_exist() -> None:
    """One that nobody hears is a promise no test can hold: it is declared when its first listener is written."""
    heard = listeners()
    faults = [f"{event.__module__}.{event.__qualname__}" for event in events() if not heard.get(event)]
    assert not faults, told(faults, "take the event and its publish() away, or subscribe in AppConfig.ready.")


def test_events_are_frozen_and_carry_ids_and_scalars() -> None:
    faults = []
    for event in events():
        if not event.__dataclass_params__.frozen:  # type: ignore[attr-defined]
            faults.append(f"{event.__qualname__} can be changed on its way")
        for field, kind in get_type_hints(event).items():
            kinds = set(getattr(kind, "__args__", (kind,)))
            if not kinds <= PLAIN:
                faults.append(f"{event.__qualname__}.{field} is {kind}")
    assert not faults, told(faults, "@dataclass(frozen=True) of ids, words, numbers and instants.")


def test_listeners_stand_above_what_they_listen_to_and_write_their_own() -> None:
    faults = [
        f"{_name(listener)} listens to {event.__qualname__} of its own or an upper app"
        for event, heard in listeners().items()
        for listener in heard
        if event.__module__.endswith(".events")
        and ranks()[package_of(listener.__module__)] <= ranks()[package_of(event.__module__)]
    ]
    assert not faults, told(faults, "an app calls what is below it; only what is above it is told by events.")
