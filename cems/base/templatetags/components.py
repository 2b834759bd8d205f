"""The components of the pages, each in one place: table, button, tag, summary list, form group.

Between a tag and its end stand the words, as plain HTML; the arguments say how they are shown. The tag adds the
classes and what assistive technology needs. All are built in (settings), so a template loads nothing:

    {% table "Name" "#Children" "(End)" %}
      <caption>Workers of {{ team }}</caption>
      {% for row in rows %}<tr><th>{{ row.name }}</th><td>{{ row.children }}</td><td>…</td></tr>{% endfor %}
    {% endtable %}
    {% button %}Save{% endbutton %} {% button "secondary" name="step" value="edit" %}Change it{% endbutton %}
    {% button_link 'people:user' person.public_id %}Open{% endbutton_link %}
    {% tag "red" %}Late{% endtag %}
    {% summary %}{% row "Agency" %}{{ person.agency }}{% endrow %}{% endsummary %}
    {% form_group "Why now" "occasion" hint="One is enough." %}<select name="occasion">…</select>{% endform_group %}
"""

import re
from collections.abc import Iterable
from typing import Any

from django import template
from django.urls import reverse
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString

register = template.Library()

LINK = "link"  # a button that looks like a link
KINDS = ("", "secondary", "warning", "start", "inverse", LINK)
COLOURS = ("grey", "green", "turquoise", "blue", "light-blue", "purple", "pink", "red", "orange", "yellow")
CAPTIONS = {"hidden": "govuk-visually-hidden", "s": "govuk-table__caption--s", "m": "govuk-table__caption--m"}
CAPTION = re.compile(r"\s*<caption>(.*?)</caption>", re.DOTALL)
CELL = re.compile(r'<(tr|td|th)\b(?:\s+class="([^"]*)")?')
CONTROL = re.compile(
    r'<(input|select|textarea)\b(?![^>]*\btype="(?:hidden|checkbox|radio)")(?:\s+class="([^"]*)")?'
)


@register.simple_block_tag
def button(content: SafeString, kind: str = "", *, again: bool = False, **attributes: Any) -> SafeString:
    """A button of a form. One that sends takes no second press within a second, unless `again`."""
    attributes.setdefault("type", "submit")
    if attributes["type"] == "submit" and not again:
        attributes["data_prevent_double_click"] = "true"
    shown = _attributes(*_button_classes(kind), data_module="govuk-button", **attributes)
    return format_html("<button{}>{}</button>", shown, content)


@register.simple_block_tag
def button_link(
    content: SafeString, *page: Any, to: str = "", query: str = "", kind: str = "", **attributes: Any
) -> SafeString:
    """A link that looks like a button: to the page named as in {% url %}, or `to` a ready address."""
    if not page and not to:
        raise template.TemplateSyntaxError(
            "A button that is a link leads somewhere: name the page, or say to=."
        )
    address = to or reverse(page[0], args=page[1:])
    shown = _attributes(
        *_button_classes(kind),
        role="button",
        draggable="false",
        data_module="govuk-button",
        **attributes,
        href=f"{address}?{query}" if query else address,
    )
    return format_html("<a{}>{}</a>", shown, content)


@register.simple_block_tag
def tag(content: SafeString, colour: str, **attributes: Any) -> SafeString:
    """A state in a word or two. The colour is never the only thing that says it."""
    shown = _attributes(
        "govuk-tag", f"govuk-tag--{_one_of(COLOURS, colour, 'colour of a tag')}", **attributes
    )
    return format_html("<strong{}>{}</strong>", shown, content)


@register.simple_block_tag
def summary(content: SafeString, *, borders: bool = True, **attributes: Any) -> SafeString:
    """A list of facts with their names, made of {% row %}."""
    plain = "" if borders else "govuk-summary-list--no-border"
    return format_html("<dl{}>{}</dl>", _attributes("govuk-summary-list", plain, **attributes), content)


@register.simple_block_tag
def row(
    content: SafeString, label: str, *, url: str | None = None, action: str = "Change", may: bool = True
) -> SafeString:
    """A fact of a summary list. In a list that can be changed `url` says where, and `may` whether by this reader."""
    link: str = ""
    if url and may:
        link = format_html(
            '<dd class="govuk-summary-list__actions">'
            '<a class="govuk-link" href="{}">{}<span class="govuk-visually-hidden"> {}</span></a></dd>',
            url,
            action,
            _within_a_sentence(label),
        )
    empty = url is not None and not link
    return format_html(
        '<div{}><dt class="govuk-summary-list__key">{}</dt><dd class="govuk-summary-list__value">{}</dd>{}</div>',
        _attributes("govuk-summary-list__row", "govuk-summary-list__row--no-actions" if empty else ""),
        label,
        content,
        link,
    )


