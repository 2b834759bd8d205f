"""A command and its steps are one transaction, and its audit one statement."""

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from cems.audit.choices import Verb
from cems.audit.models import Entry
from cems.audit.services import record, together
from cems.base.time import now
from cems.base.transactions import kept_in_command, one_transaction
from cems.children.models import CaseNote, Child
from cems.children.querysets import roots_with
from cems.children.services.history import note_write
from cems.children.services.merging import merge
from cems.children.services.whole import lock_whole, whole_held
from tests.factories.children import make_child
from tests.factories.people import make_user


@one_transaction
def _step(fails: bool) -> None:
    record(None, verb=Verb.CREATED)
    if fails:
        raise ValueError


@one_transaction
def _command(*, fails: bool = False) -> None:
    _step(False)
    _step(fails)


@pytest.mark.django_db
def test_steps_of_a_command_have_no_savepoint_and_are_undone_together() -> None:
    with (
        transaction.atomic(),
        CaptureQueriesContext(
            connection,
        ) as asked,
    ):
        _command()
    assert not [one for one in asked.captured_queries if one["sql"].startswith("SAVEPOINT")]
    with pytest.raises(ValueError):
        _command(fails=True)
    assert Entry.objects.filter(verb=Verb.CREATED).count() == 2


@pytest.mark.django_db
def test_rows_kept_together_are_one_statement_and_none_after_an_error() -> None:
    with CaptureQueriesContext(connection) as asked, together():
        _command()
    assert sum("audit_entry" in one["sql"] for one in asked.captured_queries) == 1
    with pytest.raises(ValueError), together():
        _command(fails=True)
    assert Entry.objects.filter(verb=Verb.CREATED).count() == 2


@pytest.mark.django_db
def test_a_record_that_is_held_is_locked_once() -> None:
    child: Child = make_child()
    with whole_held(child.pk) as root:
        assert lock_whole(child.pk) is root
    assert lock_whole(child.pk) is not root


@pytest.mark.django_db
def test_rows_of_a_held_record_are_found_whole_and_without_asking_for_the_record_again() -> None:
    officer, child, other = make_user("first_contact"), make_child(), make_child()
    notes = {note_write(officer, child=one, happened_at=now(), text="Example") for one in (child, other)}
    merge(officer, root=child, other=other, why="One child")
    with whole_held(other.pk) as root, CaptureQueriesContext(connection) as asked:
        assert set(CaseNote.objects.of(root)) == notes
        assert roots_with([other.pk]) == {child.pk: child.pk, other.pk: child.pk}
    assert not [one for one in asked.captured_queries if "children_child" in one["sql"]]


@pytest.mark.django_db
def test_reference_data_is_asked_once_a_command_and_anew_by_the_next() -> None:
    asked: list[str] = []

    def step() -> int:
        return kept_in_command("numbers", lambda: asked.append("asked") or len(asked))

    @one_transaction
    def command() -> list[int]:
        return [step(), one_transaction(step)()]

    assert command() == [1, 1]
    assert command() == [2, 2]
    assert [step(), step()] == [3, 4]  # outside a command nothing is kept
