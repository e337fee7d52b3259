"""The load: a few connections kept alive that send prepared requests one after another, and what they measured."""

from __future__ import annotations

import itertools
import socket
import statistics
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

TIMEOUT_SECONDS = 30
Requests = Callable[[int], Iterator[bytes]]
"""Gives each connection, by its number, the requests that it sends."""


class BadAnswer(Exception):
    """The server answered something else than the page that is measured."""


@dataclass
class Measured:
    """Latencies in milliseconds of all answers within some seconds, and what the driving itself took of a core."""

    seconds: float = 0
    latencies: list[float] = field(default_factory=list)
    driving: float = 0

    def add(self, other: Measured) -> None:
        self.seconds += other.seconds
        self.driving += other.driving
        self.latencies += other.latencies

    @property
    def per_second(self) -> float:
        return len(self.latencies) / self.seconds

    @property
    def p50(self) -> float:
        return statistics.median(self.latencies)

    @property
    def p95(self) -> float:
        return statistics.quantiles(self.latencies, n=20)[-1]


def request(method: str, path: str, headers: Mapping[str, str], body: bytes = b"") -> bytes:
    """Spell a request."""
    lines = [f"{method} {path} HTTP/1.1", "Host: localhost", *(f"{name}: {value}" for name, value in headers.items())]
    if body:
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join((*lines, "", "")).encode() + body


def drive(port: int, requests: Requests, *, seconds: float, connections: int, expect: bytes) -> Measured:
    """Send for some seconds over several connections; raise BadAnswer when an answer lacks what it must hold."""
    measured, faults = Measured(seconds), []
    until, spent = time.perf_counter() + seconds, time.process_time()

    def run(number: int) -> None:
        try:
            measured.latencies.extend(_converse(port, requests(number), until, expect))
        except (OSError, BadAnswer) as fault:
            faults.append(fault)

    threads = [threading.Thread(target=run, args=(number,)) for number in range(connections)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if faults:
        raise BadAnswer(str(faults[0]))
    measured.driving = time.process_time() - spent
    return measured


def answer_to(port: int, spelled: bytes) -> bytes:
    """Send one request and return the body of the answer."""
    with socket.create_connection(("127.0.0.1", port), TIMEOUT_SECONDS) as link:
        link.sendall(spelled)
        return _answer(link).partition(b"\r\n\r\n")[2]


def _converse(port: int, requests: Iterator[bytes], until: float, expect: bytes) -> list[float]:
    latencies = []
    with socket.create_connection(("127.0.0.1", port), TIMEOUT_SECONDS) as link:
        link.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for spelled in itertools.takewhile(lambda _: time.perf_counter() < until, requests):
            started = time.perf_counter()
            link.sendall(spelled)
            answer = _answer(link)
            latencies.append((time.perf_counter() - started) * 1000)
            if not answer.startswith(b"HTTP/1.1 200 ") or expect not in answer:
                raise BadAnswer(answer[:3000].decode("utf-8", "replace"))
    return latencies


def _answer(link: socket.socket) -> bytes:
    received = bytearray()
    while (end := received.find(b"\r\n\r\n")) < 0:
        _receive(link, received)
    head = bytes(received[:end]).lower()
    length = int(head.split(b"content-length:", 1)[1].split(b"\r\n", 1)[0])
    while len(received) < end + 4 + length:
        _receive(link, received)
    return bytes(received)


def _receive(link: socket.socket, received: bytearray) -> None:
    piece = link.recv(262_144)
    if not piece:
        raise BadAnswer("The server closed the connection.")
    received += piece
