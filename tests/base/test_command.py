"""A command and its steps are one transaction; what it tells and audits is written once, at its end."""

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from cems.accounts.models import User
from cems.audit.choices import Verb
from cems.audit.models import Entry
from cems.audit.services import read, record
from cems.base.command import command, kept_in_command, running, savepoint
from cems.base.events import _handlers as handlers
from cems.base.events import publish, subscribe
from cems.base.idempotency import once
from cems.base.time import now
from cems.children.access.services.matter import matter_is_open, matter_open
from cems.children.history.services.note import note_write
from cems.children.identity.services.record import child_change
from cems.children.matching.services.cluster import lock_cluster
from cems.children.matching.services.merge import merge_make
from cems.children.models import CaseNote, Child
from cems.children.querysets import primaries_with
from cems.notices.models import Notice
from cems.notices.services import notice_send
from tests.factories.children import make_child
from tests.factories.people import make_user

pytestmark = pytest.mark.django_db


@command
def step(user: None, *, fails: bool = False) -> None:
    record(user, verb=Verb.CREATED)
    if fails:
        raise ValueError("Example")


@command
def two_steps(user: None, *, fails: bool = False) -> None:
    step(None)
    step(None, fails=fails)


@command
def holds(user: User | None, *, child: Child) -> Child:
    """A command that locks a record, as most do."""
    return lock_cluster(child.pk)


def written(asked: CaptureQueriesContext, table: str) -> int:
    return sum(
        f'INSERT INTO "{table}"' in query["sql"] or f"INSERT INTO {table}" in query["sql"] for query in asked
    )


def created() -> int:
    return Entry.objects.filter(verb=Verb.CREATED).count()


class TestTransaction:
    def test_the_steps_have_no_savepoint_of_their_own_and_are_undone_together(self) -> None:
        with CaptureQueriesContext(connection) as asked:
            two_steps(None)
        # One, since the test itself stands outside with a transaction.
        assert len([query for query in asked if query["sql"].startswith("SAVEPOINT")]) == 1
        with pytest.raises(ValueError):
            two_steps(None, fails=True)
        assert created() == 2

    @pytest.mark.django_db(transaction=True)
    def test_alone_it_is_a_transaction_of_its_own(self) -> None:
        with CaptureQueriesContext(connection) as asked:
            two_steps(None)
        assert [query["sql"].split()[0] for query in asked] == ["BEGIN", "INSERT", "COMMIT"]
        with pytest.raises(ValueError):
            two_steps(None, fails=True)
        assert created() == 2
        assert running() is None

    def test_a_step_whose_error_is_caught_is_undone_alone_in_a_savepoint(self) -> None:
        @command
        def goes_on(user: None) -> None:
            person = make_user()
            step(None)
            with pytest.raises(ValueError), savepoint():
                notice_send([person.pk], kind="example", key="lost", text="Lost")
                step(None, fails=True)
            with savepoint():
                notice_send([person.pk], kind="example", key="told", text="Told")
                step(None)

        goes_on(None)
        assert created() == 2
        assert set(Notice.objects.values_list("key", flat=True)) == {"told"}

    def test_an_error_that_is_caught_without_one_is_never_committed_in_silence(self) -> None:
        @command
        def goes_on(user: None) -> None:
            with pytest.raises(ValueError):
                step(None, fails=True)

        with pytest.raises(RuntimeError, match="savepoint"):
            goes_on(None)
        assert created() == 0
        with pytest.raises(RuntimeError, match="in a command"), savepoint():
            pass

    def test_locks_and_reads_of_a_step_that_was_undone_are_forgotten(self) -> None:
        child = make_child()

        @command
        def goes_on(user: None) -> tuple[Child, Child]:
            before = lock_cluster(child.pk)
            with pytest.raises(ValueError), savepoint():
                lock_cluster(child.pk).restricted = True
                raise ValueError
            return before, lock_cluster(child.pk)

        before, after = goes_on(None)
        assert before is not after and not after.restricted

    def test_what_a_form_sent_twice_does_is_one_command_with_its_key(self) -> None:
        user, key = make_user(), "0f0e0d0c-0b0a-4908-8706-050403020100"
        for _ in range(2):
            with CaptureQueriesContext(connection) as asked:
                once(user, key=key, action="example", body={}, perform=lambda: two_steps(None) or {})
            assert len([query for query in asked if query["sql"].startswith("SAVEPOINT")]) == 1
        assert created() == 2


