"""Officers at the desk, for tests: sign in, act on a tip with what the page would send."""

from __future__ import annotations

import html
import re
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event, select

from forum.domain.vocabulary import Role
from forum.extensions import db
from forum.models import Tip
from tests.conftest import fresh_work
from tests.factories import give_passphrase, make_account, sign_in


class Officer:
    """Somebody signed in with a browser of their own."""

    def __init__(self, app: Flask, *grants: tuple[str, Role], recovery: str = "") -> None:
        """Sign in; with the recovery key, as a custodian who has chosen PASSPHRASE and was admitted."""
        with fresh_work() as work:
            account = make_account(work, *grants)
            if recovery:
                give_passphrase(work, recovery, account)
            self.id, self.name = account.id, account.display_name
        self.client: FlaskClient = app.test_client()
        self._username = account.username
        self.sign_in()

    def sign_in(self) -> None:
        """Sign in, also anew after a session has run out."""
        assert sign_in(self.client, self._username).status_code == 302

    def see(self, path: str, status: int = 200) -> str:
        """Return the text of a page."""
        answer = self.client.get(path)
        assert answer.status_code == status, answer.get_data(as_text=True)
        return html.unescape(answer.get_data(as_text=True))

    def tip(self, number: str, status: int = 200) -> str:
        """Return the page of a tip."""
        return self.see(f"/tips/{number}", status)

    def act(self, number: str, action: str, *, seen: int | None = None, status: int = 302, **fields: Any) -> str:
        """Send the form of an action; a field that is not given is empty, as on a fresh page."""
        state = state_of(number)
        data = {f"{action}-{name}": value for name, value in fields.items()}
        data[f"{action}-seen"] = str(state.event_count if seen is None else seen)
        answer = self.client.post(f"/tips/{number}/{action}", data=data)
        assert answer.status_code == status, readable(answer.get_data(as_text=True))
        return html.unescape(answer.get_data(as_text=True))

    def offered(self, number: str) -> set[str]:
        """Return the names of the actions that the page offers."""
        page = self.tip(number)
        on_page = re.findall(r'action="/tips/[A-Z0-9]+/([a-z-]+)"', page)
        return set(on_page) | set(re.findall(r"\?do=([a-z-]+)#", page))


def state_of(number: str) -> Tip:
    """Return the row of a tip as it is now."""
    db.session.expire_all()
    return db.session.scalars(select(Tip).where(Tip.number == number)).one()


def statements_of(officer: Officer, path: str) -> int:
    """Return how many statements the database is given for a page."""
    statements: list[str] = []
    note = lambda *args: statements.append(args[2])  # noqa: E731 - a listener of one line
    event.listen(db.engine, "before_cursor_execute", note)
    officer.see(path)
    event.remove(db.engine, "before_cursor_execute", note)
    return len(statements)


def readable(page: str) -> str:
    """Return the text of a page without its marks."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html.unescape(page)))
