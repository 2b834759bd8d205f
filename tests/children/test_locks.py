"""Who locks a record to change it stops nobody who writes a row that points at it (two would wait for each other)."""

from typing import Any

import psycopg
import pytest
from django.db import connection, transaction
from psycopg.sql import SQL, Composed, Identifier

from cems.accounts.models import User
from cems.children.matching.services.cluster import lock_cluster
from cems.children.models import Child
from matrix.models import Matrix
from matrix.services.drafts import matrix_start, open_draft
from tests.factories.children import involve, make_child
from tests.factories.people import make_user

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.requirement("K2")]


def another_points_at(table: str, pk: int) -> None:
    """What PostgreSQL does for another person who writes a row with a key to this one. Raises if it had to wait."""
    ask(SQL("SELECT 1 FROM {} WHERE id = %s FOR KEY SHARE NOWAIT").format(Identifier(table)), pk)


def test_a_record_that_is_changed_can_be_pointed_at() -> None:
    child = make_child()
    with transaction.atomic():
        lock_cluster(child.pk)
        another_points_at(Child._meta.db_table, child.pk)


def test_a_matrix_that_is_sent_can_be_typed_into_by_a_colleague() -> None:
    child, worker = make_child(), make_user()
    involve(child, worker)
    draft = matrix_start(worker, child=child)
    with transaction.atomic():
        open_draft(draft)
        another_points_at(Matrix._meta.db_table, draft.pk)


def test_a_person_whose_post_changes_can_be_told_things() -> None:
    person = make_user()
    with transaction.atomic():
        User.objects.select_for_update(no_key=True).get(pk=person.pk)
        another_points_at(User._meta.db_table, person.pk)


def test_two_who_change_one_record_still_wait_for_each_other() -> None:
    child = make_child()
    with transaction.atomic():
        lock_cluster(child.pk)
        with pytest.raises(psycopg.errors.LockNotAvailable):
            another_changes(child.pk)


def another_changes(pk: int) -> None:
    ask(SQL("SELECT 1 FROM children_child WHERE id = %s FOR NO KEY UPDATE NOWAIT"), pk)


def ask(statement: SQL | Composed, pk: int) -> None:
    """Over a connection of its own."""
    here: dict[str, Any] = connection.get_connection_params()
    names = {name: here[name] for name in ("dbname", "user", "host", "port", "password") if name in here}
    with psycopg.connect(**names) as other:
        other.execute(statement, [pk])
