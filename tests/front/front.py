"""nginx as in the sample, before a forum as in the sample: only names of places differ, so that it runs anywhere."""

from __future__ import annotations

import http.client
import os
import socket
import ssl
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from tests.mail_server import make_certificate
from tests.serving import free_port

ROOT = Path(__file__).parents[2]
SAMPLE = ROOT / "docs" / "samples" / "nginx.conf"
HOST = "dien-dan.example"
CALLER = "127.0.77.9"
"""An address of this machine that nothing else here uses: it is found if it is written anywhere."""
BROWSER = "Mozilla/5.0 (planted browser)"
STARTS_WITHIN_SECONDS = 60
DEBIAN_PATHS = "/usr/sbin:/usr/bin:/sbin:/bin"


@dataclass
class Front:
    """A started nginx and its folder; the forum listens, or does not, on a socket file within."""

    folder: Path
    https: int
    http: int

    @classmethod
    def in_folder(cls, folder: Path) -> Front:
        """Write the sample's configuration for a folder, and a certificate."""
        make_certificate(folder / "tls.pem", HOST)
        (folder / "temporary").mkdir()
        front = cls(folder, free_port(), free_port())
        (folder / "nginx.conf").write_text(front.configuration())
        return front

    def configuration(self) -> str:
        """Return the sample with the places of this machine; fail when it no longer has one of them."""
        text = SAMPLE.read_text()
        kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        temporary = "".join(f"    {kind}_temp_path {self.folder}/temporary/{kind};\n" for kind in kinds)
        changes = {
            "user www-data;": "user root;" if os.geteuid() == 0 else "",
            "/run/nginx.pid": f"{self.folder}/nginx.pid",
            "/var/log/nginx/": f"{self.folder}/",
            "http {\n": f"http {{\n{temporary}",
            "/etc/forum/tls/fullchain.pem": f"{self.folder}/tls.pem",
            "/etc/forum/tls/privkey.pem": f"{self.folder}/tls.pem",
            "listen 443 ": f"listen 127.0.0.1:{self.https} ",
            "listen 80 ": f"listen 127.0.0.1:{self.http} ",
            "/run/forum/forum.sock": f"{self.folder}/forum.sock",
        }
        for old, new in changes.items():
            assert old in text, old
            text = text.replace(old, new)
        return text

    def start(self) -> subprocess.Popen[bytes]:
        """Start nginx and wait until it listens."""
        process = subprocess.Popen(
            ["nginx", "-c", self.folder / "nginx.conf", "-p", self.folder, "-g", "daemon off;"],
            env={"PATH": f"{os.environ['PATH']}:{DEBIAN_PATHS}"},
        )
        wait_for(lambda: socket.create_connection(("127.0.0.1", self.https), timeout=1).close(), process)
        return process

    def connect(self, *, name: str = HOST) -> http.client.HTTPSConnection:
        """Return a connection of the planted caller, who asks for a name."""
        context = ssl.create_default_context(cafile=str(self.folder / "tls.pem"))
        context.check_hostname = False
        link = http.client.HTTPSConnection("127.0.0.1", self.https, context=context, timeout=30)
        bare = socket.create_connection(("127.0.0.1", self.https), 30, source_address=(CALLER, 0))
        try:
            link.sock = context.wrap_socket(bare, server_hostname=name)
        except BaseException:
            bare.close()
            raise
        return link

    def logged(self, *, until: str) -> str:
        """Return everything that has been logged once a line is there: nginx writes it after it has answered."""
        deadline = time.monotonic() + STARTS_WITHIN_SECONDS
        while until not in (said := "".join(path.read_text() for path in sorted(self.folder.glob("*.log")))):
            assert time.monotonic() < deadline, said
            time.sleep(0.05)
        return said


def start_forum(front: Front, environ: dict[str, str]) -> subprocess.Popen[bytes]:
    """Serve the forum on the socket file, as the sample of its unit does, logging beside nginx."""
    path = front.folder / "forum.sock"
    with (front.folder / "forum.log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "forum", "serve", "--bind", f"unix:{path}", "--workers", "1"],
            env=environ,
            cwd=ROOT,
            stdout=log,
            stderr=log,
        )

    def probe() -> None:
        with socket.socket(socket.AF_UNIX) as link:
            link.connect(str(path))

    wait_for(probe, process)
    return process


def wait_for(probe, process: subprocess.Popen[bytes]) -> None:
    """Wait until a probe raises no more; fail when the process ends or too much time passes."""
    deadline = time.monotonic() + STARTS_WITHIN_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        with suppress(OSError):
            return probe()
        time.sleep(0.05)
    raise RuntimeError(process.args)
