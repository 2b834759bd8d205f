"""What CEMS needs of the machine: the image and CI install it, `make run` goes on without, `make test` stops."""

import shlex

from cems.local import pdf_requirements, system
from cems.local.folders import PROJECT
from tests.local.conftest import Copy

DOCKERFILE = (PROJECT / "Dockerfile").read_text(encoding="utf-8")
NEEDED = {*pdf_requirements.LIBRARIES.values(), *pdf_requirements.FONTS.values()}


def stages() -> dict[str, str]:
    """The stages of the image by name; the last one, which is shipped, by "final"."""
    by_name: dict[str, str] = {}
    for part in DOCKERFILE.split("\nFROM ")[1:]:
        words = part.splitlines()[0].split()
        by_name[words[2] if len(words) > 2 else "final"] = part
    return by_name


def ancestors(name: str) -> list[str]:
    """The stages whose files a stage has: itself and those it is made from."""
    base = stages()[name].split()[0]
    return [name, *(ancestors(base) if base in stages() else [])]


def test_the_image_has_what_pdfs_need() -> None:
    installed = {
        word
        for name in ancestors("final")
        for line in stages()[name].replace("\\\n", " ").splitlines()
        if line.startswith("RUN") and "apt-get install" in line
        for word in shlex.split(line)
    }
    assert NEEDED - installed == set()


def test_settings_are_read_only_where_pdfs_can_be_made() -> None:
    """Production refuses a machine without; the image is made as production reads it."""
    reading = [name for name, text in stages().items() if "manage.py" in text]
    assert reading == ["collected"]
    assert set(ancestors("collected")) & set(ancestors("final")) == {"system"}


def test_ci_installs_what_the_tests_need() -> None:
    text = (PROJECT / ".ci" / "run").read_text(encoding="utf-8")
    listed = text.split("packages=(")[1].split(")")[0].split()
    assert set(listed) == NEEDED | {system.BROWSER_PACKAGE}


# Nothing can be installed where there is no apt; nor does fontconfig tell of any font there.
BARE = {"PATH": "/nowhere"}


def test_the_tests_stop_with_the_line_to_type(project: Copy) -> None:
    code, output = project.run("-m", "cems.local.system", **BARE)
    assert code == 1
    assert (
        "The tests need what this machine lacks:" in output
        and "Noto Sans Tamil" in output
        and "Chromium" in output
    )
    assert "apt-get install --yes --no-install-recommends" in output
    assert {"chromium", "fonts-noto-core", "fonts-noto-cjk"} <= set(output.replace("'", " ").split())


def test_a_run_goes_on_and_says_that_pdfs_are_off(project: Copy) -> None:
    prepare = "from cems.local.system import prepare_pdfs; prepare_pdfs(); print('and goes on')"
    code, output = project.run("-c", prepare, **BARE)
    assert code == 0
    assert "PDFs are off, because this machine lacks Liberation Sans, Noto Sans," in output
    assert "fonts-noto-cjk fonts-noto-color-emoji fonts-dejavu-core'\n" in output
    assert output.endswith("and goes on\n")


def test_where_all_is_there_nothing_is_said(project: Copy) -> None:
    prepare = "from cems.local import system; system.prepare_pdfs(); raise SystemExit(system.main())"
    assert project.run("-c", prepare) == (0, "")
