"""Every row that reaches a child is told of, kept for a set time, and read through its child (C5, A4)."""

from dataclasses import replace

import pytest
from django.apps import apps
from django.db import models
from django.test.utils import isolate_apps

from cems.base.kept import Kept
from cems.base.regimes import RECORDED
from cems.base.slots import KEPT
from cems.children.models import Child
from cems.children.own_copy import own_copy
from cems.children.querysets import OfChildQuerySet
from tests.factories.world import make_world
from tests.guards.source import package_of, ranks, told

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
    "children.RecordLink": "read by the relationship it belongs to, and shown by visible_to of both records",
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
    reaching: set[type[models.Model]] = {Child}
    while True:
        more = {
            model
            for model in _ours()
            if model not in reaching and any(t in reaching for t in _targets(model))
        }
        if not more:
            return sorted(reaching - {Child}, key=lambda model: model._meta.label)
        reaching |= more


def test_every_model_that_reaches_a_child_is_covered() -> None:
    covered = {kept.model for kept in KEPT}
    faults = [
        model._meta.label
        for model in [Child, *reaching_a_child()]
        if model not in covered and model._meta.label not in NOT_ABOUT_A_CHILD
    ]
    assert not faults, told(
        faults, "declare the model in the app's child_content.py: Kept(Model, title=…, retention=…, basis=…)."
    )


def test_kept_models_are_the_apps_own_and_kept_for_a_set_time_under_a_title_of_their_own() -> None:
    faults = []
    titles: dict[str, str] = {}
    for filling in KEPT.fillings:
        kept, label = filling.value, filling.value.model._meta.label
        if kept.model._meta.app_label != filling.by:
            faults.append(f"{filling.by} keeps {label} of another app")
        if not kept.retention:
            faults.append(f"{filling.by} does not say how long {label} is kept")
        if titles.setdefault(kept.title, label) != label:
            faults.append(f"{label} and {titles[kept.title]} are both called {kept.title}")
    assert titles
    assert not faults, told(
        faults, "Kept(Model, title=…, retention=…) in child_content.py of the model's own app."
    )


@pytest.mark.requirement("A4")
def test_every_column_is_shown_in_the_childs_own_copy_or_left_out_with_a_reason() -> None:
    faults = [fault for kept in KEPT for fault in kept.faults()]
    faults += [
        f"{kept.model._meta.label}: {reason!r} is no reason"
        for kept in KEPT
        for reason in kept.reasons().values()
        if len(reason.split()) < 4
    ]
    faults += [
        f"{kept.title}: a label may not be {k}" for kept in KEPT for k in {"kind", "regime"} & {*kept.columns}
    ]
    assert not faults, told(
        faults, "name the column in columns={…} or left_out={reason: (…)} of the model's Kept."
    )


@isolate_apps()
def test_house_f3_a_column_added_and_declared_nowhere_is_found() -> None:
    class Shoe(models.Model):
        child = models.ForeignKey(Child, on_delete=models.PROTECT, related_name="+")
        size = models.IntegerField()
        colour = models.CharField(max_length=9)
        friends = models.ManyToManyField("self")

        class Meta:
            app_label = "children"

        def __str__(self) -> str:
            return "shoe"

    kept = Kept(
        Shoe,
        title="Shoe",
        retention="a year",
        basis=RECORDED,
        columns={"size": "size"},
        left_out={"nobody asks for the colour": ("colour", "laces"), "told elsewhere in words": ("size",)},
    )
    assert kept.faults() == [
        "children.Shoe.friends is neither shown nor left out",
        "children.Shoe.size is shown and left out",
        "children.Shoe has no column laces",
    ]
    assert replace(kept, columns={}, left_out={}, not_shown="worn by nobody any more").faults() == []


@pytest.mark.django_db
@pytest.mark.requirement("A2")
def test_every_row_of_the_childs_own_copy_tells_its_regime() -> None:
    world = make_world(("involved", "emergency_access"))
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
