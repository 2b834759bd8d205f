"""What can be typed on a page: its forms as a browser would send them."""

from dataclasses import dataclass, field
from html.parser import HTMLParser

WRITTEN = {"text", "search", "tel", "email", "number", "date", "url"}


@dataclass
class PageForm:
    """A form of the page: what it would send untouched, and which of its fields somebody writes into."""

    action: str
    sent: dict[str, str] = field(default_factory=dict)
    written: list[str] = field(default_factory=list)
    names: set[str] = field(default_factory=set)  # of fields somebody fills in or chooses from
    long: bool = False  # whether one of them takes several lines
    saves_itself: bool = False
    secret: bool = False  # a password or a code

    @property
    def kept(self) -> str:
        """Where what is typed here is kept until it is sent, as `static/cems/drafts.js` decides; "" where nowhere."""
        if self.saves_itself:
            return "each answer, as it is typed"
        if self.secret:
            return ""
        return "a draft on the server" if self.long or len(self.names) > 1 else ""


class Forms(HTMLParser):
    """The forms that a page sends by POST, but for the one in its header that signs out."""

    def __init__(self, page: str, url: str) -> None:
        super().__init__()
        self.url, self.forms = url, list[PageForm]()
        self._form: PageForm | None = None
        self._select = ""
        self._main = False
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "main":
            self._main = True
        if tag == "form" and self._main and given.get("method", "").lower() == "post":
            self._form = PageForm((given.get("action") or self.url).split("#")[0])
            self._form.saves_itself = "data-autosave" in given
            self.forms.append(self._form)
        if self._form is not None:
            self._field(tag, given)

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._form = None
        if tag == "select":
            self._select = ""

    def _field(self, tag: str, given: dict[str, str]) -> None:
        form, name = self._form, given.get("name", "")
        assert form is not None
        if tag == "select":
            self._select = name
            form.names.add(name)
        elif tag == "option" and self._select and given.get("value"):
            form.sent.setdefault(self._select, given["value"])
        elif tag == "textarea":
            form.written.append(name)
            form.names.add(name)
            form.long = True
        elif tag == "button" and name:
            form.sent.setdefault(name, given.get("value", ""))
        elif tag == "input" and name:
            self._input(form, name, given)

    @staticmethod
    def _input(form: PageForm, name: str, given: dict[str, str]) -> None:
        kind = given.get("type", "text")
        if kind == "password" or given.get("autocomplete") == "one-time-code":
            form.secret = True
        elif kind not in {"hidden", "file", "submit", "button"}:
            form.names.add(name)
        if kind in WRITTEN:
            form.written.append(name)
        elif kind == "hidden":
            form.sent[name] = given.get("value", "")
        elif kind in {"radio", "checkbox"}:
            form.sent.setdefault(name, given.get("value", "on"))
