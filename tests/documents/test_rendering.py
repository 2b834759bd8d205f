"""PDFs: tagged, made without any network, telling whose they are; and plain words where they can't be made."""

import socket
from types import SimpleNamespace

import pytest

from cems.base.errors import Unavailable
from cems.base.time import now
from cems.documents.rendering import Paper, available, render_pdf
from cems.health import Doubtful, documents
from cems.local import pdf_requirements
from tests.documents.conftest import MADE, PAPER
from tests.factories.children import make_child


def test_every_sheet_says_what_it_is_who_made_it_and_when(draw):
    pdf = draw("<p>Example</p>" * 80)
    assert len(pdf.pages) > 1
    for number, page in enumerate(pdf.pages, 1):
        text = page.extract_text()
        for words in ["Chronology CHD-2026-00042", "Example Person, Example Agency", "2 March 2026 at 14:05"]:
            assert words in text, words
        assert f"Page {number} of {len(pdf.pages)}" in text
    assert PAPER.file_name == "chd-2026-00042-chronology.pdf"


def test_it_is_tagged_for_screen_readers(draw):
    catalogue = draw("<h2>Part</h2>").trailer["/Root"]
    assert catalogue["/MarkInfo"]["/Marked"] and catalogue["/Lang"] == "en-GB"
    assert b"pdfuaid:part" in catalogue["/Metadata"].get_data()


def test_a_watermark_stands_behind(draw):
    marked = Paper(**{**vars(PAPER), "watermark": "Draft copy"})
    assert "Draft copy" in draw("<p>Example</p>", marked).pages[0].extract_text()
    assert "Draft copy" not in draw("<p>Example</p>").pages[0].extract_text()


@pytest.mark.parametrize("address", ["http://127.0.0.1:9/x.png", "file://{}", "/static/x.png"])
def test_nothing_is_fetched(draw, address, monkeypatch, tmp_path):
    (tmp_path / "secret.svg").write_text(
        '<svg xmlns="http://www.w3.org/2000/svg"><text y="20">From the disk</text></svg>', encoding="utf-8"
    )
    asked: list[object] = []
    monkeypatch.setattr(socket.socket, "connect", lambda *args: asked.append(args))
    pdf = draw(f'<p>Example</p><img src="{address.format(tmp_path / "secret.svg")}" alt="No picture">')
    text = pdf.pages[0].extract_text()
    assert not asked and "Example" in text and "From the disk" not in text


@pytest.mark.parametrize("lacking", ["libpango-1.0.so.0", "Noto Sans CJK SC"])
def test_without_pango_or_a_font_it_says_so_plainly(monkeypatch, lacking):
    monkeypatch.setattr(pdf_requirements, "missing", lambda: {lacking: "a-package"})
    with pytest.raises(Unavailable, match="PDFs are off on this machine"):
        render_pdf("documents/base.html", {}, PAPER)
    with pytest.raises(Doubtful, match=lacking):
        documents(now())


def test_safe_f9_fonts_that_go_while_it_runs_print_no_empty_boxes(monkeypatch, tmp_path):
    """The machine has them at the start; they are taken away, and come back."""
    assert render_pdf("documents/base.html", {}, PAPER).startswith(b"%PDF")
    (tmp_path / "fonts.conf").write_text(f"<fontconfig><dir>{tmp_path}</dir></fontconfig>", encoding="utf-8")
    with monkeypatch.context() as gone:
        gone.setenv("FONTCONFIG_FILE", str(tmp_path / "fonts.conf"))
        minute = pdf_requirements.time.monotonic() // pdf_requirements.LOOK_SECONDS
        later = (minute + 1) * pdf_requirements.LOOK_SECONDS
        gone.setattr(pdf_requirements, "time", SimpleNamespace(monotonic=lambda: later))
        assert not available()
        with pytest.raises(Unavailable, match="PDFs are off on this machine"):
            render_pdf("documents/base.html", {}, PAPER)
        with pytest.raises(Doubtful, match="Noto Sans CJK SC"):
            documents(now())
    pdf_requirements.look_again()
    assert render_pdf("documents/base.html", {}, PAPER).startswith(b"%PDF")


@pytest.mark.django_db
def test_a_name_never_becomes_the_name_of_a_file():
    child = make_child(given_name="Amy", family_name="Pageston")
    assert "page" not in Paper("Plan", child.reference, "x", MADE).file_name
