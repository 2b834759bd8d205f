"""What leads up goes through slots, and what docs/ tells of them follows from code."""

import ast
import importlib

from django.apps import apps

from cems.base.documentation import pages
from cems.base.extension import Slot, slots
from tests.guards.source import hand_written, package_of, ranks, told

# What AppConfig.ready may call besides `.fill` and `subscribe`. Each with its reason.
ALSO_READY = {
    "self._fill_slots": "a part of ready()",
    "DerivedCheck": "an entry of a slot",
    "sign_in.connect": "signals of Django and allauth about signing in",
    "lookups.register": "a lookup of Django's own registry",
    "register": "a check of Django's own registry",
}


def test_a_slot_is_called_by_the_app_that_declares_it_and_says_what_it_is_for() -> None:
    faults = []
    for source in hand_written():
        for node in source.tree.body:
            made = getattr(node, "value", None)
            if not (isinstance(made, ast.Call) and getattr(made.func, "id", "") in {"One", "Many"}):
                continue
            if not source.path.endswith("/slots.py"):
                faults.append(f"{source.path}:{node.lineno} declares a slot")
                continue
            (name,) = [
                target.id for target in [getattr(node, "target", None)] if isinstance(target, ast.Name)
            ]
            slot = getattr(importlib.import_module(source.module), name)
            label = next(c.label for c in apps.get_app_configs() if c.name == package_of(source.module))
            if not isinstance(slot, Slot) or slot.name != f"{label}.{name.lower()}":
                faults.append(f"{source.path}:{node.lineno} {name} should be called {label}.{name.lower()}")
            elif not slot.purpose.endswith("."):
                faults.append(f"{slot.name} does not say in a sentence what it is for")
    assert len(slots()) > 15
    assert not faults, told(
        faults, 'NAME: Many[…] = Many("app.name", "What an entry is.") in slots.py of the reader.'
    )


def test_slots_are_filled_by_the_app_itself_and_by_no_app_below() -> None:
    configs = {config.label: config for config in apps.get_app_configs()}
    faults = []
    for slot in slots():
        declared_by = configs[slot.name.split(".")[0]].name
        for label in slot.fillers:
            if label != "tests" and ranks()[configs[label].name] < ranks()[declared_by]:
                faults.append(f"{slot.name} of {declared_by} is filled by {label}, which stands below it")
    assert not faults, told(faults, "an upper app fills what a lower one declares, by=self.label.")


def test_nothing_but_slots_and_events_leads_up() -> None:
    faults = []
    for source in hand_written():
        if not source.path.endswith("apps.py"):
            continue
        for node in ast.walk(source.tree):
            if isinstance(node, ast.Call):
                called = ast.unparse(node.func)
                if not called.endswith(".fill") and called != "subscribe" and called not in ALSO_READY:
                    faults.append(f"{source.path}:{node.lineno} calls {called}()")
            if isinstance(node, ast.Assign | ast.AugAssign) and isinstance(
                getattr(node, "targets", [getattr(node, "target", None)])[0], ast.Subscript | ast.Attribute
            ):
                faults.append(f"{source.path}:{node.lineno} writes into another module")
    assert not faults, told(faults, "declare a slot in slots.py of the app that reads it, and fill it.")


def test_the_pages_that_follow_from_code_are_as_they_should_be() -> None:
    faults = [f"docs/{path.name}" for path, text in pages() if path.read_text("utf-8") != text]
    assert not faults, told(faults, "run `manage.py write_docs`.")
