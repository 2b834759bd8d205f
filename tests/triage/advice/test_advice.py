"""The advice library with its versions (T4), and the log of advice given (T8)."""

from datetime import UTC, datetime, timedelta

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from cems.audit.models import Entry
from cems.base.errors import Conflict, Invalid
from cems.base.time import now
from cems.children.choices import HarmForm
from tests.factories.children import involve, make_child
from tests.factories.people import make_team, make_user, sign_in
from tests.factories.triage import advise
from triage.advice.rules import suits
from triage.advice.selectors import advice_for, log, readable
from triage.advice.services import Words, advice_retire, advice_write, consultation_record
from triage.models import AdviceEntry, AdviceVersion, Consultation

pytestmark = pytest.mark.django_db
ages, levels = st.integers(0, 21), st.integers(0, 3)
some_forms = st.lists(st.sampled_from(HarmForm.values), max_size=3, unique=True)


@pytest.mark.requirement("T4")
@given(ages, ages, some_forms, st.lists(levels, unique=True), ages, some_forms, st.none() | levels)
def test_advice_suits_whom_it_names(
    low: int, high: int, forms: list[str], for_levels: list[int], age: int, seen: list[str], level: int | None
) -> None:
    advice = AdviceVersion(age_from=low, age_to=high, forms=forms, levels=for_levels)
    by_form = any(form in seen for form in forms) if forms and seen else True
    by_level = level in for_levels if for_levels and level is not None else True
    assert suits(advice, age=age, forms=seen, level=level) == (
        low <= age and age <= high and by_form and by_level
    )


@pytest.mark.requirement("T4")
def test_a_new_version_keeps_the_old_words_and_two_writers_do_not_overwrite_each_other() -> None:
    editor = make_user("erase_manager")
    entry = advice_write(editor, words=Words("Travel passes", "Look at the pass together."))
    first = entry.current
    advice_write(editor, entry=entry, version=1, words=Words("Travel passes", "Ask who pays for it."))
    with pytest.raises(Conflict):
        advice_write(editor, entry=entry, version=1, words=Words("Travel passes", "A third text."))
    entry.refresh_from_db()
    assert first and AdviceVersion.objects.get(pk=first.pk).text == "Look at the pass together."
    assert entry.current and (entry.current.number, entry.current.text) == (2, "Ask who pays for it.")
    with pytest.raises(Invalid) as refused:
        advice_write(editor, words=Words("Ages", "Upside down", age_from=12, age_to=5))
    assert refused.value.field == "age_from"


@pytest.mark.requirement("T4")
def test_who_was_slower_reads_both_texts_and_can_then_send() -> None:
    editor = make_user("erase_manager")
    entry = advice_write(editor, words=Words("Travel passes", "Look at the pass together."))
    address = reverse("advice:entry_change", args=[entry.code])
    client = sign_in(editor)
    form = client.get(address).context["form"]
    typed = {
        name: "" if value is None else value for name in form.fields if (value := form[name].value()) != []
    }
    advice_write(editor, entry=entry, version=1, words=Words("Travel passes", "Ask who pays for it."))
    refused = client.post(address, {**typed, "text": "A third text."})
    page = refused.content.decode()
    assert refused.status_code == 409 and "Ask who pays for it." in page and "A third text." in page
    again = {name: str(refused.context["form"][name].value()) for name in ("version", "key")}
    assert client.post(address, {**typed, "text": "A third text.", **again}).status_code == 302
    entry.refresh_from_db()
    assert entry.current and entry.current.text == "A third text."


@pytest.mark.requirement("T4")
def test_the_first_library_is_put_in_place_once_and_what_people_wrote_stays() -> None:
    before = AdviceVersion.objects.count()
    assert before >= 12 and all(row.current for row in AdviceEntry.objects.all())
    entry = AdviceEntry.objects.get(code="language")
    advice_write(make_user("erase_manager"), entry=entry, version=1, words=Words("Words", "Ours now."))
    call_command("sync_reference", verbosity=0)
    entry.refresh_from_db()
    assert AdviceVersion.objects.count() == before + 1
    assert entry.current and entry.current.text == "Ours now."


@pytest.mark.requirement("T4")
def test_retired_advice_is_not_offered() -> None:
    editor = make_user("erase_manager")
    entry = AdviceEntry.objects.get(code="towards-18")
    assert entry.current in advice_for(age=17, forms=[], level=3)
    assert entry.current not in advice_for(age=12, forms=[], level=3)
    advice_retire(editor, entry=entry)
    assert entry.current not in advice_for(age=17, forms=[], level=3)
    advice_retire(editor, entry=entry, back=True)
    assert entry.current in advice_for(age=17, forms=[], level=3)


