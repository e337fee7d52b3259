"""A forum as operators run it: `forum serve` in processes of its own, with nothing but an environment."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

PATIENCE_SECONDS = 60
SECRET = "a-secret-for-served-tests-that-is-long-enough"


def free_port() -> int:
    """Return a port of the loopback that nobody listens on at the moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def environment(
    *, database_url: str, keyring: Path, files: Path, port: int, temporary: Path | None = None
) -> dict[str, str]:
    """Return the environment of a served forum; a proxy is trusted, so that tests can be many callers."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("FORUM_")}
    return {
        **inherited,
        "FORUM_MODE": "production",
        "FORUM_SECRET_KEY": SECRET,
        "FORUM_DATABASE_URL": database_url,
        "FORUM_KEYRING": str(keyring),
        "FORUM_FILES": str(files),
        "FORUM_BASE_URL": f"http://localhost:{port}",
        "FORUM_TRUSTED_PROXIES": "1",
        "FORUM_OPEN_NEIGHBOURS": "accepted",  # the PostgreSQL of the tests asks for no password
        **({"TMPDIR": str(temporary)} if temporary else {}),
    }


@dataclass
class Served:
    """One server and its log; it may be killed and started again."""

    environ: dict[str, str]
    log: Path
    port: int
    workers: int = 2
    arguments: tuple[str, ...] = ("-m", "forum", "serve")
    process: subprocess.Popen[bytes] | None = field(default=None, repr=False)

    def start(self) -> None:
        """Start and wait until it answers; raise RuntimeError with the end of its log when it does not."""
        bound = ("--bind", f"127.0.0.1:{self.port}", "--workers", str(self.workers))
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, *self.arguments, *bound],
                env=self.environ,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not self._answers():
            if self.process.poll() is not None or time.monotonic() > deadline:
                self.kill()
                raise RuntimeError(self.log.read_text(errors="replace")[-2000:])
            time.sleep(0.05)

    def kill(self) -> None:
        """Kill -9 the master and every worker at once, as a power cut would."""
        self._signal(signal.SIGKILL)

    def stop(self) -> None:
        """Let it finish what is under way."""
        self._signal(signal.SIGTERM)

    def _signal(self, number: signal.Signals) -> None:
        if self.process is None:
            return
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, number)
        self.process.wait(PATIENCE_SECONDS)

    def _answers(self) -> bool:
        try:
            with urlopen(f"http://127.0.0.1:{self.port}/healthz", timeout=5) as answer:
                return answer.status == 200
        except (URLError, OSError):
            return False
