"""An issuer that says whatever a test wants: for the tokens that no honest provider would give out."""

from __future__ import annotations

import base64
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from joserfc import jws
from joserfc.jwk import ECKey, OctKey, RSAKey
from joserfc.jws import JWSRegistry

CLIENT = "forum"
SECRET = "a-secret-that-both-of-them-have-and-others-not"
KEY = RSAKey.generate_key(2048, {"kid": "first", "use": "sig"})
ANY = JWSRegistry(algorithms=["HS256", "RS256", "PS256", "ES256"], strict_check_header=False)
Said = tuple[int, dict[str, Any] | bytes, dict[str, str]]


@dataclass
class Forger:
    """What is answered where; tests change it before they ask."""

    now: datetime
    server: ThreadingHTTPServer
    keys: list[dict[str, Any]] = field(default_factory=lambda: [KEY.as_dict(private=False)])
    claims: dict[str, Any] = field(default_factory=dict)
    """What differs from an honest token; None leaves a claim out."""
    head: dict[str, Any] = field(default_factory=lambda: {"alg": "RS256", "kid": "first"})
    key: RSAKey | ECKey | OctKey = field(default_factory=lambda: KEY)
    nonce: str = ""
    paths: dict[str, Callable[[], Said]] = field(default_factory=dict)
    """Answers in place of the honest ones."""
    described: dict[str, Any] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    forms: list[str] = field(default_factory=list)

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server.server_address[1]}"

    def token(self) -> str:
        seconds = int(self.now.timestamp())
        honest = {
            "iss": self.address,
            "aud": CLIENT,
            "sub": "somebody",
            "iat": seconds,
            "exp": seconds + 300,
            "nonce": self.nonce,
        }
        said = {name: value for name, value in {**honest, **self.claims}.items() if value is not None}
        if self.head["alg"] == "none":
            return f"{_spelled(self.head)}.{_spelled(said)}."
        return jws.serialize_compact(self.head, json.dumps(said), self.key, registry=ANY)

    def answer(self, path: str) -> Said:
        """Return what is said at a path."""
        self.asked.append(path)
        if path in self.paths:
            return self.paths[path]()
        honest: dict[str, Callable[[], dict[str, Any]]] = {
            "/.well-known/openid-configuration": self._description,
            "/keys": lambda: {"keys": self.keys},
            "/token": lambda: {"id_token": self.token(), "access_token": "access", "token_type": "Bearer"},
            "/me": lambda: {"sub": "somebody", "name": "Lò Văn Mẫu"},
        }
        return (200, honest[path](), {}) if path in honest else (404, {}, {})

    def _description(self) -> dict[str, Any]:
        return {
            "issuer": self.address,
            "authorization_endpoint": f"{self.address}/auth",
            "token_endpoint": f"{self.address}/token",
            "jwks_uri": f"{self.address}/keys",
            "userinfo_endpoint": f"{self.address}/me",
            **self.described,
        }


def _spelled(part: dict[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode()


class _Handler(BaseHTTPRequestHandler):
    forger: Forger

    def do_GET(self) -> None:
        status, said, headers = self.forger.answer(self.path)
        body = said if isinstance(said, bytes) else json.dumps(said).encode()
        self.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        try:
            self.wfile.write(body)
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True

    def do_POST(self) -> None:
        self.forger.forms.append(self.rfile.read(int(self.headers["Content-Length"])).decode())
        self.do_GET()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def forging(now: datetime) -> Iterator[Forger]:
    """Run one for the length of the block."""
    handler = type("Handler", (_Handler,), {})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        handler.forger = forger = Forger(now, server)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield forger
        server.shutdown()
        thread.join()


@dataclass
class ForgedProvider:
    """The forger in the place of the provider: whoever goes there comes back with a code at once."""

    forger: Forger

    def way_back(self, there: str, _person: str) -> str:
        """Return the path that leads back, as from the real one."""
        asked = parse_qs(urlsplit(there).query)
        self.forger.nonce = asked["nonce"][0]
        return f"{urlsplit(asked['redirect_uri'][0]).path}?{urlencode({'code': 'a-code', 'state': asked['state'][0]})}"