@pytest.mark.requirement("T8")
def test_the_log_shows_an_agency_its_own_and_of_children_only_those_they_see() -> None:
    team = make_team()
    worker, colleague = make_user("ce_worker", team=team), make_user("ce_worker", team=team)
    child = make_child()
    involve(child, worker)
    named, plain = advise(worker, child=child), advise(worker)
    advise(make_user("champion"))
    assert {row.pk for row in readable(worker)} == {named.pk, plain.pk}
    assert {row.pk for row in readable(colleague)} == {plain.pk}


@pytest.mark.requirement("T8")
def test_a_correction_supersedes_and_is_made_once() -> None:
    user = make_user("champion")
    row = advise(user)
    fields = {"asked_by_name": "A", "asked_by_agency": None, "happened_at": now(), "about": "B", "given": "C"}
    consultation_record(user, supersedes=row, **fields)  # type: ignore[arg-type]
    assert [advice.given for advice in readable(user)] == ["C"]
    with pytest.raises(Conflict):
        consultation_record(user, supersedes=row, **fields)  # type: ignore[arg-type]
    with pytest.raises(Invalid) as refused:
        late = {**fields, "happened_at": now() + timedelta(days=1)}
        consultation_record(user, **late)  # type: ignore[arg-type]
    assert refused.value.field == "happened_on"


@pytest.mark.requirement("T8")
def test_its_pages_show_every_entry_once_also_those_of_one_day(monkeypatch: pytest.MonkeyPatch) -> None:
    user, noon = make_user("champion"), datetime(2026, 3, 2, 12, tzinfo=UTC)
    rows = [advise(user, at=noon) for _ in range(5)]  # a day is all that is asked, so they share its noon
    monkeypatch.setattr("triage.advice.selectors.ORDER.size", 2)
    shown, after = list[Consultation](), ""
    for _ in range(3):
        page = log(user, at=now(), after=after)
        shown += [row for row, _ in page.rows]
        after = page.after
    assert (shown, after) == (rows[::-1], "")


@pytest.mark.requirement("T8")
def test_twelve_months_are_counted_by_month_and_agency() -> None:
    user = make_user("champion")
    at = datetime(2026, 11, 20, 12, tzinfo=UTC)
    for happened in (datetime(2025, 11, 30, 12, tzinfo=UTC), datetime(2025, 12, 1, 12, tzinfo=UTC), at, at):
        advise(user, at=min(happened, now()))
    year = log(user, at=at)
    assert year.months == [("December 2025", 1), ("November 2026", 2)]
    assert year.agencies == [(user.agency.name, 3)]


def sent(**more: str) -> dict[str, str]:
    day = now()
    return {
        "asked_by_name": "Example Nurse",
        "about": "A new phone.",
        "given": "Ask who pays.",
        "happened_on_0": str(day.day),
        "happened_on_1": str(day.month),
        "happened_on_2": str(day.year),
        "key": "0f6dc9f4-32c0-4d0e-8ef4-0b8a7f4bd001",
        **more,
    }


@pytest.mark.requirement("T8")
def test_the_page_keeps_it_once_and_names_no_child_the_person_may_not_see(client: Client) -> None:
    user, child = make_user("champion"), make_child()
    sign_in(user, client)
    address = reverse("advice:consultation_new")
    refused = client.post(address, sent(child=child.reference))
    assert refused.status_code == 400 and b"Check it, or leave it empty" in refused.content
    assert b"A new phone." in refused.content and not Consultation.objects.exists()
    for _ in range(2):
        assert client.post(address, sent()).status_code == 302
    row = Consultation.objects.get()
    assert row.happened_at <= now() and Entry.objects.filter(subject_kind__icontains="consultation").exists()
    page = client.get(reverse("advice:log")).content.decode()
    assert "Ask who pays." in page and "Example Nurse" in page


@pytest.mark.requirement("T4")
def test_only_erase_edits_and_anybody_reads(client: Client) -> None:
    sign_in(make_user("practitioner"), client)
    assert client.get(reverse("advice:entry", args=["language"])).status_code == 200
    page = client.get(reverse("advice:library")).content.decode()
    assert "Add advice" not in page and "Advice given" not in page
    assert client.get(reverse("advice:entry_new")).status_code == 403
    assert client.post(reverse("advice:entry_retire", args=["language"])).status_code == 403
    assert client.get(reverse("advice:log")).status_code == 403
