"""What PDFs need of the machine: Pango, and the fonts of every script that names are written in.

Asked for by production when it starts, by `make run`, by `make test` and by /readyz, so that nobody prints
a name as a row of empty boxes. Needs nothing but a Python.
"""

import ctypes
import subprocess
import time
from functools import lru_cache

# Library, as the loader knows it → the Debian package that brings it.
LIBRARIES = {
    "libpango-1.0.so.0": "libpango-1.0-0",
    "libpangoft2-1.0.so.0": "libpangoft2-1.0-0",
    "libharfbuzz-subset.so.0": "libharfbuzz-subset0",
}
# Family of fonts → the Debian package that brings it. static/cems/documents.css names them.
FONTS = {
    "Liberation Sans": "fonts-liberation",
    "Noto Sans": "fonts-noto-core",
    "Noto Sans Bengali": "fonts-noto-core",
    "Noto Sans Devanagari": "fonts-noto-core",
    "Noto Sans Gurmukhi": "fonts-noto-core",
    "Noto Sans Tamil": "fonts-noto-core",
    "Noto Sans Ethiopic": "fonts-noto-core",
    "Noto Sans Hebrew": "fonts-noto-core",
    "Noto Naskh Arabic": "fonts-noto-core",
    "Noto Sans CJK SC": "fonts-noto-cjk",
    "Noto Color Emoji": "fonts-noto-color-emoji",
    "DejaVu Sans": "fonts-dejavu-core",
}
LOOK_SECONDS = 60
# Elsewhere than on Linux the same library has another ending.
_ENDINGS = (("", ""), (".so.0", ".dylib"), (".so.0", ".0.dylib"))


def missing() -> dict[str, str]:
    """What is not on this machine: the library or family of fonts → its Debian package. Looked at once a minute, so
    that fonts which go while CEMS runs print no name as empty boxes (safe-f9)."""
    return _missing(int(time.monotonic() // LOOK_SECONDS))


def look_again() -> None:
    """Forget what was there a moment ago: something was installed, or taken away."""
    _missing.cache_clear()


@lru_cache(maxsize=1)
def _missing(_minute: int) -> dict[str, str]:
    lacking = {name: package for name, package in LIBRARIES.items() if not _loads(name)}
    installed = _families()
    return lacking | {name: package for name, package in FONTS.items() if name not in installed}


def packages(lacking: dict[str, str]) -> list[str]:
    """The Debian packages that bring what is lacking, each once."""
    return list(dict.fromkeys(lacking.values()))


def _loads(library: str) -> bool:
    for ending, other in _ENDINGS:
        try:
            ctypes.CDLL(library.replace(ending, other) if ending else library)
        except OSError:
            continue
        return True
    return False


def _families() -> set[str]:
    """Every family of fonts that fontconfig knows; Pango comes with fontconfig, and asks it too."""
    try:
        done = subprocess.run(["fc-list", ":", "family"], capture_output=True, text=True, check=False)
    except OSError:
        return set()
    return {family.strip() for line in done.stdout.splitlines() for family in line.split(",")}
