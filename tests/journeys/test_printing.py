"""What a page prints: what it is on every sheet, no addresses, and of choices those that were made."""

import io

import pytest
from django.urls import reverse
from pypdf import PdfReader

from cems.base.time import now
from cems.children.choices import RiskLevel
from cems.children.history.services.note import note_write
from tests.factories.children import involve, make_child
from tests.factories.matrices import ready_matrix
from tests.factories.people import make_user
from tests.journeys.conftest import Open

pytestmark = pytest.mark.django_db(transaction=True)


def printed(visitor: object) -> list[str]:
    """The sheets that the page shown makes, as text."""
    return [sheet.extract_text() for sheet in PdfReader(io.BytesIO(visitor.page.pdf())).pages]  # type: ignore[attr-defined]


def test_each_sheet_says_what_it_is_and_none_prints_addresses(window: Open) -> None:
    child, user = make_child(), make_user()
    involve(child, user)
    for number in range(30):
        note_write(user, child=child, happened_at=now(), text=f"Plainly invented note {number}. " * 12)
    visitor = window()
    visitor.is_signed_in(user)
    visitor.open(reverse("children:notes", args=[child.public_id]))
    sheets = printed(visitor)
    assert len(sheets) > 2
    assert all("Official-Sensitive" in sheet for sheet in sheets)
    assert not [sheet for sheet in sheets if str(child.public_id) in sheet or "/children/" in sheet]


def test_a_page_for_everybody_is_not_marked(window: Open) -> None:
    visitor = window()
    visitor.open(reverse("help_words"))
    assert "Official-Sensitive" not in "".join(printed(visitor))


def test_only_the_choice_that_was_made_is_printed(window: Open) -> None:
    child, user = make_child(), make_user()
    involve(child, user)
    matrix = ready_matrix(user, child, RiskLevel.MODERATE)
    visitor = window()
    visitor.is_signed_in(user)
    visitor.open(reverse("matrix:views", args=[matrix.public_id]))
    labels = visitor.page.locator(".govuk-radios__label").all_inner_texts()
    chosen = visitor.page.locator("input[type=radio]:checked + label").all_inner_texts()
    visitor.page.emulate_media(media="print")
    seen = [label for label in visitor.page.locator(".govuk-radios__label").all() if label.is_visible()]
    assert len(labels) > len(chosen) == 1
    assert [label.inner_text() for label in seen] == chosen
