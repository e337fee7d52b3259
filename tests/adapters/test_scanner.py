"""What a real ClamAV says, and what is made of one that is away, cut, slow or somebody else."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from forum.adapters import scanner
from forum.adapters.scanner import ScanFailed, Scanner
from forum.adapters.sealed_stream import SealedSpool
from tests.clamd import HARMFUL, LONGEST_STREAM

MEBIBYTE = 1024 * 1024


def test_scanner_tells_harmful_files_from_others(clamd: str, tmp_path: Path) -> None:
    here = Scanner.at(clamd)
    assert here.answers()
    for content, is_clean in ((b"", True), (b"a photo", True), (b"..." + HARMFUL + b"...", False)):
        with SealedSpool(tmp_path) as spool:
            spool.write(content)
            assert here.is_clean(spool.pieces()) is is_clean


def test_scanner_finds_what_lies_across_pieces(clamd: str, tmp_path: Path) -> None:
    with SealedSpool(tmp_path) as spool:
        spool.write(bytes(MEBIBYTE - 20) + HARMFUL + bytes(1_000))
        assert not Scanner.at(clamd).is_clean(spool.pieces())


def test_file_over_the_limit_of_the_scanner_is_not_called_clean(clamd: str) -> None:
    with pytest.raises(ScanFailed):
        Scanner.at(clamd).is_clean(bytes(64 * 1024) for _ in range(2 * LONGEST_STREAM // (64 * 1024)))


def test_scanner_that_is_away_says_nothing(tmp_path: Path) -> None:
    for address in (f"unix:{tmp_path / 'nobody'}", "tcp:127.0.0.1:1"):
        away = Scanner.at(address)
        assert not away.answers()
        with pytest.raises(ScanFailed):
            away.is_clean([b"a photo"])


@contextmanager
def peer(answer: Callable[[socket.socket], None]) -> Iterator[Scanner]:
    """Stand in the scanner's place for one conversation."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            link, _ = server.accept()
            with link:
                answer(link)

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield Scanner.at(f"tcp:127.0.0.1:{server.getsockname()[1]}")
        finally:
            thread.join()


def heard(link: socket.socket) -> None:
    """Take a stream up to its end."""
    said = b""
    while not said.endswith(b"\0\0\0\0"):
        said += link.recv(65_536)


def saying(word: bytes) -> Callable[[socket.socket], None]:
    def answer(link: socket.socket) -> None:
        heard(link)
        link.sendall(word)

    return answer


def reset(link: socket.socket) -> None:
    link.recv(1)
    link.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\0\0\0\0\0\0\0")


@pytest.mark.parametrize(
    "answer",
    [
        saying(b""),
        saying(b"stream: OK"),
        saying(b"stream: O"),
        saying(b"OK\0"),
        saying(b"stream: OK\n\0"),
        saying(b"stream: OK\0stream: X FOUND\0"),
        saying(b"INSTREAM size limit exceeded. ERROR\0"),
        saying(b"stream: x ERROR\0"),
        saying(b"HTTP/1.1 200 OK\r\n\r\n\0"),
        saying(b"stream: " + b"x" * 5_000 + b" FOUND\0"),
        reset,
    ],
    ids=["nothing", "no-end", "half", "bare", "line", "two", "limit", "error", "web", "endless", "reset"],
)
def test_word_that_is_not_understood_is_not_called_clean(answer: Callable[[socket.socket], None]) -> None:
    with peer(answer) as stranger, pytest.raises(ScanFailed):
        stranger.is_clean([b"a photo"])


def test_scanner_that_never_answers_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scanner, "SECONDS", 0.2)
    done = threading.Event()
    with peer(lambda _link: done.wait() and None) as slow:
        with pytest.raises(ScanFailed):
            slow.is_clean([b"a photo"])
        done.set()


def test_stranger_that_found_something_is_believed() -> None:
    with peer(saying(b"stream: Win.Test FOUND\0")) as found:
        assert not found.is_clean([b"a photo"])


@pytest.mark.parametrize(
    ("address", "place"),
    [
        ("unix:/run/clamav/clamd.ctl", Scanner(path="/run/clamav/clamd.ctl")),
        ("tcp:127.0.0.1:3310", Scanner(host="127.0.0.1", port=3310)),
        ("tcp:[::1]:3310", Scanner(host="::1", port=3310)),
        ("tcp:localhost:3310", Scanner(host="localhost", port=3310)),
        ("tcp-unprotected:clamav:3310", Scanner(host="clamav", port=3310, is_unprotected=True)),
    ],
)
def test_address_of_a_scanner_is_understood(address: str, place: Scanner) -> None:
    assert Scanner.at(address) == place


@pytest.mark.parametrize("address", ["tcp:192.0.2.1:3310", "tcp:clamav:3310", "tcp:0.0.0.0:1", "tcp:[2001:db8::1]:1"])
def test_neighbour_without_protection_is_refused(address: str) -> None:
    with pytest.raises(ValueError, match="unprotected"):
        Scanner.at(address)


@pytest.mark.parametrize("address", ["", "unix:", "unix:relative", "tcp:", "tcp:localhost", "tcp:localhost:x", "/x"])
def test_address_that_is_none_is_refused(address: str) -> None:
    with pytest.raises(ValueError, match="must be unix"):
        Scanner.at(address)
