"""The drawn QR picture: module by module what the encoder says, with its quiet zone."""

from __future__ import annotations

import re

import pytest
import segno

from forum.web.qr import MASK, QUIET_ZONE, draw_with_digits

ADDRESS = "https://dien-dan.example/follow#"


@pytest.mark.parametrize("digits", ["0" * 20, "9" * 20, "12345678901234567895", "80402061375918204637"])
@pytest.mark.parametrize("address", [ADDRESS, "http://localhost:8000/follow#"])
def test_picture_holds_exactly_the_modules_of_the_encoder(address, digits):
    drawing = draw_with_digits(address, digits)
    painted = {
        (int(x) + step, int(y))
        for x, y, length in re.findall(r"M(\d+) (\d+)\.5h(\d+)", drawing)
        for step in range(int(length))
    }
    matrix = segno.make(address + digits, error="m", mask=MASK, micro=False, boost_error=False).matrix
    wanted = {
        (x + QUIET_ZONE, y + QUIET_ZONE) for y, row in enumerate(matrix) for x, is_dark in enumerate(row) if is_dark
    }
    assert painted == wanted
    assert f'viewBox="0 0 {len(matrix) + 2 * QUIET_ZONE} {len(matrix) + 2 * QUIET_ZONE}"' in drawing


def test_picture_names_no_style_that_the_policy_would_forbid():
    assert "style" not in draw_with_digits(ADDRESS, "0" * 20)
