"""How much happens at once in one process: who finds no place is told so at once, and citizens who send keep theirs.

Threads of the server outnumber the places, so that somebody is always free to say that there is none. A place is
taken once the request has arrived whole: whoever sends slowly holds a place for reading, never one for working.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from typing import TypeVar

from flask import Flask, current_app, g, request
from werkzeug.exceptions import ServiceUnavailable

View = TypeVar("View", bound=Callable[..., object])
RETRY_AFTER_SECONDS = 5
SMALL_BODY = 1024 * 1024
"""The most that a form without files may carry."""
SHORT_BODY = 64 * 1024
"""What has come with the head of the request or comes within moments; no place is kept for reading it."""
SUBMITTING = frozenset({"submit.index", "submit.send", "submit.kept", "follow.add"})
SEARCHING = frozenset({"search.find", "statistics.index", "statistics.chart", "statistics.export"})
"""What takes a core for long; the places for it are few of the ordinary ones."""
ASKING_OTHERS = frozenset(
    {"auth.single_sign_on", "auth.single_sign_on_done", "auth.link_sign_on", "submit.known_begin", "submit.known_done"}
)
"""What waits for an issuer of identities; were it slow, the other ordinary places would still be free."""
ALWAYS_ANSWERED = frozenset({"static", "home.healthz"})


@dataclass(frozen=True, slots=True)
class Plan:
    """How many places there are in a process, and how long one waits for them."""

    reading: int = 12
    """Large requests that are arriving."""
    submitting: int = 4
    """For sending tips alone, which may take an ordinary place, too."""
    ordinary: int = 8
    searching: int = 3
    asking_others: int = 3
    patience_seconds: float = 1.0

    @property
    def threads(self) -> int:
        """How many threads the server needs: one for each place, and as many again as are ordinary, to say no."""
        return self.reading + self.submitting + 2 * self.ordinary


class Places:
    """The places of one application."""

    def __init__(self, plan: Plan) -> None:
        self._patience = plan.patience_seconds
        self._reading = threading.BoundedSemaphore(plan.reading)
        self._submitting = threading.BoundedSemaphore(plan.submitting)
        self._ordinary = threading.BoundedSemaphore(plan.ordinary)
        self._searching = threading.BoundedSemaphore(plan.searching)
        self._asking_others = threading.BoundedSemaphore(plan.asking_others)

    def read(self) -> None:
        """Let a form arrive; raise ServiceUnavailable when too many large ones are under way."""
        length = request.content_length
        if length is not None and length <= SHORT_BODY:
            request.form  # noqa: B018 - asking for it reads it
            return
        with ExitStack() as held:
            self._take(held, self._reading)
            request.form  # noqa: B018 - as above

    def take(self, held: ExitStack, endpoint: str) -> None:
        """Take what a request needs until `held` is closed; raise ServiceUnavailable when there is none."""
        if endpoint in SUBMITTING:
            if self._submitting.acquire(blocking=False):
                held.callback(self._submitting.release)
            else:
                self._take(held, self._ordinary)
            return
        if endpoint in SEARCHING:
            self._take(held, self._searching)
        if endpoint in ASKING_OTHERS:
            self._take(held, self._asking_others)
        self._take(held, self._ordinary)

    def _take(self, held: ExitStack, places: threading.BoundedSemaphore) -> None:
        if not places.acquire(timeout=self._patience):
            raise ServiceUnavailable(retry_after=RETRY_AFTER_SECONDS)
        held.callback(places.release)


def takes_files(view: View) -> View:
    """Declare a route whose form carries files; any other gets no more than SMALL_BODY."""
    view.takes_files = True  # type: ignore[attr-defined]  # read back by `_enter`
    return view


def init_places(app: Flask) -> None:
    """Bound what each request may carry, and how many are worked on at once."""
    app.config.setdefault("PLACES", Plan())
    app.extensions["places"] = Places(app.config["PLACES"])
    app.before_request(_enter)
    app.teardown_request(_leave)


def _enter() -> None:
    endpoint = request.endpoint or ""
    view = current_app.view_functions.get(endpoint)
    if not getattr(view, "takes_files", False):
        request.max_content_length = SMALL_BODY
    if endpoint in ALWAYS_ANSWERED:
        return
    places: Places = current_app.extensions["places"]
    if request.method == "POST":
        places.read()
    g.places = ExitStack()
    places.take(g.places, endpoint)


def _leave(_fault: BaseException | None) -> None:
    held: ExitStack | None = g.pop("places", None)
    if held is not None:
        held.close()
