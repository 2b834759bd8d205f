"""A name is drawn in whatever script it is written: read back from the PDF, no sign is an empty box."""

import io
from collections.abc import Iterator
from dataclasses import replace

import pytest
from fontTools.ttLib import TTFont
from pypdf import PageObject, PdfReader
from pypdf.generic import ContentStream, DictionaryObject

from tests.documents.conftest import PAPER, Draw

# Script → words in it, and the font that must have drawn them.
SCRIPTS = {
    "Latin": ("Zoë Nguyễn-Łukasz Đặng Şahin", "Liberation-Sans"),
    "Bengali": ("মোহাম্মদ রহমান ক্ষমা", "Noto-Sans-Bengali"),
    "Hindi": ("प्रिया शर्मा", "Noto-Sans-Devanagari"),
    "Punjabi": ("ਗੁਰਪ੍ਰੀਤ ਸਿੰਘ", "Noto-Sans-Gurmukhi"),
    "Tamil": ("கார்த்திக் ஸ்ரீ", "Noto-Sans-Tamil"),
    "Amharic": ("ሰላማዊት ኃይሌ", "Noto-Sans-Ethiopic"),
    "Tigrinya": ("ሃብቶም ገብረስላሴ ቐሺ", "Noto-Sans-Ethiopic"),
    "Chinese, simplified": ("李小龙 张伟", "Noto-Sans-CJK-SC"),
    "Chinese, traditional": ("張偉 劉曉龍", "Noto-Sans-CJK-SC"),
    "Korean": ("김민준 박서연", "Noto-Sans-CJK-SC"),
    "Urdu": ("محمد علی خان ٹ ڈ ڑ ں ے", "Noto-Naskh-Arabic"),
    "Arabic": ("مُحَمَّد الأحمد", "Noto-Naskh-Arabic"),
    "Hebrew": ("דוד לוי", "Liberation-Sans"),
    "Cyrillic": ("Олександр Ґудзь", "Liberation-Sans"),
    "emoji": ("😀 ❤️ 👍🏽 🏳️‍🌈 🇬🇧", "Noto-Color-Emoji"),
}


def undrawn(pdf: PdfReader) -> list[str]:
    """The fonts asked for a sign they do not have: it is drawn as a box, or not at all."""
    faults = []
    for page in pdf.pages:
        for name, shown in _shown(page, pdf).items():
            font = page["/Resources"]["/Font"][name].get_object()
            # WeasyPrint maps the signs a font lacks to its .notdef by an encoding of its own.
            if font["/Encoding"] != "/Identity-H" or 0 in shown or max(shown) >= _count(font):
                faults.append(f"{font['/BaseFont']} lacks a sign on a page")
    return faults


def drawn_with(pdf: PdfReader) -> set[str]:
    """The fonts that drew at least one sign."""
    return {
        str(page["/Resources"]["/Font"][name].get_object()["/BaseFont"]).split("+")[1]
        for page in pdf.pages
        for name in _shown(page, pdf)
    }


def _shown(page: PageObject, pdf: PdfReader) -> dict[str, set[int]]:
    """The numbers of the glyphs shown on a page, by the name of their font there."""
    shown: dict[str, set[int]] = {}
    font = ""
    for operands, operator in ContentStream(page["/Contents"].get_object(), pdf).operations:
        if operator == b"Tf":
            font = str(operands[0])
        elif operator in (b"Tj", b"TJ"):
            for raw in _strings(operands[0]):
                glyphs = {int.from_bytes(raw[at : at + 2], "big") for at in range(0, len(raw), 2)}
                shown.setdefault(font, set()).update(glyphs)
    return {name: glyphs for name, glyphs in shown.items() if glyphs}


def _strings(operand: object) -> Iterator[bytes]:
    for part in operand if isinstance(operand, list) else [operand]:
        if hasattr(part, "original_bytes"):
            yield part.original_bytes


def _count(font: DictionaryObject) -> int:
    """How many glyphs the font has that lies in the PDF."""
    descriptor = font["/DescendantFonts"][0].get_object()["/FontDescriptor"].get_object()
    file = (descriptor.get("/FontFile2") or descriptor["/FontFile3"]).get_object()
    return int(TTFont(io.BytesIO(file.get_data()))["maxp"].numGlyphs)


@pytest.mark.parametrize("script", SCRIPTS)
def test_a_name_in_any_script_is_drawn(draw: Draw, script: str) -> None:
    words, font = SCRIPTS[script]
    pdf = draw(f"<p>{words}</p><h2>{words}</h2>", replace(PAPER, made_by=words))
    assert undrawn(pdf) == []
    assert any(name.startswith(font) for name in drawn_with(pdf)), drawn_with(pdf)


def test_a_sign_that_no_font_has_would_be_found_and_is_not_logged(
    draw: Draw, caplog: pytest.LogCaptureFixture
) -> None:
    """The measure itself: a private sign is in no font. What stands in a record stays out of the logs."""
    assert undrawn(draw("<p>A \ue123</p>")) != []
    assert [line for line in caplog.messages if "\ue123" in line or "E123" in line] == []


def test_numbers_of_pages_are_not_drawn_as_emoji(draw: Draw) -> None:
    assert drawn_with(draw("<p>1 2 3</p>")) <= {"Liberation-Sans", "Liberation-Sans-Bold"}


@pytest.mark.parametrize("place", ["p", "h2", "li", "td"])
def test_a_long_word_stays_on_the_sheet(draw: Draw, place: str) -> None:
    """An address of a page, or a slip of the keyboard: 493 points hold no more than 56 of the letter m."""
    opening, closing = ("<table><tr><td>2 March</td>", "</tr></table>") if place == "td" else ("", "")
    pdf = draw(f"{opening}<{place}>{'m' * 300}</{place}>{closing}")
    lines = [line.strip() for line in pdf.pages[0].extract_text().splitlines()]
    runs = [line.count("m") for line in lines if "mmmm" in line]
    assert sum(runs) >= 300
    assert max(runs) <= 56
