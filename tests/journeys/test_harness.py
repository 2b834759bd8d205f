"""The harness sees what it is there to see: a guard that can't fail guards nothing."""

from django.urls import reverse

from tests.journeys.conftest import Open


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
    told = "\n".join(visitor.faults())
    # then each is told, with its place
    assert "label" in told
    assert "scrolls sideways" in told
    assert "plank" in told
    assert "an angry script" in told
    assert "404: /no-such-page/" in told


def test_another_host_is_seen(window: Open) -> None:
    visitor = window()
    visitor.open(reverse("account_login"))
    visitor.page.evaluate("fetch('https://elsewhere.invalid/').catch(() => {})")
    told = "\n".join(visitor.faults())
    # the page's own policy stops it too
    assert "elsewhere.invalid" in told
