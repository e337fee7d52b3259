"""The stylesheet keeps its promises: light, readable, and no class without a rule."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from forum.domain.vocabulary import Category

ROOT = Path(__file__).parents[2]
STATIC = ROOT / "static"
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
LIGHT = (STATIC / "css/app.css").read_text("utf-8")
EVERY_SHEET = "".join(path.read_text("utf-8") for path in sorted((STATIC / "css").glob("*.css")))
DARK = (STATIC / "css/dark.css").read_text("utf-8")
COLOUR = re.compile(r"--([a-z-]+): (#[0-9a-f]{6});")
MAX_BYTES = 40_000

# (text, ground, ratio): 7 : 1 for what is read at length, 4.5 : 1 for the rest, 3 : 1 for the edges of controls.
PAIRS = [
    ("ink", "page", 7.0),
    ("ink", "surface", 7.0),
    ("ink", "sunken", 7.0),
    ("ink", "lead-soft", 7.0),
    ("ink", "warm-soft", 7.0),
    ("ink", "danger-soft", 7.0),
    ("ink", "info-soft", 7.0),
    ("ink-soft", "page", 7.0),
    ("ink-soft", "surface", 7.0),
    ("ink-soft", "sunken", 4.5),
    ("ink-soft", "lead-soft", 4.5),
    ("ink-soft", "warm-soft", 4.5),
    ("lead", "page", 4.5),
    ("lead", "surface", 4.5),
    ("lead", "lead-soft", 4.5),
    ("on-lead", "lead", 4.5),
    ("on-lead", "lead-hover", 4.5),
    ("on-next", "next", 7.0),
    ("on-next", "next-hover", 4.5),
    ("warm", "warm-soft", 4.5),
    ("danger", "page", 4.5),
    ("danger", "surface", 4.5),
    ("danger", "danger-soft", 4.5),
    ("on-danger", "danger", 4.5),
    ("on-danger", "danger-hover", 4.5),
    ("info", "info-soft", 4.5),
    ("on-band", "band", 7.0),
    ("on-band", "foot", 7.0),
    ("surface", "ink", 7.0),
    ("line-strong", "surface", 3.0),
    ("line-strong", "page", 3.0),
    ("focus", "page", 3.0),
    ("focus", "surface", 3.0),
]


def colours(stylesheet: str) -> dict[str, str]:
    return dict(COLOUR.findall(stylesheet))


def luminance(colour: str) -> float:
    channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def test_contrast_is_the_known_one_for_black_on_white() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)


@pytest.mark.parametrize(("text", "ground", "ratio"), PAIRS)
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_colours_contrast_enough_in_both_themes(theme: str, text: str, ground: str, ratio: float) -> None:
    tokens = colours(LIGHT if theme == "light" else DARK)
    assert contrast(tokens[text], tokens[ground]) >= ratio


def test_dark_theme_gives_every_colour_of_the_light_one() -> None:
    assert set(colours(DARK)) == set(colours(LIGHT))


def test_stylesheets_stay_light() -> None:
    assert len(LIGHT.encode()) + len(DARK.encode()) < MAX_BYTES


def test_components_take_their_colours_from_tokens() -> None:
    components = LIGHT[LIGHT.index("@layer components") : LIGHT.index("@media (forced-colors")]
    allowed = {"#ffffff", "#000000", "#241703", "#424d47"}  # paper under QR codes and charts, rings on the dark band
    assert set(re.findall(r"#[0-9a-f]{3,8}\b", components)) <= allowed


def classes_written(template: str) -> set[str]:
    """Return the class names written out in a template, without those that a variable completes."""
    found: set[str] = set()
    for value in re.findall(r'class="((?:[^"{]|\{[{%].*?[%}]\})*)"', template):
        literal = re.sub(r"\S*\{\{.*?\}\}\S*", " ", re.sub(r"\{%.*?%\}", " ", value))
        found |= set(re.findall(r"[a-z][\w-]*", literal))
    return found


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT)))
def test_template_uses_no_class_without_a_rule(path: Path) -> None:
    assert classes_written(path.read_text("utf-8")) - set(re.findall(r"\.([a-z][\w-]*)", EVERY_SHEET)) == set()


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT)))
def test_template_has_nothing_inline(path: Path) -> None:
    text = path.read_text("utf-8")
    assert re.findall(r"<style|\sstyle=|\son[a-z]+=|javascript:|<script(?![^>]*\bsrc=)", text) == []


def symbols() -> list[str]:
    return re.findall(r'<symbol id="([^"]+)"', (STATIC / "pictograms.svg").read_text("utf-8"))


def test_every_category_has_its_pictogram() -> None:
    assert {category.value for category in Category} <= set(symbols())


def test_pictograms_have_one_name_each() -> None:
    assert len(symbols()) == len(set(symbols()))


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT)))
def test_template_names_only_pictograms_that_exist(path: Path) -> None:
    named = re.findall(r'\b(?:icon|draw)\("([^"]+)"', path.read_text("utf-8"))
    assert set(named) <= set(symbols())


@pytest.mark.parametrize("path", sorted((STATIC / "js").glob("*.js")), ids=lambda path: path.name)
def test_module_makes_no_markup_out_of_text(path: Path) -> None:
    assert (
        re.findall(
            r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\b|Function\(", path.read_text("utf-8")
        )
        == []
    )
