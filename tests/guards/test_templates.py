"""Templates compile, their links resolve, nothing in them gets round the escaping or the policy."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.template import TemplateDoesNotExist, TemplateSyntaxError
from django.template.loader import get_template
from django.urls import NoReverseMatch, get_resolver

from cems.children.slots import DOCUMENTS
from tests.guards.source import TEMPLATES, hand_written, strings, templates, told

URL_TAG = re.compile(r"""{%\s*(?:url|button_link)\s+['"]([^'"]+)['"]([^%]*)%}""")
# An address in a template's own words: '/static/…' belongs to {% static %}, other paths to {% url %}.
PATH = re.compile(r"""(?:href|action|src|hx-(?:get|post))\s*=\s*["']/(?!/)""")
COMMENT = re.compile(r"{#.*?#}|{%\s*comment\s*%}.*?{%\s*endcomment\s*%}|<!--.*?-->", re.DOTALL)
TITLE = re.compile(r"{%\s*block\s+title\s*%}(.*?){%\s*endblock", re.DOTALL)
# What tells who a child is; titles reach browser history, tabs and screens shared by mistake.
TELLING = re.compile(
    r"\b\w*child\w*\.(?:name|full_name|given_name|family_name|preferred_name|date_of_birth|address|postcode)\b"
    r"|\b(?:child_name|child_bar\.name|full_name)\b"
)
BANNED = {
    "the safe filter": re.compile(r"\|\s*safe(?:seq)?\b"),
    "autoescape off": re.compile(r"{%\s*autoescape\s+off"),
    "an inline style": re.compile(r"""\sstyle\s*=\s*["']""", re.IGNORECASE),
    "a <style> element": re.compile(r"<style\b", re.IGNORECASE),
    "an inline event handler": re.compile(r"""\son[a-z]{3,}\s*=\s*["']""", re.IGNORECASE),
    "a javascript: address": re.compile(r"javascript:", re.IGNORECASE),
    "an hx-on handler": re.compile(r"\shx-on\b|\shx-on:", re.IGNORECASE),
    "evaluated htmx": re.compile(r"""hx-(?:vals|headers)\s*=\s*["']\s*js:""", re.IGNORECASE),
    "another host": re.compile(r"""(?:src|href)\s*=\s*["'](?:https?:)?//(?!www\.gov\.uk)""", re.IGNORECASE),
}
# What a tag of cems/base/templatetags/components.py makes.
COMPONENT = re.compile(r"govuk-(?:table|tag|summary-list|button(?!-group))")
# These are shown when nothing works any more, the database and the templates' tags included.
ALONE = {"500.html", "503.html", "errors/plain.html"}
# Links out are for people to follow; nothing is fetched from there.
LINK_OUT = re.compile(r"""<a\b[^>]*href\s*=\s*["']https?://""", re.IGNORECASE)


def _text(path: Path) -> str:
    """The template without comments, lines kept."""
    return COMMENT.sub(lambda match: "\n" * match[0].count("\n"), path.read_text("utf-8"))


def _found(pattern: re.Pattern[str], *, but: re.Pattern[str] | None = None) -> Iterator[str]:
    for path in templates():
        for number, line in enumerate(_text(path).splitlines(), 1):
            if pattern.search(line) and not (but and but.search(line)):
                yield f"{path.relative_to(TEMPLATES)}:{number} {line.strip()[:100]}"


def test_every_template_compiles() -> None:
    faults = []
    for path in templates():
        try:
            get_template(path.relative_to(TEMPLATES).as_posix())
        except (TemplateSyntaxError, TemplateDoesNotExist) as error:
            faults.append(f"{path.relative_to(TEMPLATES)}: {error}")
    assert templates()
    assert not faults, told(faults, "mend the tag or the name the message gives.")


@pytest.mark.requirement("A4")
def test_a_document_of_a_child_is_linked_where_whoever_takes_it_is_asked_for_whom() -> None:
    names = "|".join(re.escape(document.url_name) for document in DOCUMENTS)
    faults = list(_found(re.compile(rf"""{{%\s*(?:url|button_link)\s+['"](?:{names})['"]""")))
    assert names
    assert not faults, told(faults, "link it by {% document_address child.public_id 'name' … %}.")


def test_every_template_named_exists() -> None:
    """By {% extends %} and {% include %}, and by the views."""
    tag = re.compile(r"""{%\s*(?:extends|include)\s+['"]([^'"]+)['"]""")
    named = {
        (match[1], path.relative_to(TEMPLATES).as_posix())
        for path in templates()
        for match in tag.finditer(_text(path))
    }
    named |= {
        (text.value, f"{source.path}:{text.lineno}")
        for source in hand_written()
        if not source.path.startswith("cems/local/")
        for text in strings(source.tree)
        if re.fullmatch(r"[a-z_/]+[a-z_]\.html", text.value)
    }
    faults = []
    for name, where in sorted(named):
        try:
            get_template(name)
        except TemplateDoesNotExist:
            faults.append(f"{where} names {name}")
        except TemplateSyntaxError:
            continue  # told by the test above
    assert not faults, told(faults, "write the template, or correct its name.")


def test_every_link_in_a_template_resolves() -> None:
    known = _names()
    faults = [
        f"{path.relative_to(TEMPLATES)} links to {match[1]}"
        for path in templates()
        for match in URL_TAG.finditer(_text(path))
        if match[1] not in known and " as " not in match[2]
    ]
    assert known
    assert not faults, told(
        faults, "correct the name in {% url %}, or name the address in the app's urls.py."
    )