class TestBatches:
    def test_the_audit_of_a_command_is_one_statement_and_nothing_after_an_error(self) -> None:
        with CaptureQueriesContext(connection) as asked:
            two_steps(None)
        assert written(asked, "audit_entry") == 1
        with CaptureQueriesContext(connection) as asked, pytest.raises(ValueError):
            two_steps(None, fails=True)
        assert written(asked, "audit_entry") == 0
        assert created() == 2

    def test_outside_a_command_a_row_of_the_audit_is_written_at_once(self) -> None:
        with CaptureQueriesContext(connection) as asked:
            assert record(None, verb=Verb.CREATED).pk
        assert len(asked) == 1

    def test_a_look_within_a_command_is_written_once(self) -> None:
        user, child = make_user(), make_child()

        @command
        def looks_twice(user: User) -> tuple[bool, bool]:
            first = read(user, child=child.public_id, part="overview")
            return first, read(user, child=child.public_id, part="overview")

        assert looks_twice(user) == (True, False)
        assert read(user, child=child.public_id, part="overview") is False
        assert Entry.objects.filter(verb=Verb.VIEWED).count() == 1

    def test_an_error_of_the_audit_undoes_the_command(self, monkeypatch: pytest.MonkeyPatch) -> None:
        user, child = make_user("first_contact"), make_child()

        def refuses(rows: list[Entry]) -> None:
            raise RuntimeError("no audit, no change")

        monkeypatch.setattr(Entry.objects, "bulk_create", refuses)
        with pytest.raises(RuntimeError, match="no audit"):
            note_write(user, child=child, happened_at=now(), text="Example")
        assert not CaseNote.objects.exists()

    def test_a_listener_is_part_of_the_command_that_publishes(self) -> None:
        scopes: list[object] = []

        @command
        def publishes(user: None) -> None:
            scopes.append(running())
            step(None)
            publish(Example())

        def listener(event: Example) -> None:
            scopes.append(running())
            step(None)

        subscribe(Example, listener)
        try:
            with CaptureQueriesContext(connection) as asked:
                publishes(None)
        finally:
            del handlers[Example]
        assert scopes[0] is scopes[1]
        assert written(asked, "audit_entry") == 1
        with pytest.raises(RuntimeError, match="outside a command"):
            publish(Example())


class Example:
    """An event that only this test knows."""


class TestLock:
    def test_a_record_is_locked_and_asked_for_once_a_command(self) -> None:
        child = make_child()

        @command
        def locks_twice(user: None) -> tuple[Child, Child]:
            return lock_cluster(child.pk), holds(None, child=child)

        first, second = locks_twice(None)
        assert first is second
        assert holds(None, child=child) is not first  # the next command asks anew

    def test_rows_of_a_locked_record_are_found_whole_and_without_asking_for_the_record_again(self) -> None:
        officer, child, other = make_user("first_contact"), make_child(), make_child()
        notes = {
            note_write(officer, child=subject, happened_at=now(), text="Example")
            for subject in (child, other)
        }
        merge_make(officer, primary=child, other=other, why="One child")

        @command
        def reads(user: None) -> None:
            primary = lock_cluster(other.pk)
            assert primary == child and lock_cluster(child.pk) is primary
            assert primaries_with([other.pk]) == {child.pk: child.pk, other.pk: child.pk}
            with CaptureQueriesContext(connection) as asked:
                assert set(CaseNote.objects.of(primary)) == notes
                assert primaries_with([child.pk, other.pk]) == {child.pk: child.pk, other.pk: child.pk}
            assert not [query for query in asked if "children_child" in query["sql"]]

        reads(None)

    def test_a_merge_and_a_change_in_the_same_command_are_seen_by_what_follows(self) -> None:
        officer, child, other = make_user("first_contact"), make_child(), make_child()
        matter_open(officer, child=other, kind="ceg")

        @command
        def joins(user: User) -> None:
            assert lock_cluster(other.pk) == other and set(primaries_with([child.pk, other.pk])) == {
                child.pk,
                other.pk,
            }
            assert not matter_is_open(lock_cluster(child.pk), "ceg")
            merge_make(user, primary=child, other=other, why="One child")
            assert lock_cluster(other.pk) == child
            assert set(primaries_with([child.pk])) == {child.pk, other.pk}
            assert matter_is_open(lock_cluster(child.pk), "ceg")
            version = lock_cluster(child.pk).version
            child_change(user, child=child, version=version, values={"preferred_name": "Example"})
            assert lock_cluster(child.pk).preferred_name == "Example"

        joins(officer)

    def test_reference_data_is_asked_once_a_command_and_anew_by_the_next(self) -> None:
        asked: list[str] = []

        def number() -> int:
            return kept_in_command("numbers", lambda: asked.append("asked") or len(asked))

        @command
        def inner(user: None) -> int:
            return number()

        @command
        def outer(user: None) -> list[int]:
            return [number(), inner(None)]

        assert outer(None) == [1, 1]
        assert outer(None) == [2, 2]
        assert [number(), number()] == [3, 4]  # outside a command nothing is kept


class TestSignature:
    def test_house_f6_a_command_without_an_acting_user_is_refused(self) -> None:
        def nobody() -> None: ...
        def only_by_name(*, user: None) -> None: ...
        def another(at: None, *, user: None) -> None: ...

        for service in (nobody, only_by_name, another):
            with pytest.raises(TypeError, match="must take the acting user first"):
                command(service)

    def test_house_f6_a_command_with_positional_arguments_is_refused(self) -> None:
        def positional(user: None, child: int, note: str = "") -> None: ...
        def many(user: None, *rest: int) -> None: ...

        with pytest.raises(TypeError, match="must take child, note by name"):
            command(positional)
        with pytest.raises(TypeError, match="must take rest by name"):
            command(many)

    def test_a_caller_that_gives_more_than_the_user_by_position_is_refused(self) -> None:
        with pytest.raises(TypeError), transaction.atomic():
            step(None, True)  # type: ignore[misc]
        assert created() == 0
