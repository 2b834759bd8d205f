"""A piece of HTML drawn on the paper of CEMS, and the PDF read back."""

import io
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest
from pypdf import PdfReader
from pytest_django import Settings

from cems.base.time import LONDON
from cems.documents.rendering import Paper, render_pdf

MADE = datetime(2026, 3, 2, 14, 5, tzinfo=LONDON)
PAPER = Paper("Chronology", "CHD-2026-00042", "Example Person, Example Agency", MADE)

Draw = Callable[..., PdfReader]


@pytest.fixture
def draw(settings: Settings, tmp_path: Path) -> Draw:
    """Render a piece of HTML on paper; gives the reader of the PDF."""
    settings.TEMPLATES = [
        {**settings.TEMPLATES[0], "DIRS": [tmp_path, *settings.TEMPLATES[0]["DIRS"]]},
    ]

    def render(body: str, paper: Paper = PAPER) -> PdfReader:
        text = f'{{% extends "documents/base.html" %}}{{% block content %}}{body}{{% endblock content %}}'
        (tmp_path / "example.html").write_text(text, encoding="utf-8")
        return PdfReader(io.BytesIO(render_pdf("example.html", {}, paper)))

    return render
