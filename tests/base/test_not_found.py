"""What a selector does not find is not there."""

import pytest
from django.http import Http404

from cems.base.not_found import or_404


@pytest.mark.parametrize("row", ["a row", 0, "", [], False])
def test_whatever_a_selector_returns_is_handed_on(row: object) -> None:
    assert or_404(row) is row


def test_none_is_answered_with_404() -> None:
    with pytest.raises(Http404):
        or_404(None)