@register.simple_block_tag
def table(
    content: SafeString,
    *columns: str,
    headings: Iterable[str] = (),
    caption: str = "hidden",
    **attributes: Any,
) -> SafeString:
    """A table that becomes cards on a phone, where each cell says the heading of its column.

    The <caption> comes first, then plain rows of <th> (what the row is about) and <td>. A column called "#Times"
    holds numbers; "(End)" holds what can be done, and its heading is only heard. `headings` are more columns, of a
    table whose columns are known only to its view.
    """
    columns = (*columns, *headings)
    words = CAPTION.match(content)
    if not words:
        raise template.TemplateSyntaxError("A table begins with its <caption>.")
    attributes.setdefault("class", "cems-table")
    return format_html(
        '<table{}><caption{}>{}</caption><thead class="govuk-table__head"><tr class="govuk-table__row">{}</tr></thead>'
        '<tbody class="govuk-table__body">{}</tbody></table>',
        _attributes("govuk-table", **attributes),
        _attributes("govuk-table__caption", CAPTIONS[_one_of(CAPTIONS, caption, "size of a caption")]),
        SafeString(words[1]),
        SafeString("".join(_heading(str(column)) for column in columns)),
        _rows(content[words.end() :], [_cell(str(column)) for column in columns]),
    )


@register.simple_block_tag
def form_group(
    content: SafeString,
    label: str,
    *name: Any,
    hint: str = "",
    error: str = "",
    label_class: str = "",
    **attributes: Any,
) -> SafeString:
    """A field written by hand, with its label, hint and error, which its control then refers to.

    `name` is the id of the control (its parts are joined): the first <input>, <select> or <textarea> that is seen.
    """
    at = "".join(str(part) for part in name)
    described = " ".join(f"{at}-{part}" for part, words in (("hint", hint), ("error", error)) if words)

    def control(element: re.Match[str]) -> str:
        kind, own = element.groups()
        wrong = f"govuk-{kind}--error" if error else ""
        return f"<{kind}{_attributes(f'govuk-{kind}', wrong, own, id=at, aria_describedby=described or None)}"

    return format_html(
        "<div{}><label{}>{}</label>{}{}{}</div>",
        _attributes("govuk-form-group", "govuk-form-group--error" if error else "", **attributes),
        _attributes("govuk-label", label_class, **{"for": at}),
        label,
        format_html('<div class="govuk-hint" id="{}-hint">{}</div>', at, hint) if hint else "",
        _error(at, error) if error else "",
        SafeString(CONTROL.sub(control, content, count=1)),
    )


def _attributes(*classes: str | None, **attributes: Any) -> SafeString:
    """The attributes of an element, escaped: `aria_label` is aria-label, True stands bare, None is left out."""
    joined = " ".join(filter(None, (*classes, attributes.pop("class", None))))
    written = [f' class="{conditional_escape(joined)}"']
    for name, value in attributes.items():
        if value is True:
            written.append(f" {name.replace('_', '-')}")
        elif value is not None and value is not False:
            written.append(f' {name.replace("_", "-")}="{conditional_escape(value)}"')
    return SafeString("".join(written))


def _one_of(values: Iterable[str], value: str, what: str) -> str:
    """The value, refused where there is none of that name: a slip must not pass as plain looks."""
    if value not in values:
        raise template.TemplateSyntaxError(f"{value!r} is no {what}. There are: {', '.join(values)}.")
    return value


def _button_classes(kind: str) -> tuple[str, str]:
    if _one_of(KINDS, kind, "kind of button") == LINK:
        return "cems-link-button", ""
    return "govuk-button", f"govuk-button--{kind}" if kind else ""


def _within_a_sentence(label: str) -> str:
    """The label as it goes on after a word: abbreviations stay as they are."""
    return str(label) if str(label)[1:2].isupper() else str(label)[:1].lower() + str(label)[1:]


def _error(at: str, error: str) -> SafeString:
    return format_html(
        '<p class="govuk-error-message" id="{}-error"><span class="govuk-visually-hidden">Error:</span> {}</p>',
        at,
        error,
    )


def _heading(column: str) -> SafeString:
    if column.startswith("("):
        heard = column[1:].removesuffix(")")
        return format_html(
            '<th scope="col" class="govuk-table__header"><span class="govuk-visually-hidden">{}</span></th>',
            heard,
        )
    numeric = " govuk-table__header--numeric" if column.startswith("#") else ""
    return format_html(
        '<th scope="col" class="govuk-table__header{}">{}</th>', numeric, column.removeprefix("#")
    )


def _cell(column: str) -> tuple[str, str]:
    """The classes and the further attributes of a column's cells."""
    if column.startswith("("):
        return "govuk-table__cell", ""
    numeric = " govuk-table__cell--numeric" if column.startswith("#") else ""
    return f"govuk-table__cell{numeric}", format_html(' data-label="{}"', column.removeprefix("#"))


def _rows(rows: str, columns: list[tuple[str, str]]) -> SafeString:
    """The rows with their classes and headings. What people wrote stands in them escaped, so it makes no cell."""
    plain = [f'<td class="{classes}"{attributes}' for classes, attributes in columns]
    place = -1

    def dressed(element: re.Match[str]) -> str:
        nonlocal place
        name, own = element.groups()
        more = f" {own}" if own else ""
        if name == "tr":
            place = -1
            return f'<tr class="govuk-table__row{more}"'
        place += 1
        if name == "th":
            return f'<th scope="row" class="govuk-table__header{more}"'
        if place >= len(plain):
            return f'<td class="govuk-table__cell{more}"'
        if not own:
            return plain[place]
        classes, attributes = columns[place]
        return f'<td class="{classes}{more}"{attributes}'

    return SafeString(CELL.sub(dressed, rows))
