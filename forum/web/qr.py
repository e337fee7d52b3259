"""Drawing a QR picture as SVG, cheaply: every submission is answered with one."""

from __future__ import annotations

import re
from functools import lru_cache

import segno
from markupsafe import Markup

QUIET_ZONE = 4
"""Modules left empty around the code, as ISO/IEC 18004 wants."""
MASK = 0
"""Any of the eight masks can be read. Looking for the prettiest takes longer than all the rest of a submission."""
_DIGIT_BITS = (1, 2, 4, 8)
_RUN = re.compile("(?<!0)(0*)(1+)")


def draw_with_digits(address: str, digits: str) -> Markup:
    """Return the picture of an address that ends in digits; raise ValueError when it is too long for a QR code.

    The address must hold a small letter, which every address does: the text is then coded byte by byte.
    """
    zeros, changes, size = _alphabet(address, len(digits))
    modules = zeros
    for place, digit in enumerate(digits):
        for bit in _DIGIT_BITS:
            if int(digit) & bit:
                modules ^= changes[place, bit]
    return _svg(modules, size)


def draw(text: str) -> Markup:
    """Return the picture of a text, which is kept nowhere."""
    return _svg(*_modules(text))


@lru_cache(maxsize=8)
def _alphabet(address: str, count: int) -> tuple[int, dict[tuple[int, int], int], int]:
    """Return the code of the address with zeros, and which modules turn over with each bit of each digit.

    The error correction is linear and the mask is fixed: what one bit changes does not depend on the others.
    """
    zeros, size = _modules(address + "0" * count)
    changes = {
        (place, bit): zeros ^ _modules(address + "0" * place + str(bit) + "0" * (count - place - 1))[0]
        for place in range(count)
        for bit in _DIGIT_BITS
    }
    return zeros, changes, size


def _modules(text: str) -> tuple[int, int]:
    matrix = segno.make(text, error="m", mask=MASK, mode="byte", micro=False, boost_error=False).matrix
    return int("".join("1" if module else "0" for row in matrix for module in row), 2), len(matrix)


def _svg(modules: int, size: int) -> Markup:
    spelled = format(modules, f"0{size * size}b")
    path = "".join(
        f"M{QUIET_ZONE} {y + QUIET_ZONE}.5"
        + "".join([f"m{len(light)} 0h{len(dark)}" for light, dark in _RUN.findall(spelled[y * size : (y + 1) * size])])
        for y in range(size)
    )
    edge = size + 2 * QUIET_ZONE
    drawing = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {edge} {edge}"><path stroke="#000" d="{path}"/></svg>'
    )
    return Markup(drawing)  # noqa: S704 - made here from numbers alone
