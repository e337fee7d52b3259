"""The picture: no scripts, no trace among the importers, the first label where one begins to read."""

from __future__ import annotations

import re
import sys

import pytest

from forum.adapters.bar_chart import Bars, draw_bars, height_of


def _bars(*, is_lying, labels=("Sơn La", "Lào Cai"), amounts=(3, None)):
    return Bars("Đã tiếp nhận", labels, {"Kỳ này": amounts}, "Chưa có gì", is_lying)


@pytest.mark.parametrize("is_lying", [True, False])
def test_picture_carries_no_script_and_no_address(is_lying):
    picture = draw_bars(_bars(is_lying=is_lying), str).decode()
    assert "<script" not in picture
    assert set(re.findall(r"https?://[^\"'<\s]+", picture)) <= {
        "http://www.w3.org/2000/svg",
        "http://www.w3.org/1999/xlink",
    }


def test_first_label_is_on_top_when_bars_lie():
    picture = draw_bars(_bars(is_lying=True), str).decode()
    heights = {
        name: float(re.search(rf'y="([\d.]+)"[^>]*>{name}<', picture).group(1)) for name in ("Sơn La", "Lào Cai")
    }
    assert heights["Sơn La"] < heights["Lào Cai"]


def test_picture_says_so_when_there_is_nothing_to_draw():
    assert "Chưa có gì" in draw_bars(_bars(is_lying=True, labels=(), amounts=()), str).decode()
    assert height_of(0, is_lying=True) == height_of(3, is_lying=True) < height_of(9, is_lying=True)


def test_pygal_leaves_no_finder_among_the_importers():
    assert "PluginImportFixer" not in {type(finder).__name__ for finder in sys.meta_path}
