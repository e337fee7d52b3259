"""The routes of the forum as they are meant to be, one line each in `routes.txt`, for the tests that compare."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from flask import Flask

from forum.web.access import PUBLIC, SIGNED_IN, declared

ROLES = {
    "n": "nobody",
    "i": "intake",
    "h": "handler",
    "l": "lead",
    "s": "supervisor",
    "c": "custodian",
    "d": "administrator",
    "a": "auditor",
}
"""The letters of the last column, in this order; a dot stands for a refusal."""


@dataclass(frozen=True, order=True)
class Route:
    """One method of one address: which view answers, what it declares, and who gets in."""

    address: str
    method: str
    endpoint: str
    access: str
    admits: str

    @property
    def roles(self) -> set[str]:
        return {ROLES[letter] for letter in self.admits if letter != "."}


def expected_routes() -> list[Route]:
    """Return what `routes.txt` says."""
    lines = (Path(__file__).parent / "routes.txt").read_text("utf-8").splitlines()
    rows = [line.split() for line in lines if line and not line.startswith("#")]
    return [Route(address, method, endpoint, access, admits) for method, address, endpoint, access, admits in rows]


def present_routes(app: Flask) -> Iterator[tuple[str, str, str, str | None]]:
    """Yield address, method, endpoint and declaration of every route of the application but static files."""
    for rule in app.url_map.iter_rules():
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            if rule.endpoint != "static":
                yield rule.rule.replace(" ", ""), method, rule.endpoint, declared(rule.endpoint)


def is_guarded(access: str) -> bool:
    """Whether a declaration asks for more than having come here."""
    return access not in {PUBLIC, SIGNED_IN}
