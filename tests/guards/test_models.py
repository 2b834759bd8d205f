"""Every row that reaches a child is told of, kept for a set time, and read through its child (C5, A4)."""

import pytest
from django.apps import apps
from django.db import models

from cems.base.registries import child_content, own_copy
from cems.children.models import Child
from cems.children.querysets import OfChildQuerySet
from tests.factories.world import make_world
from tests.guards.source import ROOT, package_of, ranks, told

# Rows that reach a child but are nothing about it. Each with its reason.
NOT_ABOUT_A_CHILD: dict[str, str] = {}
# Rows with a key to a child that are read in another way than through `of(child)`. Each with its reason.
READ_OTHERWISE = {
    "children.ChildUserObjectPermission": "guardian's own manager; read by the access rule alone",
    "children.Matter": "read by the access rule alone",
    "children.Submitter": "read by the access rule alone",
    "children.NamedReader": "read by the access rule, and by the page of a restricted record",
    "children.Bar": "read by the access rule alone",
    "children.ChildName": "read by the search, inside visible_to",
    "children.Identifier": "read by the search and the page of the child already opened",
}


def _ours() -> list[type[models.Model]]:
    return [
        model
        for model in apps.get_models(include_auto_created=True)
        if package_of(model.__module__) in ranks()
    ]


def _targets(model: type[models.Model]) -> list[type[models.Model]]:
    """What a row of this model points at, by whatever kind of key."""
    return [
        field.related_model  # type: ignore[misc]
        for field in [*model._meta.fields, *model._meta.many_to_many]
        if field.is_relation and isinstance(field.related_model, type)
    ]


def reaching_a_child() -> list[type[models.Model]]:
    """Every model of ours from which keys lead to Child, over any number of steps."""
    found: set[type[models.Model]] = {Child}
    while True:
        more = {model for model in _ours() if model not in found and any(t in found for t in _targets(model))}
        if not more:
            return sorted(found - {Child}, key=lambda model: model._meta.label)
        found |= more


def test_every_model_that_reaches_a_child_is_covered() -> None:
    covered = {model for content in child_content.values() for model in content.models}
    faults = [
        model._meta.label
        for model in [Child, *reaching_a_child()]
        if model not in covered and model._meta.label not in NOT_ABOUT_A_CHILD
    ]
    assert not faults, told(
        faults, "name the model in the app's child_content.py, with its subject access and retention."
    )


def test_covered_models_are_the_apps_own_and_kept_for_a_set_time() -> None:
    faults = []
    for content in child_content.values():
        for model in content.models:
            if model._meta.app_label != content.app:
                faults.append(f"{content.app} covers {model._meta.label} of another app")
            if not content.retention.get(model.__name__):
                faults.append(f"{content.app} does not say how long {model._meta.label} is kept")
    assert child_content
    assert not faults, told(
        faults, "retention={'ModelName': 'period of the retention schedule'} in child_content.py."
    )


def test_every_covered_model_has_a_regime_and_the_data_page_tells_it() -> None:
    """Who controls it, under which law, about whom, fact or opinion (access rules)."""
    written = (ROOT / "docs" / "data.md").read_text("utf-8")
    faults = []
    for content in child_content.values():
        for model in content.models:
            regime = content.regimes.get(model.__name__)
            if regime is None:
                faults.append(f"{content.app} does not say the regime of {model._meta.label}")
                continue
            row = (
                f"| `{model._meta.label}` | {content.retention[model.__name__]} | {regime.controller.label} |"
                f" {regime.law.label} | {regime.about.label} | {regime.nature.label} |"
            )
            if row not in written:
                faults.append(f"docs/data.md lacks the row: {row}")
        strange = {*content.regimes, *content.rows.values()} - {one.__name__ for one in content.models}
        faults += [
            f"{content.app} gives a regime or rows of {name}, which it does not cover" for name in strange
        ]
    assert not faults, told(
        faults,
        "regimes={'ModelName': one of cems/base/regimes.py} in child_content.py, and the row in docs/data.md.",
    )


@pytest.mark.django_db
@pytest.mark.requirement("A2")
def test_every_row_of_the_childs_own_copy_tells_its_regime() -> None:
    world = make_world(("involved", "glass"))
    children = [story.child.pk for story in world.stories.values()]
    rows = list(own_copy(children))
    assert len({row["kind"] for row in rows}) > 15 and all("controller:" in row["regime"] for row in rows)


def test_a_childs_own_keys_open_no_way_back() -> None:
    """`related_name="+"`: nobody gets from an authority or a school to its children without visible_to."""
    faults = [
        f"Child.{field.name} has the reverse name {field.remote_field.related_name!r}"
        for field in [*Child._meta.fields, *Child._meta.many_to_many]
        if field.is_relation and field.remote_field.related_name != "+"
    ]
    assert not faults, told(faults, 'give the key related_name="+".')


def test_rows_of_a_child_are_read_through_the_child() -> None:
    faults = []
    for model in _ours():
        keys = [field for field in model._meta.fields if field.is_relation and field.related_model is Child]
        if not keys or model is Child or model._meta.label in READ_OTHERWISE:
            continue
        if not isinstance(model._default_manager.all(), OfChildQuerySet):
            faults.append(f"{model._meta.label} has no OfChildManager")
    stale = READ_OTHERWISE.keys() - {model._meta.label for model in reaching_a_child()}
    faults += [f"{label} is excepted but reaches no child" for label in sorted(stale)]
    assert not faults, told(
        faults, "objects = OfChildManager() (or a queryset made from OfChildQuerySet), with of(child)."
    )


def test_keys_to_a_child_do_not_delete_with_it() -> None:
    """A record is never lost by a cascade: retention takes each kind of row knowingly."""
    faults = [
        f"{model._meta.label}.{field.name}"
        for model in _ours()
        for field in model._meta.fields
        if field.is_relation
        and field.related_model is Child
        and field.remote_field.on_delete is not models.PROTECT
        and model._meta.label != "children.ChildUserObjectPermission"  # a projection, made anew at will
    ]
    assert not faults, told(faults, "on_delete=models.PROTECT.")


def test_nothing_on_a_page_of_errors_names_a_child() -> None:
    """`str(row)` reaches logs and error pages."""
    child = Child(given_name="Given", family_name="Family", preferred_name="Preferred", reference="CHD-0")
    assert str(child) == "CHD-0"
