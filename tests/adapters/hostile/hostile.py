"""A parser that a malicious file has taken over: it does what the file says."""

from __future__ import annotations

import ctypes
import json
import os
import resource
import socket
import sys
import time
from collections.abc import Callable
from pathlib import Path

from forum.adapters.parsing.answer import Answer, Verdict

TRIED: dict[str, Callable[[], object]] = {
    "read a file": lambda: os.open("/etc/passwd", os.O_RDONLY),
    "write a file": lambda: os.open("taken-over", os.O_WRONLY | os.O_CREAT),
    "keep memory as a file": lambda: os.memfd_create("kept"),
    "call home": lambda: socket.create_connection(("127.0.0.1", 9)),
    "listen": lambda: socket.socket().bind(("127.0.0.1", 0)),
    "speak to a neighbour": lambda: socket.socket(socket.AF_UNIX),
    "list a folder": lambda: list(Path("/").iterdir()),
    "look into another process": lambda: os.open(f"/proc/{os.getppid()}/environ", os.O_RDONLY),
    "start a process": os.fork,
    "have more again": lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64)),
}


def clean(content: bytes) -> Answer:
    return globals()[content.decode("ascii")]()


def says(told: object) -> Answer:
    return Answer(Verdict.CLEANED, "", json.dumps(told).encode())


def reach_out() -> Answer:
    done = []
    for name, act in TRIED.items():
        try:
            act()
        except (OSError, ValueError):
            continue
        done.append(name)
    return says(done)


def look_around() -> Answer:
    return says({"environment": dict(os.environ), "modules": sorted(sys.modules), "arguments": sys.argv})


def take_memory() -> Answer:
    return says(len(bytearray(300 * 1024 * 1024)))


def spin() -> Answer:
    while True:
        pass


def hang() -> Answer:
    time.sleep(3600)
    return says("awake")


def crash() -> Answer:
    ctypes.string_at(0)
    return says("alive")


def leave() -> Answer:
    os._exit(0)


def babble() -> Answer:
    os.write(1, b"<html>" * 1000 + b"\n")
    os._exit(0)


def say_nothing_after_the_verdict() -> Answer:
    return Answer(Verdict.CLEANED, "image/png")


def never_stop_talking() -> Answer:
    sys.stdout.buffer.write(Answer(Verdict.CLEANED, "image/png").line())
    while True:
        sys.stdout.buffer.write(bytes(1024 * 1024))
