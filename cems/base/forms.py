"""The forms that pages send: plain, and counted once; and `handle_form`, the one way each of them goes."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import wraps
from typing import Any, ClassVar
from uuid import UUID, uuid4, uuid5

from crispy_forms.helper import FormHelper
from crispy_forms_gds.layout import Field, Layout, Size, Submit
from django import forms
from django.db.models import QuerySet
from django.forms import BoundField
from django.http import HttpRequest, HttpResponse
from django.utils.choices import flatten_choices
from django.utils.datastructures import MultiValueDict
from django.utils.html import conditional_escape

from cems.base.access_control import View
from cems.base.errors import CommandError, Conflict, Invalid, Overtaken, SentAlready
from cems.base.form_fields import OnceKeyField, WordsField
from cems.base.idempotency import digest_of, once
from cems.base.words import says_nothing

KEY = "key"
CSRF = "csrfmiddlewaretoken"
PAGES = UUID(
    "6f1c7a52-9a0e-4c1d-8a55-0d2f3a1b7c90"
)  # the namespace of the keys of forms that have none of their own


class HandledForm(forms.Form):
    """What `handle_form` takes: a form that keeps what a service refused, and says so beside the field.

    `refusal` is that refusal: the view asks its type where the answer differs by it.
    """

    parts: ClassVar[frozenset[str]] = (
        frozenset()
    )  # fields that only make up another, such as a time of its day
    called: ClassVar[Mapping[str, str]] = {}  # what a service calls a field that has another name here
    refusal: CommandError | None = None

    def __getitem__(self, name: str) -> BoundField:
        """The field as it is drawn, its words escaped: crispy-forms-gds prints label and hint as they are."""
        bound = super().__getitem__(name)
        bound.label = conditional_escape(bound.label)
        bound.help_text = conditional_escape(bound.help_text)
        return bound

    @property
    def values(self) -> dict[str, Any]:
        """What was typed, by the name a service takes it under; call on a valid form."""
        return {
            name: value for name, value in self.cleaned_data.items() if name != KEY and name not in self.parts
        }

    def _clean_fields(self) -> None:
        """As any form; and what has to be written says something."""
        super()._clean_fields()  # type: ignore[misc]  # Django's own step, which the stubs do not tell of
        for name, field in self.fields.items():
            value = self.cleaned_data.get(name)
            asked = field.required and isinstance(field, WordsField)
            if asked and isinstance(value, str) and says_nothing(value):
                self.add_error(name, field.error_messages["required"])

    def field_of(self, name: str | None) -> str | None:
        """The field beside which a refusal of what the service calls `name` stands; None for the top of the page."""
        known = self.called.get(name or "", name)
        return known if known in self.fields else None

    def offer_choices(self, name: str, choices: Iterable[tuple[Any, Any]]) -> None:
        """What the field of this name gives to choose from: keys and words. Raises TypeError for another field."""
        field = self.fields[name]
        if not isinstance(field, forms.ChoiceField):
            raise TypeError(f"{name} offers no choices")
        field.choices = list(choices)

    def offer_rows(self, name: str, rows: QuerySet[Any, Any]) -> None:
        """Which rows the field of this name gives to choose from. Raises TypeError for another field."""
        field = self.fields[name]
        if not isinstance(field, forms.ModelChoiceField):
            raise TypeError(f"{name} chooses no row")
        field.queryset = rows

    def refuse(self, error: CommandError) -> None:
        """Put what a service refused beside its field."""
        self.refusal = error
        self.add_error(self.field_of(error.field), error.message)

    @property
    def status(self) -> int:
        """The status of the page that shows this form: 409 after a conflict, 400 with another error."""
        return 409 if isinstance(self.refusal, Conflict) else 400 if self.errors else 200

    @property
    def lost(self) -> Overtaken | None:
        """Who was quicker, where a colleague saved the same first; else None."""
        return self.refusal if isinstance(self.refusal, Overtaken) else None

    def send_next(self, **hidden: str) -> None:
        """Draw the form again with these hidden fields in it, and what was typed: sent once more, it can be taken."""
        sent = self.data.copy() if isinstance(self.data, MultiValueDict) else dict(self.data)
        for name, value in hidden.items():
            sent[self.add_prefix(name)] = value
        self.data = sent

    def read_theirs(self, theirs: Mapping[str, Any], version: object) -> list["Difference"]:
        """Where a colleague was quicker, what they wrote beside what was typed; sent once more, the form then counts.

        `theirs` and `version` are what stands there now. Nothing where nothing of that kind was refused.
        """
        if not isinstance(self.refusal, Conflict):
            return []
        differences = self.differences(theirs)
        self.send_next(version=str(version))
        return differences

    def differences(self, theirs: Mapping[str, Any]) -> list["Difference"]:
        """Each field shown in which what was typed is not what stands there by now; call once a service refused."""
        shown = [(name, field) for name, field in self.fields.items() if not field.widget.is_hidden]
        pairs = [
            (str(field.label), _in_words(field, self.cleaned_data[name]), _in_words(field, theirs[name]))
            for name, field in shown
            if name in theirs and name in self.cleaned_data
        ]
        return [Difference(label, mine, other) for label, mine, other in pairs if mine != other]


@dataclass(frozen=True)
class Difference:
    """One field of a form whose loser sees both texts: what was typed, and what stands there by now."""

    label: str
    yours: str
    theirs: str


def _in_words(field: forms.Field, value: Any) -> str:
    """What a field holds, as a person reads it."""
    if isinstance(value, bool):
        return "Yes" if value else "No"
    if isinstance(value, date):
        return f"{value:%-d %B %Y}"
    if isinstance(field, forms.ChoiceField) and not isinstance(field, forms.ModelChoiceField):
        choices: Any = field.choices
        flat: Any = flatten_choices(choices)
        labels = {str(key): label for key, label in flat}
        chosen = sorted(value) if isinstance(value, list) else [value or ""]
        return ", ".join(str(labels.get(str(key), key)) for key in chosen) or "Empty"
    return str(value or "Empty")


class PlainForm(HandledForm):
    """A form in GOV.UK style, as its fields stand in the class. The error summary stands at the top of the page."""

    button = "Save"
    buttons = ""  # the field whose value is the button that is pressed, where the page draws several itself

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = FormHelper()
        self.helper.label_size = self.helper.legend_size = Size.SMALL
        self.helper.form_tag = False
        self.helper.disable_csrf = True
        self.helper.show_error_summary = False
        self.helper.layout = Layout(*(self._laid_out(name) for name in self.fields if name != self.buttons))
        if not self.buttons:
            self.helper.add_input(Submit("submit", conditional_escape(self.button)))

    def leave_out(self, *names: str) -> None:
        """Ask no longer for these fields, which have nothing to choose from on this page."""
        for name in names:
            del self.fields[name]
        kept = [self._laid_out(name) for name in self.fields if name != self.buttons]
        self.helper.layout = Layout(*kept)

    def _laid_out(self, name: str) -> Any:
        widget = self.fields[name].widget
        if isinstance(widget, forms.NumberInput):  # drawn by crispy-forms-gds without the class of a field
            own = str(widget.attrs.get("class", ""))
            widget.attrs["class"] = own if "govuk-input" in own.split() else f"govuk-input {own}".strip()
        if isinstance(widget, forms.CheckboxSelectMultiple):
            return Field.checkboxes(name)
        if isinstance(widget, forms.RadioSelect):
            return Field.radios(name)
        if isinstance(widget, forms.CheckboxInput):
            return Field.checkbox(name)
        return Field(name)


class KeyedForm(HandledForm):
    """A form that counts once, however often it is sent (floor-f3), laid out by its own template."""

    key = OnceKeyField()

    # What is sent beside the content, by name: two that differ in it alone are one form.
    beside: ClassVar[frozenset[str]] = frozenset({CSRF, "step", "submit"})

    def refuse(self, error: CommandError) -> None:
        """As any form; one whose key was used takes another, so that what stands in it can be sent as well."""
        super().refuse(error)
        if isinstance(error, SentAlready):
            self.send_next(**{KEY: str(uuid4())})

    def content(self) -> dict[str, Any]:
        """What was sent, as it came, for telling a form that is sent again from another one."""
        beside = self.beside | {self.add_prefix(KEY)}
        sent = self.data.lists() if isinstance(self.data, MultiValueDict) else self.data.items()
        return {name: values for name, values in sent if name not in beside}


class OnceForm(KeyedForm, PlainForm):
    """A plain form that counts once, however often it is sent: for all that makes a row."""


@dataclass(frozen=True)
class Handled:
    """A form that was taken: what came of it, and whether now or when it was sent before."""

    result: Mapping[str, Any]
    is_new: bool = True

    @property
    def public_id(self) -> UUID:
        """The public id of the row that was made."""
        return UUID(self.result["public_id"])

    @property
    def reference(self) -> str:
        """The reference of the row that was made."""
        return str(self.result["reference"])


def handle_form(
    request: HttpRequest,
    form: HandledForm,
    perform: Callable[[], object],
    *,
    refusals: type[CommandError] | tuple[type[CommandError], ...] = (Invalid, Conflict),
) -> Handled | None:
    """What came of this form in this request; None while it is shown: not sent yet, not right, or refused.

    `perform` calls the service with what is in `form.cleaned_data`. What it refuses stands beside its field, what was
    typed stays in the form, and `form.refusal` says which it was; a refusal of another type than `refusals` is
    answered by its own page. A form that is sent twice is performed once: the second time gives the first one's
    result, which is the row's public id and reference, or the mapping that `perform` returns. A keyed form counts
    once with whatever it holds; any other once for each page it was drawn on, and each content.

        form = NoteForm(request.POST or None)
        if handle_form(request, form, lambda: note_write(user, child=child, text=form.cleaned_data["text"])):
            messages.success(request, "The note is saved.")
            return redirect(…)
        return render(request, …, status=form.status)
    """
    if request.method != "POST" or not form.is_valid():
        return None
    try:
        content = form.content() if isinstance(form, KeyedForm) else _content(form)
        body = {"address": request.get_full_path(), **content}
        key = form.cleaned_data[KEY] if isinstance(form, KeyedForm) else _key_of_page(request, body)
        if key is None:
            return Handled(_result_of(perform()))
        result, is_new = once(
            request.user,
            key=key,
            action=_place(request),
            body=body,
            perform=lambda: _result_of(perform()),
        )
        return Handled(result, is_new)
    except refusals as refusal:
        form.refuse(refusal)
        return None


def _content(form: HandledForm) -> dict[str, Any]:
    sent = form.data.lists() if isinstance(form.data, MultiValueDict) else form.data.items()
    return {name: values for name, values in sent if name != CSRF}


def _key_of_page(request: HttpRequest, body: Mapping[str, Any]) -> UUID | None:
    """The key of a form that has none of its own: Django masks its token anew for each page it draws, so a double
    click sends one token twice, and the page drawn anew another. None where no token is sent."""
    token = request.POST.get(CSRF, "")
    if not token or not request.user.is_authenticated:
        return None
    return uuid5(PAGES, f"{token}:{digest_of(body)}")


def _place(request: HttpRequest) -> str:
    """The name of the page, which says in the table of keys what a key was for."""
    return request.resolver_match.view_name if request.resolver_match else request.path


def _result_of(made: object) -> dict[str, Any]:
    """What is kept of what a service returns: words for later pages, never the content of a record."""
    if isinstance(made, Mapping):
        return dict(made)
    names = ("public_id", "reference")
    return {name: str(getattr(made, name)) for name in names if hasattr(made, name)}


def gives_back(form_class: type[HandledForm]) -> Callable[[View], View]:
    """Mark a view: the page of a refusal gives back what was typed, where the form itself is drawn no more.

    It stands above the access rule, which refuses before the view is asked: the record may be closed to the user since
    the form was opened. `form_class(sent).typed` are the words; they are the user's own, so that they tell nothing.
    """

    def mark(view: View) -> View:
        @wraps(view)
        def marked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if request.method == "POST":
                request.sent_form = form_class(request.POST)  # type: ignore[attr-defined] # read by errors/page.html
            return view(request, *args, **kwargs)

        return marked

    return mark
