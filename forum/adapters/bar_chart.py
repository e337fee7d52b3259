"""Bar charts as SVG without scripts; the only importer of pygal."""

from __future__ import annotations

import base64
import hashlib
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pygal
from pygal.etree import etree
from pygal.style import Style

# Pygal leaves an old-style finder for its map plug-ins among the importers; every later import would warn of it.
sys.meta_path[:] = [finder for finder in sys.meta_path if type(finder).__name__ != "PluginImportFixer"]

WIDTH = 960
_BAR_HEIGHT, _FRAME_HEIGHT, _UPRIGHT_HEIGHT, _FEWEST_ROWS = 44, 110, 340, 3
_LONGEST_NAME = 34
# The colours differ in lightness too: dark green, warm, pale.
_STYLE = Style(
    background="#ffffff",
    plot_background="#ffffff",
    foreground="#1a231f",
    foreground_strong="#1a231f",
    foreground_subtle="#d3d5cc",
    colors=("#0d4f3a", "#d98a1f", "#9db4ad"),
    font_family='"Be Vietnam Pro", "Noto Sans", "Liberation Sans", sans-serif',
    label_font_size=13,
    major_label_font_size=13,
    legend_font_size=14,
    title_font_size=15,
    no_data_font_size=18,
    opacity=1,
    opacity_hover=1,
)


@dataclass(frozen=True, slots=True)
class Bars:
    """What is drawn: one bar for each label and series; None leaves a gap."""

    title: str
    labels: Sequence[str]
    series: Mapping[str, Sequence[float | None]]
    no_data: str
    is_lying: bool
    """Lying bars have room for long labels; upright ones read as a course of time."""


def draw_bars(bars: Bars, say_number: Callable[[float], str]) -> bytes:
    """Return the SVG; the first label is on the left or on top."""
    kind = pygal.HorizontalBar if bars.is_lying else pygal.Bar
    chart = kind(
        style=_STYLE,
        js=[],
        width=WIDTH,
        height=height_of(len(bars.labels), is_lying=bars.is_lying),
        explicit_size=True,
        title=bars.title,
        legend_at_bottom=True,
        legend_at_bottom_columns=3,
        truncate_label=_LONGEST_NAME,
        truncate_legend=-1,
        value_formatter=say_number,
        min_scale=2,
        max_scale=8,
        include_x_axis=True,
        no_data_text=bars.no_data,
    )
    # Lying bars grow from the bottom.
    step = -1 if bars.is_lying else 1
    chart.x_labels = list(bars.labels)[::step]
    for title, amounts in bars.series.items():
        chart.add(title, list(amounts)[::step])
    return _without_scripts(chart.render_tree())


def height_of(labels: int, *, is_lying: bool) -> int:
    """Return the height in pixels of a chart with so many labels."""
    return _FRAME_HEIGHT + _BAR_HEIGHT * max(labels, _FEWEST_ROWS) if is_lying else _UPRIGHT_HEIGHT


def _without_scripts(root: Any) -> bytes:
    """Return the picture without comments, and without what pygal leaves for a script that it has not."""
    for parent in list(root.iter()):
        for child in [child for child in parent if _is_for_scripts(child)]:
            parent.remove(child)
    picture: bytes = etree.tostring(root, encoding="utf-8")
    return picture


def _is_for_scripts(node: Any) -> bool:
    # The tag of a comment is the function that makes comments. Hidden tooltips carry the only style in an attribute.
    return callable(node.tag) or node.tag.endswith("script") or "tooltip" in node.get("class", "").split()


def style_sources(picture: bytes) -> str:
    """Return what a Content-Security-Policy has to say for exactly the styles that a picture carries."""
    styles = [node.text or "" for node in etree.fromstring(picture).iter() if node.tag.endswith("style")]
    digests = [base64.b64encode(hashlib.sha256(style.encode()).digest()).decode() for style in styles]
    return " ".join(f"'sha256-{digest}'" for digest in digests)
