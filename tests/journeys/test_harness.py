"""The harness sees what it is there to see: a guard that can't fail guards nothing."""

from pathlib import Path
from types import SimpleNamespace

import pytest
from django.urls import reverse

from tests.guards.addresses import addresses
from tests.journeys.conftest import Open
from tests.journeys.visited import FOLDER, is_whole_run, unvisited


def test_each_kind_of_fault_is_seen(window: Open) -> None:
    # given a page with nothing wrong
    visitor = window()
    visitor.open(reverse("account_login"))
    assert visitor.faults() == []
    # when an unlabelled field, a plank too wide, and an angry script come into it
    visitor.page.evaluate(
        """() => {
          const main = document.querySelector('main');
          main.append(document.createElement('input'));
          const plank = document.createElement('p');
          plank.className = 'plank'; plank.style.width = '2000px'; plank.textContent = 'wide';
          main.append(plank);
          console.error('an angry script');
        }"""
    )
    with visitor.page.expect_event("requestfinished"):
        visitor.page.evaluate("fetch('/no-such-page/')")
    report = "\n".join(visitor.faults())
    # then each is told, with its place
    assert "label" in report
    assert "scrolls sideways" in report
    assert "plank" in report
    assert "an angry script" in report
    assert "404: /no-such-page/" in report


def test_a_field_as_wide_as_its_longest_option_is_seen(window: Open) -> None:
    """A field wider than its column makes the page scroll sideways (house-h)."""
    # given a page with a select that fits today, and may not with longer options or another browser
    visitor = window()
    visitor.open(reverse("account_login"))
    visitor.page.evaluate(
        """() => {
          const select = document.createElement('select');
          select.id = 'kind'; select.ariaLabel = 'Kind'; select.append(new Option('All'));
          document.querySelector('main').append(select);
        }"""
    )
    # then it keeps to its column, whatever is in it
    assert visitor.faults() == []
    # and is told of, once where it is not kept so
    visitor.page.evaluate("document.querySelector('#kind').style.maxWidth = 'none'")
    assert "wider than its column: select kind" in "\n".join(visitor.faults())


NAMELESS = """() => {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync('@media (min-width: 500px) { #nameless { display: none } }');
  document.adoptedStyleSheets.push(sheet);
  const words = document.createElement('p'), button = document.createElement('button');
  words.id = 'words'; words.textContent = 'Beside a button without a name, which only a narrow screen shows';
  button.id = 'nameless'; button.type = 'button';
  document.querySelector('main').append(words, button);
}"""


@pytest.mark.parametrize("trouble", ["govuk-error-summary", "govuk-error-message", "cems-conflict"])
def test_a_page_with_an_error_is_asked_at_both_widths(window: Open, trouble: str) -> None:
    # given a page with a fault that only a narrow screen shows
    visitor = window()
    visitor.open(reverse("account_login"))
    visitor.page.evaluate(NAMELESS)
    # then a journey leaves it to the tour, which comes to this page
    visitor.looks_right()
    # and asks for itself once the page shows what went wrong, to which no tour comes
    visitor.page.evaluate("(trouble) => { document.querySelector('#words').classList.add(trouble) }", trouble)
    with pytest.raises(AssertionError, match="at 390 px, button-name"):
        visitor.looks_right()


def test_a_page_without_an_address_is_asked_at_both_widths(window: Open) -> None:
    visitor = window()
    assert visitor.open("/no-such-page/").status == 404
    visitor.looks_right()
    visitor.page.evaluate(NAMELESS)
    with pytest.raises(AssertionError, match="at 390 px, button-name"):
        visitor.looks_right()


@pytest.fixture
def visits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the pages visited by this test are remembered."""
    monkeypatch.setenv(FOLDER, str(tmp_path))
    return tmp_path


def test_a_page_asked_at_one_width_is_not_visited(window: Open, visits: Path) -> None:
    visitor = window()
    visitor.open(reverse("account_login"))
    visitor.looks_right()
    assert not list(visits.iterdir())
    assert visitor.faults() == []
    assert [path.name for path in visits.iterdir()] == ["account_login"]


def test_another_host_is_seen(window: Open) -> None:
    visitor = window()
    visitor.open(reverse("account_login"))
    visitor.page.evaluate("fetch('https://elsewhere.invalid/').catch(() => {})")
    report = "\n".join(visitor.faults())
    # the page's own policy stops it too
    assert "elsewhere.invalid" in report


def test_a_page_nobody_visited_is_named() -> None:
    pages = {address.name for address in addresses() if address.is_page}
    assert set(unvisited(set())) == pages
    assert set(unvisited(pages - {"home"})) == {"home"}


def test_only_a_whole_run_owes_every_page(pytestconfig: pytest.Config) -> None:
    def run(args: list[str], **chosen: object) -> SimpleNamespace:
        return SimpleNamespace(args=args, rootpath=pytestconfig.rootpath, option=SimpleNamespace(**chosen))

    assert is_whole_run(run(["tests"]))  # type: ignore[arg-type]
    assert is_whole_run(run(["tests"], markexpr="not alone"))  # type: ignore[arg-type]
    assert not is_whole_run(run(["tests/guards"]))  # type: ignore[arg-type]
    assert not is_whole_run(run(["tests"], keyword="pages"))  # type: ignore[arg-type]
    assert not is_whole_run(run(["tests"], markexpr="not browser"))  # type: ignore[arg-type]
