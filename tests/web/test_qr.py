"""The drawn QR picture: a reader that is not of the drawing library finds the address and the digits in it."""

from __future__ import annotations

import re

import pytest
import zxingcpp
from PIL import Image

from forum.web.qr import QUIET_ZONE, draw_with_digits

ADDRESS = "https://dien-dan.example/follow#"
PIXELS = 4
"""Pixels of a module in the picture that is read."""
DARK, LIGHT = 0, 255


def dark_modules(drawing: str) -> tuple[int, set[tuple[int, int]]]:
    """Follow the pen of the drawing; return the edge of the picture and every module that is painted."""
    edge = int(re.search(r'viewBox="0 0 (\d+) \1"', drawing).group(1))
    painted, x, y = set(), 0, 0
    path = re.search(r'<path stroke="#000" d="([^"]*)"/></svg>$', drawing).group(1)
    strokes = re.findall(r"M(\d+) (\d+)\.5|m(\d+) 0|h(\d+)", path)
    assert "".join(f"M{a} {b}.5" if b else f"m{c} 0" if c else f"h{d}" for a, b, c, d in strokes) == path
    for column, row, gap, run in strokes:
        if row:
            x, y = int(column), int(row)
        elif gap:
            x += int(gap)
        else:
            painted |= {(x + step, y) for step in range(int(run))}
            x += int(run)
    return edge, painted


def read(drawing: str) -> str:
    edge, painted = dark_modules(drawing)
    picture = Image.new("L", (edge, edge), LIGHT)
    for place in painted:
        picture.putpixel(place, DARK)
    (found,) = zxingcpp.read_barcodes(picture.resize((edge * PIXELS, edge * PIXELS), Image.Resampling.NEAREST))
    return found.text


@pytest.mark.parametrize("digits", ["0" * 20, "9" * 20, "12345678901234567895", "80402061375918204637"])
@pytest.mark.parametrize("address", [ADDRESS, "http://localhost:8000/follow#", f"https://{'a' * 60}.example/follow#"])
def test_picture_is_read_as_the_address_with_the_digits(address, digits):
    assert read(draw_with_digits(address, digits)) == address + digits


def test_picture_keeps_its_quiet_zone_on_every_side():
    edge, painted = dark_modules(draw_with_digits(ADDRESS, "12345678901234567895"))
    for places in zip(*painted, strict=True):
        assert (min(places), max(places)) == (QUIET_ZONE, edge - QUIET_ZONE - 1)


def test_picture_names_no_style_that_the_policy_would_forbid():
    assert "style" not in draw_with_digits(ADDRESS, "0" * 20)
