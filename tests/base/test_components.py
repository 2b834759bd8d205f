"""The tags that make the pages' components: what they write, and that nothing people wrote becomes markup."""

import re

import pytest
from django.template import Context, Template, TemplateSyntaxError
from django.urls import NoReverseMatch, reverse

HOSTILE = """<td>"'><script>alert(1)</script>"""
ROWS = "{% for name, number in rows %}<tr><th>{{ name }}</th><td>{{ number }}</td><td>…</td></tr>{% endfor %}"
# Each argument of each tag, given what somebody may have typed into a field.
ARGUMENTS = [
    "{% button value=hostile %}Save{% endbutton %}",
    "{% button name=hostile class=hostile aria_label=hostile %}Save{% endbutton %}",
    "{% button %}{{ hostile }}{% endbutton %}",
    "{% button_link to=hostile %}Open{% endbutton_link %}",
    "{% button_link 'home' query=hostile title=hostile %}Open{% endbutton_link %}",
    "{% button_link 'home' %}{{ hostile }}{% endbutton_link %}",
    "{% tag 'red' class=hostile title=hostile %}{{ hostile }}{% endtag %}",
    "{% summary class=hostile %}{% row hostile url=hostile action=hostile %}{{ hostile }}{% endrow %}{% endsummary %}",
    "{% table hostile class=hostile %}<caption>{{ hostile }}</caption><tr><td>{{ hostile }}</td></tr>{% endtable %}",
    "{% form_group hostile hostile hint=hostile error=hostile label_class=hostile class=hostile data_answer=hostile %}"
    '<input name="q" value="{{ hostile }}">{% endform_group %}',
]


def drawn(source: str, **context: object) -> str:
    return Template(source).render(Context(context))


def opened(html: str, element: str) -> list[str]:
    """The opening tags of one kind of element."""
    return re.findall(rf"<{element}\b[^>]*>", html)


@pytest.mark.parametrize("source", ARGUMENTS)
def test_what_people_wrote_never_becomes_markup(source: str) -> None:
    harmless, hostile = drawn(source, hostile="harmless"), drawn(source, hostile=HOSTILE)

    assert "<script" not in hostile
    assert "&lt;script&gt;" in hostile
    # The same elements with the same attributes, whatever the words.
    assert _skeleton(hostile) == _skeleton(harmless)


def _skeleton(html: str) -> list[tuple[str, list[str]]]:
    return [
        (name, re.findall(r"""([\w-]+)="[^"]*\"""", attributes))
        for name, attributes in re.findall(r"""<(\w+)((?:[^>"]|"[^"]*")*)>""", html)
    ]


def test_a_table_says_in_each_cell_what_its_column_is() -> None:
    html = drawn(
        '{% table "Name" "#Children" "(End)" caption="m" %}<caption>Workers of {{ team }}</caption>'
        + ROWS
        + "{% endtable %}",
        team="ERASE & co",
        rows=[("Ann", 3), ("Ben", 4)],
    )

    assert (
        '<caption class="govuk-table__caption govuk-table__caption--m">Workers of ERASE &amp; co</caption>'
        in html
    )
    assert opened(html, "th")[:3] == [
        '<th scope="col" class="govuk-table__header">',
        '<th scope="col" class="govuk-table__header govuk-table__header--numeric">',
        '<th scope="col" class="govuk-table__header">',
    ]
    assert '<span class="govuk-visually-hidden">End</span>' in html
    assert opened(html, "th")[3:] == ['<th scope="row" class="govuk-table__header">'] * 2
    assert (
        opened(html, "td")
        == [
            '<td class="govuk-table__cell govuk-table__cell--numeric" data-label="Children">',
            '<td class="govuk-table__cell">',
        ]
        * 2
    )


def test_a_cell_keeps_its_own_class_and_attributes() -> None:
    html = drawn(
        '{% table "When" %}<caption>Uses</caption>'
        '<tr class="late"><td class="cems-nowrap" id="a">…</td></tr>{% endtable %}'
    )

    assert '<tr class="govuk-table__row late">' in html
    assert '<td class="govuk-table__cell cems-nowrap" data-label="When" id="a">' in html


def test_rows_from_another_template_are_dressed_too_and_cells_without_a_column_stand() -> None:
    html = drawn(
        '{% table "When" %}<caption>Uses</caption>{% include rows %}{% endtable %}',
        rows=Template("<tr><td>1</td><td>2</td></tr>"),
    )

    assert opened(html, "td") == [
        '<td class="govuk-table__cell" data-label="When">',
        '<td class="govuk-table__cell">',
    ]


