"""The segments of a JPEG that say something about it, left out without touching the picture."""

from __future__ import annotations

_START, _SCAN, _MARK = b"\xff\xd8", 0xDA, 0xFF
# Picture density and the colour transform of Adobe's programs decide how the picture looks; all else is said about it.
_NEEDED_APPS = {0xE0: b"JFIF\x00", 0xEE: b"Adobe"}
_FIRST_APP, _LAST_APP, _COMMENT = 0xE0, 0xEF, 0xFE


def without_metadata(jpeg: bytes) -> bytes:
    """Return the JPEG up to its end without applications' segments and comments; as it came if it is no JPEG."""
    if not jpeg.startswith(_START):
        return jpeg
    kept, place = [_START], len(_START)
    while place + 4 <= len(jpeg):
        mark = jpeg[place + 1]
        if jpeg[place] != _MARK or mark == _SCAN:
            break
        end = place + 2 + int.from_bytes(jpeg[place + 2 : place + 4], "big")
        is_said = _FIRST_APP <= mark <= _LAST_APP or mark == _COMMENT
        if not is_said or jpeg[place + 4 : end].startswith(_NEEDED_APPS.get(mark, b"\x00none")):
            kept.append(jpeg[place:end])
        place = end
    return b"".join([*kept, jpeg[place:]])
