"""Which record's facts count once two are joined, and what counted before when they are taken apart (C1)."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from cems.accounts.models import User
from cems.base.command import command
from cems.base.errors import Invalid
from cems.base.time import today
from cems.children.identity.selectors.former_value import former_of
from cems.children.identity.services.former_value import former_values_keep
from cems.children.identity.services.record import name_register
from cems.children.identity.whereabouts import confidential_among
from cems.children.matching.selectors.merge_facts import FACTS, OTHER, ROOT, fact_choices
from cems.children.models import Child, ChildName, FormerReason, FormerValue, Merge


@command
def facts_decide(
    user: User, *, kept: Child, gone: Child, decisions: Mapping[str, str], at: datetime
) -> dict[str, Any]:
    """Let the record that stays say what was chosen; what it said is kept as a former value.

    Gives what each fact was and became, for the merge to put back. Raises Invalid for a side there is not.
    """
    chosen = []
    for choice in fact_choices(kept, gone):
        side = decisions.get(choice.key) or choice.default
        if side not in {ROOT, OTHER}:
            raise Invalid(choice.question, field=choice.key)
        if side == OTHER:
            chosen.append(choice.fact)
    if not chosen:
        return {}
    fields = [field for fact in chosen for field in FACTS[fact]]
    was = former_of(kept, [field.removesuffix("_id") for field in fields])
    facts: dict[str, dict[str, Any]] = {
        fact: {"was": _raw(kept, FACTS[fact]), "became": _raw(gone, FACTS[fact])} for fact in chosen
    }
    for field in fields:
        setattr(kept, field, getattr(gone, field))
    kept.version += 1
    kept.save(update_fields=[*(field.removesuffix("_id") for field in fields), "version"])
    former_values_keep(user, rows=was, reason=FormerReason.JOINED, at=at)
    if {"name", "preferred_name"} & set(chosen):
        before = set(ChildName.objects.filter(child=kept).values_list("pk", flat=True))
        name_register(user, child=kept, at=at)
        added = ChildName.objects.filter(child=kept).exclude(pk__in=before)
        facts[next(fact for fact in ("name", "preferred_name") if fact in facts)]["names"] = list(
            added.values_list("pk", flat=True)
        )
    return facts


@command
def facts_put_back(user: User, *, kept: Child, merge: Merge, standing: Sequence[Merge], at: datetime) -> None:
    """The record says again what it said before the merge, where nobody has changed it since.

    Where a later merge of those `standing` decided the same fact, that one puts it back in its time.
    """
    later = [row for row in standing if row.pk > merge.pk]
    changed: list[str] = []
    for fact, values in merge.before.get("facts", {}).items():
        then = next((row for row in later if fact in row.before.get("facts", {})), None)
        if then is not None and then.before["facts"][fact]["was"] == values["became"]:
            then.before["facts"][fact]["was"] = values["was"]
            then.save(update_fields=["before"])
        elif then is None and _raw(kept, FACTS[fact]) == values["became"]:
            changed += _set(kept, values["was"])
    if changed:
        kept.version += 1
        kept.save(update_fields=[*changed, "version"])
        name_register(user, child=kept, at=at)
    brought = [pk for values in merge.before.get("facts", {}).values() for pk in values.get("names", ())]
    own = {kept.full_name, kept.name}
    ChildName.objects.filter(pk__in=brought, child=kept, registered=False).exclude(name__in=own).delete()


@command
def addresses_put_back(user: User, *, apart: Sequence[Child], merge: Merge) -> None:
    """Records whose open address went with another's confidential one have it again, once they stand apart."""
    for child in apart:
        taken = FormerValue.objects.filter(
            child=child, reason=FormerReason.CONFIDENTIAL, withheld=True, until=merge.at
        )
        if child.address or child.postcode or not taken or _is_confidential(child):
            continue
        for row in taken:
            setattr(child, row.field, row.value)
        child.version += 1
        child.save(update_fields=["address", "postcode", "version"])
        taken.update(withheld=False)


def _is_confidential(child: Child) -> bool:
    return bool(confidential_among([child.merged_into_id or child.pk], today()))


def _raw(child: Child, fields: Sequence[str]) -> dict[str, Any]:
    """The values as JSON keeps them."""
    values = {name: getattr(child, name) for name in fields}
    return {name: value.isoformat() if isinstance(value, date) else value for name, value in values.items()}


def _set(child: Child, values: Mapping[str, Any]) -> list[str]:
    for name, value in values.items():
        setattr(child, name, date.fromisoformat(value) if name == "date_of_birth" else value)
    return [name.removesuffix("_id") for name in values]
