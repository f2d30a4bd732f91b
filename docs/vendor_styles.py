"""Take what the site shows of others from their packages: `make vendor` (needs npm).

Writes into src/wijkspiegel/site/static/vendor: the components of the Utrecht library that our pages use, the tokens of
the example theme ("voorbeeld") that these and our own styles ask for, and Leaflet; each with its licence.
"""

import re
import shutil
import subprocess
import tarfile
import tempfile
from pathlib import Path

SITE = Path(__file__).parents[1] / "src" / "wijkspiegel" / "site"
VENDOR = SITE / "static" / "vendor"
PACKAGES = {
    "tokens": "@nl-design-system-unstable/voorbeeld-design-tokens@7.4.1",
    "components": "@utrecht/component-library-css@9.0.4",
    "leaflet": "leaflet@1.9.4",
}
COMPONENTS = (
    "alert", "badge-list", "breadcrumb-nav", "button", "button-group", "button-link", "checkbox", "custom-checkbox",
    "data-list", "document", "form-field", "form-field-description", "form-field-error-message", "form-fieldset",
    "form-label", "heading", "heading-1", "heading-2", "heading-3", "heading-4", "link", "link-button", "link-list",
    "nav-list", "ordered-list", "page", "page-body", "page-content", "page-footer", "page-header", "pagination",
    "paragraph", "radio-button", "search-bar", "select", "separator", "skip-link", "status-badge", "surface", "table",
    "table-container", "textarea", "textbox", "unordered-list",
)  # fmt: skip
RULE = re.compile(r"(?P<selectors>[^{}@]+)\{(?P<body>[^{}]*)\}")


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        at = {name: _unpack(package, Path(folder) / name) for name, package in PACKAGES.items()}
        VENDOR.mkdir(parents=True, exist_ok=True)
        components = _components((at["components"] / "dist" / "index.css").read_text(encoding="utf-8"))
        own = "".join(path.read_text(encoding="utf-8") for path in (SITE / "static").glob("*.css"))
        tokens = _tokens((at["tokens"] / "dist" / "theme.css").read_text(encoding="utf-8"), components + own)
        _write("components.css", "EUPL-1.2, Gemeente Utrecht and Frameless B.V.", PACKAGES["components"], components)
        _write("voorbeeld-theme.css", "EUPL-1.2, NL Design System Community", PACKAGES["tokens"], tokens)
        shutil.copy(at["tokens"] / "LICENSE.md", VENDOR / "LICENSE-EUPL.md")
        script = (at["leaflet"] / "dist" / "leaflet.js").read_text(encoding="utf-8")
        (VENDOR / "leaflet.js").write_text(re.sub(r"//# sourceMappingURL=\S+", "", script), encoding="utf-8")
        shutil.copy(at["leaflet"] / "dist" / "leaflet.css", VENDOR / "leaflet.css")
        shutil.copytree(at["leaflet"] / "dist" / "images", VENDOR / "images", dirs_exist_ok=True)
        shutil.copy(at["leaflet"] / "LICENSE", VENDOR / "LICENSE-leaflet")


def _unpack(package: str, folder: Path) -> Path:
    folder.mkdir()
    subprocess.run(["npm", "pack", "--silent", package], cwd=folder, check=True, stdout=subprocess.DEVNULL)  # noqa: S603, S607
    with tarfile.open(next(folder.glob("*.tgz"))) as archive:
        archive.extractall(folder, filter="data")
    return folder / "package"


def _components(css: str) -> str:
    """The rules of COMPONENTS, without those for plain HTML inside ("--html-content") and those of one medium."""
    css = re.sub(r"/\*.*?\*/", "", css, flags=re.DOTALL)
    css = re.sub(r"@(?!charset)[^{;]+\{(?:[^{}]*\{[^{}]*\})*[^{}]*\}", "", css)  # print, forced colours: ours
    kept = []
    for rule in RULE.finditer(css):
        selectors = [one.strip() for one in rule["selectors"].split(",") if _is_used(one.strip())]
        if selectors:
            kept.append(f"{','.join(selectors)}{{{_squeeze(rule['body'])}}}")
    return "\n".join(kept) + "\n"


def _is_used(selector: str) -> bool:
    name = re.match(r"\.utrecht-([a-z0-9-]+?)(?:__|--|[.:>\s\[]|$)", selector)
    return bool(name) and name[1] in COMPONENTS and "--html" not in selector  # type: ignore[index]


def _tokens(css: str, used_in: str) -> str:
    """The tokens that the styles ask for, and those that these stand on."""
    value = dict(re.findall(r"(--[a-z0-9-]+):\s*([^;]+);", css))
    wanted, waiting = set(), set(re.findall(r"var\((--[a-z0-9-]+)", used_in))
    while waiting:
        token = waiting.pop()
        if token in value and token not in wanted:
            wanted.add(token)
            waiting |= set(re.findall(r"var\((--[a-z0-9-]+)", value[token]))
    return ".voorbeeld-theme{\n" + "".join(f"{token}:{value[token]};\n" for token in sorted(wanted)) + "}\n"


def _squeeze(body: str) -> str:
    return ";".join(re.sub(r"\s+", " ", part).strip() for part in body.split(";") if part.strip())


def _write(name: str, licence: str, package: str, css: str) -> None:
    (VENDOR / name).write_text(
        f"/* {package}: {licence}. A part of it, made by `make vendor`. */\n{css}", encoding="utf-8"
    )


if __name__ == "__main__":
    main()
