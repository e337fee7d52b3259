"""Files handed to a parsing process with limits and taken back clean; what goes wrong there goes wrong only there."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import forum
from forum.adapters.parsing.answer import LONGEST_LINE, Answer, Verdict, read_line
from forum.adapters.sealed_stream import SealedSpool

MEBIBYTE = 1024 * 1024
PIECE = 64 * 1024
LARGEST_ANSWER = 64 * MEBIBYTE
"""A picture of 16 million points with noise and transparency, as PNG, and nothing beyond."""
AT_ONCE = 2
"""Parsing processes of one server process: a flood of files must leave the other requests their share."""
LONGEST_WAIT = 10.0
_ROOTS = (str(Path(forum.__file__).parents[1]),)
# An isolated interpreter ignores the environment and the folder it is started in, so the program's place is told.
_START = "import sys; sys.path[:0] = sys.argv[1:-4]; from forum.adapters.parsing.child import main; main()"


@dataclass(frozen=True, slots=True)
class Parser:
    """A module with a function `clean(bytes) -> Answer`, and what it may use up. `roots` is where it is looked for."""

    module: str
    memory_bytes: int
    cpu_seconds: int = 20
    wall_seconds: int = 45
    roots: tuple[str, ...] = _ROOTS


class ParserFailed(Exception):
    """The parsing process crashed, used up what it may or spoke nonsense."""


class ParserBusy(Exception):
    """Nobody had time to parse the file."""


_slots = threading.BoundedSemaphore(AT_ONCE)


def parse(parser: Parser, upload: SealedSpool, into: SealedSpool) -> Answer:
    """Let the parser take the upload apart and write what is clean into the other spool; return what it said.

    Raise ParserFailed and ParserBusy.
    """
    if not _slots.acquire(timeout=LONGEST_WAIT):
        raise ParserBusy
    try:
        with _running(parser) as (source, sink):
            _feed(upload, source)
            answer = read_line(sink.readline(LONGEST_LINE))
            if answer is None or (answer.verdict is Verdict.CLEANED and not _drain(sink, into)):
                raise ParserFailed
    finally:
        _slots.release()
    return answer


@contextmanager
def _running(parser: Parser) -> Iterator[tuple[IO[bytes], IO[bytes]]]:
    """Start a process that is dead, with all that it may have started, when the block or its time ends."""
    process = _start(parser)
    watch = threading.Timer(parser.wall_seconds, _kill, [process])
    watch.daemon = True
    watch.start()
    try:
        with process.stdin as source, process.stdout as sink:  # type: ignore[union-attr]  # both are pipes
            yield source, sink
        # Its number stays taken until it is waited for, so nobody else's group can be meant below.
        os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
    except BrokenPipeError as error:
        raise ParserFailed from error
    finally:
        watch.cancel()
        watch.join()
        _kill(process)
        process.wait()
    if process.returncode != 0:
        raise ParserFailed


def _start(parser: Parser) -> subprocess.Popen[bytes]:
    limits = (parser.memory_bytes, parser.cpu_seconds, parser.wall_seconds)
    try:
        return subprocess.Popen(  # noqa: S603 - our own interpreter and module; nothing of the file is an argument
            [sys.executable, "-I", "-B", "-c", _START, *parser.roots, parser.module, *map(str, limits)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={"LC_ALL": "C.UTF-8"},
            cwd="/",
            start_new_session=True,
        )
    except OSError as error:
        raise ParserBusy from error


def _kill(process: subprocess.Popen[bytes]) -> None:
    os.killpg(process.pid, signal.SIGKILL)


def _feed(upload: SealedSpool, source: IO[bytes]) -> None:
    """Hand over the file; the parser says nothing before it has all of it."""
    for piece in upload.pieces():
        source.write(piece)
    source.close()


def _drain(sink: IO[bytes], into: SealedSpool) -> int:
    """Take the clean file over, sealed as it comes; return its length."""
    written = 0
    while piece := sink.read(PIECE):
        written += len(piece)
        if written > LARGEST_ANSWER:
            raise ParserFailed
        into.write(piece)
    return written
