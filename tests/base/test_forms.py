"""The one way a form goes: right or not, refused or done, once however often it is sent (floor-f3)."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from crispy_forms.utils import render_crispy_form
from django import forms
from django.http import HttpRequest
from django.template import Context, Template
from django.test import RequestFactory
from django.utils.html import format_html

from cems.accounts.models import User
from cems.base.autosave import Both, handle_autosave
from cems.base.errors import CommandError, Conflict, Invalid, NotAllowed, Overtaken
from cems.base.form_fields import DayField, TimeOfDayField, WhyField, WordsField, YesNoField
from cems.base.forms import OnceForm, PlainForm, handle_form
from cems.base.models import IdempotencyKey
from cems.base.time import now
from cems.children.access.services.emergency_access import emergency_access_open
from cems.children.history.services.note import note_write
from cems.children.matching.rules.search import Asked
from tests.factories.children import make_child
from tests.factories.people import make_user

pytestmark = pytest.mark.django_db


class Words(PlainForm):
    called = {"at": "why"}
    why = WhyField("Why?")


class WordsOnce(OnceForm):
    why = WhyField("Why?")


def sent(acting: User, address: str = "/page/", **data: str) -> HttpRequest:
    request = RequestFactory().post(address, data)
    request.user = acting
    return request


def raises(error: CommandError) -> Callable[[], Any]:
    def perform() -> None:
        raise error

    return perform


MARKUP = "<b>Marnie</b> & <script>alert(1)</script>"


class Marked(PlainForm):
    """Every kind of field, with markup where a name of a child or a colleague may stand."""

    button = MARKUP
    text = forms.CharField(label=MARKUP, help_text=MARKUP)
    words = WordsField(label=MARKUP, help_text=MARKUP)
    day = DayField(label=MARKUP, help_text=MARKUP)
    time = TimeOfDayField(label=MARKUP, help_text=MARKUP, wanted="Write the time.")
    ticked = forms.BooleanField(label=MARKUP, help_text=MARKUP)
    one = forms.ChoiceField(label=MARKUP, help_text=MARKUP, choices=[(1, MARKUP)], widget=forms.RadioSelect)
    several = forms.MultipleChoiceField(
        label=MARKUP, help_text=MARKUP, choices=[(1, MARKUP)], widget=forms.CheckboxSelectMultiple
    )
    chosen = forms.ChoiceField(label=MARKUP, help_text=MARKUP, choices=[(1, MARKUP)])


# A full stop, signs, spaces of every width, and letters that no font draws.
NOTHING = [
    ".",
    " . ",
    "-",
    "…",
    "?!",
    "\u200b",
    "\u200b\ufeff\u2060",
    "\u00ad",
    "\u3164",
    "\u115f\u1160",
    "\uffa0",
]
NOTHING += [
    "\u2800",
    "\u202e",
    "\u00a0",
    "\u3000",
    "\ufe0f",
    "👍",
    "\x00",
    "\r\n.\r\n",
    "\ue000",
    "\U000e0041",
]
SOMETHING = ["No", "7", "é", "عنف", "危险", "ਖ਼ਤਰਾ", "አደጋ", "위험", ".a.", "\u200bShe told me"]


class TestWhatHasToBeWritten:
    @pytest.mark.parametrize("words", NOTHING)
    def test_says_something(self, words: str) -> None:
        form = Words({"why": words})
        assert not form.is_valid()
        assert form.errors["why"] == ["Say why."] or "\0" in words, words  # of which nobody typed any

    @pytest.mark.parametrize("words", SOMETHING)
    def test_may_be_in_any_script(self, words: str) -> None:
        assert Words({"why": words}).is_valid(), words

    @pytest.mark.parametrize("words", NOTHING)
    def test_is_asked_for_by_services_as_well(self, words: str) -> None:
        child = make_child()
        with pytest.raises(CommandError):
            emergency_access_open(make_user("edt"), named=Asked(reference=child.reference), reason=words)
        with pytest.raises(CommandError):
            note_write(make_user("first_contact"), child=child, text=words, happened_at=now())


@pytest.mark.requirement("A2")
class TestWhatAFormSays:
    @pytest.mark.parametrize("sent", [None, {}, {"text": MARKUP, "one": MARKUP}])
    def test_is_never_markup(self, sent: dict[str, str] | None) -> None:
        html = render_crispy_form(Marked(sent))
        assert "<b>" not in html and "<script>" not in html
        assert html.count("&lt;b&gt;Marnie") >= 2 * len(Marked.base_fields)
        assert "&amp;lt;" not in html

    @pytest.mark.parametrize("name", Marked.base_fields)
    def test_is_never_markup_where_a_template_draws_the_field(self, name: str) -> None:
        for filter_name in ("as_crispy_field", "label"):
            words = "form.{0}|as_crispy_field" if filter_name == "as_crispy_field" else "form.{0}.label"
            drawn = Template("{% load crispy_forms_filters %}{{ " + words.format(name) + " }}")
            html = drawn.render(Context({"form": Marked()}))
            assert "<b>" not in html and "&lt;b&gt;" in html and "&amp;lt;" not in html

    def test_keeps_the_markup_that_a_form_meant(self) -> None:
        form = Marked()
        form.fields["text"].help_text = format_html('<a href="/">{}</a>', "Here")
        assert '<a href="/">Here</a>' in render_crispy_form(form)


class TestAForm:
    def test_that_is_only_shown_does_nothing(self) -> None:
        request = RequestFactory().get("/page/")
        request.user = make_user()
        form = Words(None)
        assert handle_form(request, form, raises(Invalid("not asked"))) is None
        assert form.status == 200

    def test_that_is_not_right_does_nothing(self) -> None:
        request = sent(make_user(), why=" ")
        form = Words(request.POST)
        assert handle_form(request, form, raises(Invalid("not asked"))) is None
        assert (form.errors, form.status) == ({"why": ["Say why."]}, 400)

    @pytest.mark.parametrize(
        ("error", "beside", "status"),
        [
            (Invalid("No.", field="why"), "why", 400),
            (Invalid("No.", field="at"), "why", 400),
            (Invalid("No.", field="elsewhere"), "__all__", 400),
            (Conflict("No."), "__all__", 409),
        ],
    )
    def test_that_is_refused_says_so_beside_its_field_and_keeps_what_was_typed(
        self, error: CommandError, beside: str, status: int
    ) -> None:
        request = sent(make_user(), why="Typed")
        form = Words(request.POST)
        assert handle_form(request, form, raises(error)) is None
        assert (form.errors, form.status, form.refusal) == ({beside: ["No."]}, status, error)
        assert form["why"].value() == "Typed"

    def test_leaves_what_a_person_may_not_do_to_its_own_page(self) -> None:
        request = sent(make_user(), why="Typed")
        with pytest.raises(NotAllowed):
            handle_form(request, Words(request.POST), raises(NotAllowed("No.")))
        form = Words(request.POST)
        assert handle_form(request, form, raises(NotAllowed("No.")), refusals=CommandError) is None
        assert form.errors

    def test_knows_who_was_quicker(self) -> None:
        request = sent(make_user(), why="Typed")
        form = Words(request.POST)
        handle_form(request, form, raises(Overtaken(theirs={}, version=3, by="Joy")))
        assert form.lost and (form.lost.version, form.lost.by) == (3, "Joy")


class TestAFormWithoutAKeyOfItsOwn:
    """Counts once for the page it was drawn on: Django masks its token anew for each."""

    @staticmethod
    def send(user: User, token: str, address: str = "/page/", **data: str) -> tuple[int, bool]:
        """How often it is performed by this, and whether it says that it was the first time."""
        performed: list[int] = []
        request = sent(user, address, csrfmiddlewaretoken=token, **data)
        form = Words(request.POST)
        handled = handle_form(request, form, lambda: {"number": len(performed) or performed.append(1)})
        assert handled
        return len(performed), handled.is_new

    def test_a_double_click_is_performed_once(self) -> None:
        user, token = make_user(), uuid4().hex
        assert self.send(user, token, why="Typed") == (1, True)
        assert self.send(user, token, why="Typed") == (0, False)

    @pytest.mark.parametrize(
        "other",
        [
            {"token": "another page"},
            {"why": "Other words"},
            {"address": "/page/?of=another"},
            {"step": "another button"},
        ],
    )
    def test_any_other_sending_is_performed(self, other: dict[str, str]) -> None:
        user, before = make_user(), {"token": "a page", "why": "Typed"}
        assert self.send(user, **before) == (1, True)
        assert self.send(user, **{**before, **other}) == (1, True)

    def test_the_same_of_another_person_is_performed(self) -> None:
        for user in (make_user(), make_user()):
            assert self.send(user, "a page", why="Typed") == (1, True)

    def test_what_was_refused_is_performed_when_it_is_sent_again(self) -> None:
        user = make_user()
        request = sent(user, why="Typed", csrfmiddlewaretoken="a page")
        assert handle_form(request, Words(request.POST), raises(Invalid("No."))) is None
        assert self.send(user, "a page", why="Typed") == (1, True)


class TestAFormThatCountsOnce:
    def test_is_performed_once_and_gives_the_same_again(self) -> None:
        user, key, made = make_user(), str(uuid4()), make_user()
        done: list[User] = []

        def perform() -> User:
            done.append(made)
            return made

        for is_new in (True, False):
            request = sent(user, why="Typed", key=key, csrfmiddlewaretoken=str(uuid4()))
            handled = handle_form(request, WordsOnce(request.POST), perform)
            assert handled and (handled.is_new, handled.public_id) == (is_new, made.public_id)
        assert done == [made]

    @pytest.mark.parametrize(("address", "why"), [("/page/", "Other words"), ("/page/?of=another", "Typed")])
    def test_is_no_other_form_and_none_of_another_page(self, address: str, why: str) -> None:
        user, key = make_user(), str(uuid4())
        request = sent(user, why="Typed", key=key)
        assert handle_form(request, WordsOnce(request.POST), dict)
        request = sent(user, address, why=why, key=key)
        form = WordsOnce(request.POST)
        assert handle_form(request, form, dict) is None
        assert form.status == 409

    def test_whose_key_was_used_is_drawn_again_with_another_and_counts_then(self) -> None:
        user, key = make_user(), str(uuid4())
        request = sent(user, why="Typed", key=key)
        assert handle_form(request, WordsOnce(request.POST), dict)
        request = sent(user, why="Other words", key=key)
        form = WordsOnce(request.POST)
        assert handle_form(request, form, dict) is None and form["why"].value() == "Other words"
        assert "already sent with other content" in str(form.errors)
        drawn = form["key"].value()
        assert drawn != key
        for is_new in (True, False):
            request = sent(user, why="Other words", key=drawn)
            handled = handle_form(request, WordsOnce(request.POST), dict)
            assert handled and handled.is_new is is_new

    def test_that_was_refused_can_be_mended_under_its_key(self) -> None:
        user, key = make_user(), str(uuid4())
        request = sent(user, why="Typed", key=key)
        assert handle_form(request, WordsOnce(request.POST), raises(Invalid("No."))) is None
        assert not IdempotencyKey.objects.exists()
        request = sent(user, why="Mended", key=key)
        assert handle_form(request, WordsOnce(request.POST), dict)

    def test_is_nothing_without_its_key(self) -> None:
        request = sent(make_user(), why="Typed")
        form = WordsOnce(request.POST)
        assert handle_form(request, form, dict) is None
        assert form.errors == {"key": ["This page is incomplete. Reload it and try again."]}


def test_yes_or_no_is_true_or_false_and_never_left_open() -> None:
    class Asked(forms.Form):
        here = YesNoField(label="Here?", wanted="Say whether.")

    cleaned = [Asked({"here": word}) for word in ("yes", "no")]
    assert [form.is_valid() and form.cleaned_data["here"] for form in cleaned] == [True, False]
    assert Asked({}).errors == {"here": ["Say whether."]}


class TestAnAutosave:
    def save(self, acting: User, perform: Callable[[], dict[str, Any]], **data: str) -> Any:
        return handle_autosave(
            sent(acting, **data),
            perform,
            body={"text": data.get("text", "")},
            both=lambda lost: Both("mine", lost.theirs["text"], {"text": lost.theirs["text"]}),
        )

    def test_is_saved_once(self) -> None:
        user, key, done = make_user(), str(uuid4()), list[int]()

        def perform() -> dict[str, Any]:
            done.append(1)
            return {"version": len(done)}

        answers = [self.save(user, perform, idempotency_key=key, text="x").content for _ in range(2)]
        assert answers == [b'{"version": 1}'] * 2

    def test_is_never_saved_under_another_name(self) -> None:
        answer = self.save(make_user(), raises(Invalid("not asked")), user="0", idempotency_key=str(uuid4()))
        assert answer.status_code == 401

    def test_shows_the_loser_both_texts(self) -> None:
        lost = Overtaken(theirs={"text": "theirs"}, version=2, by="Joy")
        answer = self.save(make_user(), raises(lost), idempotency_key=str(uuid4()))
        assert answer.status_code == 409
        assert all(word in answer.content for word in (b"mine", b"theirs", b"Joy"))

    def test_needs_its_key(self) -> None:
        with pytest.raises(Invalid):
            self.save(make_user(), dict)
