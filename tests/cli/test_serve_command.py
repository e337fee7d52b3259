"""`forum serve` as a process: it finishes what is under way, and its log names nobody."""

from __future__ import annotations

import http.client
import signal
import socket
import time

import pytest
from flask import Flask

from config import Config
from tests.cli.conftest import Start, environ_of, wait_for


def get(port: int, path: str) -> http.client.HTTPResponse:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    connection.request("GET", path)
    response = connection.getresponse()
    response.read()
    connection.close()
    return response


def test_the_server_answers_and_stops_when_told_to(app: Flask, config: Config, start: Start, port: int) -> None:
    server = start(environ_of(config), "serve", "--bind", f"127.0.0.1:{port}", "--workers", "2")
    wait_for(server, port)

    assert get(port, "/static/css/app.css").status == 200
    server.send_signal(signal.SIGTERM)

    assert server.wait(15) == 0


def test_a_request_under_way_is_finished_when_the_server_is_told_to_stop(
    app: Flask, config: Config, start: Start, port: int
) -> None:
    server = start(environ_of(config), "serve", "--bind", f"127.0.0.1:{port}", "--workers", "1")
    wait_for(server, port)
    body = b"username=ai&password=do"
    with socket.create_connection(("127.0.0.1", port), timeout=20) as slow:
        head = f"POST /sign-in HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\nContent-Length: {len(body)}\r\n"
        slow.sendall(f"{head}Content-Type: application/x-www-form-urlencoded\r\n\r\n".encode())
        assert slow.recv(100).startswith(b"HTTP/1.1 100 ")  # the server is at it
        slow.sendall(body[:5])
        server.send_signal(signal.SIGTERM)
        time.sleep(1)
        slow.sendall(body[5:])

        assert slow.recv(12).startswith(b"HTTP/1.1 ")
    assert server.wait(15) == 0


@pytest.mark.parametrize(
    "request_bytes",
    [
        b"GET /follow?receipt=1709562616524802 HTTP/9.9\r\n\r\n",
        b"NONSENSE 17095626165248\r\n\r\n",
        b"GET /" + b"1709562616524802" * 400 + b" HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET /nowhere/1709562616524802 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
    ],
)
def test_the_log_names_neither_address_nor_what_was_asked(
    app: Flask, config: Config, start: Start, port: int, request_bytes: bytes
) -> None:
    server = start(environ_of(config), "serve", "--bind", f"127.0.0.1:{port}", "--workers", "1")
    wait_for(server, port)
    with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
        connection.sendall(request_bytes)
        connection.recv(4096)
    server.send_signal(signal.SIGTERM)

    output, _ = server.communicate(timeout=20)

    assert "17095626165248" not in output
    assert "127.0.0.1" not in output.replace(f"127.0.0.1:{port}", "")
