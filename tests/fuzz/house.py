"""A forum with people, tips and a watch over what is committed."""

from __future__ import annotations

from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Connection, event, select
from werkzeug.test import EnvironBuilder

from forum.domain.vocabulary import Role
from forum.extensions import db, unit_of_work
from forum.extensions import house as program
from forum.models import ApprovalPolicy, Attachment, Membership, PolicyRow, Tip
from forum.services import audit
from tests.conftest import fresh_work
from tests.factories import Cast, make_account, send_tip, team_id, to_accepted, to_answered
from tests.fuzz.inputs import Request
from tests.services.tip_audit import check_tip
from tests.web.desk import Officer

ROLES = {
    "intake": ("14/desk", Role.INTAKE),
    "handler": ("14/PC04", Role.HANDLER),
    "lead": ("14/PC04", Role.LEAD),
    "supervisor": ("14", Role.SUPERVISOR),
    "custodian": ("14", Role.CUSTODIAN),
    "administrator": ("cluster", Role.ADMINISTRATOR),
    "auditor": ("cluster", Role.AUDITOR),
}
MAY_FOLLOW_A_REFUSAL = ("access_log", "throttle")
"""What is refused is written down, and counted against who tries."""
MOST_REFUSED, FAULT = 399, 500


class House:
    """Sends requests, and fails on a fault of the program or a change behind a refusal."""

    def __init__(self, app: Flask, recovery: str) -> None:
        self.app, self.recovery = app, recovery
        self._clients: dict[str, FlaskClient] = {"nobody": app.test_client()}
        self.people = ["nobody", "nobody", *ROLES]
        self.real = self._furnish()
        self._written: dict[int, set[str]] = {}
        self._committed: set[str] = set()
        event.listen(db.engine, "before_cursor_execute", self._note)
        event.listen(db.engine, "commit", self._note_commit)
        event.listen(db.engine, "rollback", self._note_rollback)

    def send(self, request: Request) -> int:
        """Send one request and return its status."""
        client = self._client(request.who)
        self._committed.clear()
        with self.app.app_context():  # one of its own, as with a real server
            body, spelled, headers = client.run_wsgi_app(self._environ(request), buffered=True)
            b"".join(body)
        status = int(spelled.split()[0])
        changed = self._committed - set(MAY_FOLLOW_A_REFUSAL)
        assert status < FAULT, request
        assert status <= MOST_REFUSED or not changed, (changed, status, request)
        if headers.get("Location", "").endswith("/sign-in") and request.who != "nobody":
            self._clients.pop(request.who, None)  # signed out by a request before, or by this one
        return status

    def check(self) -> None:
        """Fail unless every tip, chain and file is whole."""
        with fresh_work() as work:
            for tip in work.session.scalars(select(Tip)):
                check_tip(work.session, tip, work.rulebook, now=work.now)
            ids = audit.newest_tip_ids(work.session, at_most=10_000)
            assert list(audit.tip_faults(work.session, work.secrets, ids)) == []
            assert list(audit.access_faults(work.session, work.secrets)) == []
            assert list(audit.setting_faults(work.session, work.secrets)) == []
            kept = len(work.session.scalars(select(Attachment.id)).all())
        spool, files = program().files.spool_directory, program().config.files_path
        assert sum(path.is_file() and spool not in path.parents for path in files.rglob("*")) == kept

    def _client(self, who: str) -> FlaskClient:
        if who not in self._clients:
            self._clients[who] = Officer(self.app, ROLES[who]).client
        return self._clients[who]

    def _environ(self, request: Request) -> dict[str, Any]:
        builder = EnvironBuilder(method=request.method, path="/", data=request.body or None)
        environ = builder.get_environ()
        builder.close()
        environ["PATH_INFO"] = request.path.decode("latin-1")
        environ["QUERY_STRING"] = request.query.decode("latin-1")
        environ["CONTENT_TYPE"] = request.content_type
        for name, value in request.headers:
            key = name.upper().replace("-", "_")
            environ[key if key == "CONTENT_LENGTH" else f"HTTP_{key}"] = value
        return environ

    def _furnish(self) -> dict[str, list[str]]:
        with unit_of_work() as work:
            cast = Cast(work)
            receipts = [send_tip(work, name="Lò Văn A", notice_address="a@example.org") for _ in range(2)]
            tips = [to_accepted(work, cast), to_answered(work, cast)]
            other = make_account(work, ("15/desk", Role.INTAKE))
            in_force = select(PolicyRow.id).where(PolicyRow.valid_to.is_(None)).limit(1)
            return {
                "number": [*(sent.tip_number for sent in receipts), *(tip.number for tip in tips)],
                "receipt": [sent.receipt for sent in receipts if sent.receipt],
                "account_id": [str(other.id)],
                "membership_id": [
                    str(work.session.scalar(select(Membership.id).where(Membership.account_id == other.id)))
                ],
                "team_id": [str(team_id(work, code)) for code in ("15/PC08", "14/PC04", "14/desk")],
                "approval_id": [str(work.session.scalar(select(ApprovalPolicy.id).limit(1)))],
                "policy_id": [str(work.session.scalar(in_force))],
                "province": ["15", "14"],
                "day": ["2027-01-01", "2026-11-24"],
                "step": ["sessions", "close", "reopen"],
                "code": ["drugs", "PC04", "domestic-violence"],
                "seen": ["1", "2", "3", "4", "5"],
            }  # fmt: skip

    def _note(self, connection: Connection, *args: Any) -> None:
        words = args[1].split(None, 3)
        verb = words[0].upper()
        if verb in {"INSERT", "UPDATE", "DELETE"}:
            self._written.setdefault(id(connection), set()).add(words[1 if verb == "UPDATE" else 2].strip('"'))

    def _note_commit(self, connection: Connection) -> None:
        self._committed |= self._written.pop(id(connection), set())

    def _note_rollback(self, connection: Connection) -> None:
        self._written.pop(id(connection), None)
