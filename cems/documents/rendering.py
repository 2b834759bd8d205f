"""From a template to a tagged PDF that says whose it is, who made it and when (C5)."""

from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from django.contrib.staticfiles import finders
from django.http import HttpResponse
from django.template.loader import render_to_string

from cems.base.errors import Unavailable
from cems.local import pdf_requirements

OFF = "PDFs are off on this machine, because it lacks Pango or some fonts. Print the page instead."


@dataclass(frozen=True)
class Paper:
    """What stands on every sheet: what it is, the reference, who made it and when; perhaps a watermark.

    `title` and `reference` carry no name of a child: they become the title and the name of the file.
    """

    title: str
    reference: str
    made_by: str
    made_at: datetime
    watermark: str = ""

    @property
    def file_name(self) -> str:
        words = "-".join(f"{self.reference} {self.title}".lower().split())
        return f"{words}.pdf"


def available() -> bool:
    """Whether this machine can make PDFs, in every script: `make run` can't always install what that needs."""
    return not pdf_requirements.missing()


def render_pdf(template: str, context: dict[str, Any], paper: Paper) -> bytes:
    """The PDF of a template that extends `documents/base.html`, tagged for screen readers (PDF/UA-1).

    Nothing is fetched from anywhere: only data written into the page itself. Raises Unavailable where
    this machine can't make PDFs.
    """
    if not available():
        raise Unavailable(OFF)
    from weasyprint import CSS, HTML  # late: it is slow to import, and fails where Pango is missing
    from weasyprint.urls import URLFetcher

    html = render_to_string(template, {**context, "paper": paper})
    fetcher = URLFetcher(allowed_protocols={"data"})
    style = CSS(string=_style(), url_fetcher=fetcher)
    document = HTML(string=html, base_url=None, url_fetcher=fetcher)
    made: bytes = document.write_pdf(stylesheets=[style], pdf_variant="pdf/ua-1")
    return made


@cache
def _style() -> str:
    path = finders.find("cems/documents.css")
    if not isinstance(path, str):
        raise FileNotFoundError("static/cems/documents.css is missing")
    return Path(path).read_text("utf-8")


def pdf_response(made: bytes, paper: Paper) -> HttpResponse:
    """The answer with a PDF to keep; no cache keeps it."""
    response = HttpResponse(made, content_type="application/pdf")
    response["Content-Disposition"] = f'attachment; filename="{paper.file_name}"'
    response["Cache-Control"] = "no-store"
    return response
