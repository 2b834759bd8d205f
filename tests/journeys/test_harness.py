"""The harness sees what it is there to see: a guard that can't fail guards nothing."""

from types import SimpleNamespace

import pytest
from django.urls import reverse

from tests.guards.addresses import addresses
from tests.journeys.conftest import Open
from tests.journeys.visited import is_whole_run, unvisited


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
