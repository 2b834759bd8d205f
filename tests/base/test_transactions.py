"""A command and its steps are one transaction, and its audit one statement."""

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from cems.audit.choices import Verb
from cems.audit.models import Entry
from cems.audit.services import record, together
from cems.base.transactions import one_transaction
from cems.children.models import Child
from cems.children.services.whole import lock_whole, whole_held
from tests.factories.children import make_child


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