def test_a_button_that_sends_takes_no_second_press_at_once() -> None:
    once = 'data-prevent-double-click="true"'

    assert once in drawn("{% button %}Save{% endbutton %}")
    assert once in drawn('{% button "link" %}End now{% endbutton %}')
    assert once not in drawn("{% button again=True %}Next{% endbutton %}")
    assert once not in drawn('{% button type="button" data_print=True %}Print{% endbutton %}')


def test_a_button_shows_its_kind_and_attributes() -> None:
    html = drawn(
        '{% button kind name="step" value=0 data_print=True disabled=None %}Go{% endbutton %}', kind="warning"
    )

    assert html.startswith('<button class="govuk-button govuk-button--warning"')
    assert html.endswith(">Go</button>")
    shown = html.removesuffix(">Go</button>").split()
    assert {'name="step"', 'value="0"', 'type="submit"', "data-print"} <= set(shown)
    assert "disabled" not in html
    assert 'class="cems-link-button"' in drawn('{% button "link" %}End now{% endbutton %}')


def test_a_button_leads_to_a_named_page() -> None:
    html = drawn("{% button_link 'children:overview' child query=query kind='secondary' %}Open{% endbutton_link %}",
                 child="6ad7ecb6-9d8c-4a4e-9a6d-2f7d0b7b1c11", query="a=1")  # fmt: skip

    address = reverse("children:overview", args=["6ad7ecb6-9d8c-4a4e-9a6d-2f7d0b7b1c11"])
    assert f'href="{address}?a=1"' in html
    assert 'role="button"' in html
    assert 'class="govuk-button govuk-button--secondary"' in html


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("{% button 'primary' %}Save{% endbutton %}", "'primary' is no kind of button"),
        ("{% button_link kind='secondary' %}Open{% endbutton_link %}", "leads somewhere"),
        ("{% tag 'crimson' %}Late{% endtag %}", "'crimson' is no colour of a tag"),
        ("{% table 'Name' %}<tr><td>Ann</td></tr>{% endtable %}", "begins with its <caption>"),
        (
            "{% table 'Name' caption='xl' %}<caption>People</caption>{% endtable %}",
            "'xl' is no size of a caption",
        ),
    ],
)
def test_a_slip_in_a_template_is_refused_with_the_mend(source: str, words: str) -> None:
    with pytest.raises(TemplateSyntaxError, match=re.escape(words)):
        drawn(source)


def test_a_button_to_no_page_fails_as_a_link_does() -> None:
    with pytest.raises(NoReverseMatch):
        drawn("{% button_link 'children:nowhere' %}Open{% endbutton_link %}")


def test_a_row_that_may_not_be_changed_keeps_its_place() -> None:
    source = "{% row label url=url may=may %}Slough{% endrow %}"
    none = "govuk-summary-list__row--no-actions"

    may = drawn(source, label="The child’s words", url="/change", may=True)
    assert '<a class="govuk-link" href="/change">Change' in may
    assert '<span class="govuk-visually-hidden"> the child’s words</span>' in may
    assert none not in may
    assert none in drawn(source, label="Town", url="/change", may=False)
    assert "/change" not in drawn(source, label="Town", url="/change", may=False)
    assert none not in drawn('{% row "Town" %}Slough{% endrow %}')
    assert "> NRM</span>" in drawn(source, label="NRM", url="/change", may=True)


def test_a_control_refers_to_its_hint_and_error() -> None:
    html = drawn(
        '{% form_group "Why now" "why-" 7 hint="One is enough." error=error %}'
        '<input type="hidden" name="version"><select class="wide" name="why"></select>{% endform_group %}',
        error="Choose one",
    )

    assert '<div class="govuk-form-group govuk-form-group--error">' in html
    assert '<label class="govuk-label" for="why-7">Why now</label>' in html
    assert 'id="why-7-hint">One is enough.</div>' in html
    assert 'id="why-7-error"><span class="govuk-visually-hidden">Error:</span> Choose one</p>' in html
    assert '<input type="hidden" name="version">' in html
    [select] = opened(html, "select")
    assert 'class="govuk-select govuk-select--error wide" id="why-7"' in select
    assert 'aria-describedby="why-7-hint why-7-error"' in select


def test_a_group_without_hint_or_error_refers_to_nothing() -> None:
    html = drawn('{% form_group "Why" "why" error="" %}<textarea name="why"></textarea>{% endform_group %}')

    assert '<div class="govuk-form-group"><label' in html
    assert '<textarea class="govuk-textarea" id="why" name="why">' in html
    assert "describedby" not in html