def test_every_address_named_in_code_resolves() -> None:
    known = _names()
    faults = []
    for source in hand_written():
        for node in ast.walk(source.tree):
            if not isinstance(node, ast.Call) or not node.args:
                continue
            name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
            first = node.args[0]
            if name in {"reverse", "reverse_lazy", "redirect"} and isinstance(first, ast.Constant):
                target = str(first.value)
                if target not in known and not target.startswith(("/", "http")):
                    faults.append(f"{source.path}:{node.lineno} {name}({target!r})")
    assert not faults, told(faults, "correct the name, or name the address in the app's urls.py.")


def _names() -> set[str]:
    from tests.guards.addresses import addresses

    return {address.name for address in addresses()}


@pytest.mark.parametrize("what", BANNED)
def test_templates_do_not_use(what: str) -> None:
    faults = list(_found(BANNED[what], but=LINK_OUT if what == "another host" else None))
    assert not faults, told(
        faults,
        "escape everything; styles go to static/cems/*.css, scripts to static/cems/*.js with data attributes.",
    )


def test_inline_scripts_carry_the_nonce() -> None:
    script = re.compile(r"<script\b(?![^>]*\bsrc=)[^>]*>", re.IGNORECASE | re.DOTALL)
    data = re.compile(r'type="application/(?:json|ld\+json)"')
    faults = [
        f"{path.relative_to(TEMPLATES)}: {match[0]}"
        for path in templates()
        for match in script.finditer(_text(path))
        if "request.csp_nonce" not in match[0] and not data.search(match[0])
    ]
    assert not faults, told(
        faults,
        'move it to static/cems/*.js; only what must run before paint has nonce="{{ request.csp_nonce }}".',
    )


def test_titles_name_nobody() -> None:
    faults = [
        f"{path.relative_to(TEMPLATES)}: {title[1].strip()}"
        for path in templates()
        for title in TITLE.finditer(_text(path))
        if TELLING.search(title[1])
    ]
    assert not faults, told(faults, "use the reference in the title; names stay inside the page (security).")


def test_every_page_has_a_title_of_its_own() -> None:
    extending = re.compile(r"{%\s*extends\s+['\"](?:base|child_base|interruption)\.html['\"]")
    bases = {"child_base.html", "interruption.html", "errors/page.html"}
    faults = [
        str(path.relative_to(TEMPLATES))
        for path in templates()
        if extending.search(text := _text(path))
        and path.relative_to(TEMPLATES).as_posix() not in bases
        and not (TITLE.search(text) and TITLE.search(text)[1].strip())  # type: ignore[index]
    ]
    assert not faults, told(faults, "say in {% block title %} what the page is.")


def test_links_are_built_from_names() -> None:
    faults = [fault for fault in _found(PATH) if fault.split(":")[0] not in ALONE]
    assert not faults, told(faults, "use {% url 'name' %} or {% static 'file' %}.")


def test_components_are_made_by_their_tags() -> None:
    """allauth's pages ask for elements of their own by name: those are written out, once each."""
    faults = [
        fault
        for fault in _found(COMPONENT)
        if fault.split(":")[0] not in ALONE and not fault.startswith("allauth/elements/")
    ]
    assert not faults, told(
        faults, "use {% table %}, {% button %}, {% button_link %}, {% tag %} or {% summary %} with {% row %}."
    )


def test_tables_begin_with_their_caption() -> None:
    """The tag refuses one without, but only when the table is shown."""
    table = re.compile(r"""{%\s*table\b(?:[^%"]|"[^"]*")*%}\s*(<caption>)?""")
    captions = {
        (path.relative_to(TEMPLATES).as_posix(), match.start()): match[1]
        for path in templates()
        for match in table.finditer(_text(path))
    }
    faults = [path for (path, _), caption in captions.items() if not caption]
    assert captions
    assert not faults, told(faults, "say in a <caption> right after {% table %} what the rows are.")


def test_the_guard_on_components_sees_them() -> None:
    seen = [
        '<table class="govuk-table">',
        '<a class="cems govuk-button">',
        '<b class="govuk-tag govuk-tag--red">',
    ]
    assert all(COMPONENT.search(line) for line in seen)
    assert not COMPONENT.search('<div class="govuk-button-group">')


def test_forms_that_change_something_carry_their_token() -> None:
    form = re.compile(r"<form\b([^>]*)>(.*?)</form>", re.IGNORECASE | re.DOTALL)
    post = re.compile(r"""method\s*=\s*["']post["']""", re.IGNORECASE)
    token = re.compile(r"{%\s*csrf_token\s*%}|{%\s*crispy\b")
    faults = [
        f"{path.relative_to(TEMPLATES)}: <form{match[1]}>"
        for path in templates()
        for match in form.finditer(_text(path))
        if post.search(match[1]) and not token.search(match[2])
    ]
    assert not faults, told(faults, "put {% csrf_token %} into the form.")


def test_the_resolver_is_the_projects() -> None:
    """A guard over no address passes always."""
    try:
        assert get_resolver().reverse_dict
        assert "account_login" in _names()
    except NoReverseMatch as error:  # pragma: no cover - says what is wrong
        pytest.fail(str(error))


def test_what_people_read_says_plainly_who_is_meant() -> None:
    """ "The person who", "people who", "anybody who": not a word that is hard to read (GOV.UK's plain English)."""
    word = re.compile(r"\bwhoever\b", re.IGNORECASE)
    faults = list(_found(word))
    faults += [
        f"{source.path}:{text.lineno} {text.value[:100]}"
        for source in hand_written()
        if re.search(r"/(?:forms|views|services|policy|practice_lists)\b", source.path)
        for text in strings(source.tree)
        if word.search(text.value)
    ]
    assert not faults, told(faults, 'say "the person who", "people who" or "anybody who".')
