"""What a parser can do that a file has taken over: nothing but answer."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

import forum
from forum.adapters import parser
from forum.adapters.parser import MEBIBYTE, Parser, ParserBusy, ParserFailed, parse
from forum.adapters.sealed_stream import SealedSpool

HOSTILE = Parser(
    "hostile",
    memory_bytes=256 * MEBIBYTE,
    roots=(str(Path(forum.__file__).parents[1]), str(Path(__file__).parent / "hostile")),
)


@pytest.fixture
def clean(tmp_path: Path) -> Iterator[SealedSpool]:
    with SealedSpool(tmp_path) as spool:
        yield spool


def told(clean: SealedSpool, deed: str, tool: Parser = HOSTILE) -> object:
    with SealedSpool(clean._directory) as upload:
        upload.write(deed.encode())
        parse(tool, upload, clean)
    clean.seek(0)
    return json.loads(clean.read())


def test_parser_that_was_taken_over_opens_neither_file_nor_socket(clean: SealedSpool) -> None:
    assert told(clean, "reach_out") == []


def test_parser_knows_nothing_of_the_server(clean: SealedSpool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORUM_SECRET_KEY", "must-not-be-handed-on")
    seen = told(clean, "look_around")
    assert isinstance(seen, dict)
    assert seen["environment"] == {"LC_ALL": "C.UTF-8"}
    ours = {name for name in seen["modules"] if name.startswith(("forum", "config"))}
    assert ours == {"forum", "forum.adapters", *(name for name in ours if name.startswith("forum.adapters.parsing"))}
    assert not {"flask", "sqlalchemy", "cryptography", "nacl"} & set(seen["modules"])


@pytest.mark.parametrize(
    "deed", ["take_memory", "crash", "leave", "babble", "say_nothing_after_the_verdict", "never_stop_talking"]
)
def test_parser_that_breaks_its_limits_or_its_word_is_a_failure(clean: SealedSpool, deed: str) -> None:
    with pytest.raises(ParserFailed):
        told(clean, deed)


def test_parser_is_ended_when_it_computes_without_end(clean: SealedSpool) -> None:
    with pytest.raises(ParserFailed):
        told(clean, "spin", replace(HOSTILE, cpu_seconds=1))


def test_parser_is_ended_when_it_does_nothing_at_all(clean: SealedSpool) -> None:
    with pytest.raises(ParserFailed):
        told(clean, "hang", replace(HOSTILE, wall_seconds=2))


def test_file_is_given_back_when_nobody_has_time_for_it(clean: SealedSpool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parser, "LONGEST_WAIT", 0)
    for _ in range(parser.AT_ONCE):
        assert parser._slots.acquire(blocking=False)
    try:
        with pytest.raises(ParserBusy):
            told(clean, "look_around")
    finally:
        for _ in range(parser.AT_ONCE):
            parser._slots.release()


def test_place_is_free_again_after_a_failure(clean: SealedSpool) -> None:
    for _ in range(parser.AT_ONCE + 1):
        with pytest.raises(ParserFailed):
            told(clean, "leave")
