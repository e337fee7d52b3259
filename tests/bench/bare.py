"""The yardstick: Flask and SQLAlchemy Core with nothing around them, over plain text in the same database.

No sign-in, no rights, no tokens, no seals, no log of readings; templates of the same size. Whoever wants to know what
the forum's promises cost compares with this.
"""

from __future__ import annotations

import json
import os
import secrets
import sys
from datetime import UTC, datetime, timedelta

from flask import Flask, render_template, request
from sqlalchemy import create_engine, text

from config import Config
from forum.cli.serve import Server, server_options

TABLES = """
CREATE TABLE bare_tip (
  id bigserial PRIMARY KEY, number text NOT NULL UNIQUE, status text NOT NULL, kind text NOT NULL,
  category text NOT NULL, province_code text, team_id integer, received_at timestamptz NOT NULL, queue_at timestamptz,
  body text NOT NULL, words tsvector GENERATED ALWAYS AS (to_tsvector('simple', body)) STORED
);
CREATE TABLE bare_event (
  id bigserial PRIMARY KEY, tip_id bigint NOT NULL REFERENCES bare_tip, seq integer NOT NULL, kind text NOT NULL,
  at timestamptz NOT NULL, team_id integer, body text, UNIQUE (tip_id, seq)
);
"""
INDEXES = """
CREATE INDEX ix_bare_queue ON bare_tip (province_code, queue_at, id) WHERE queue_at IS NOT NULL;
CREATE INDEX ix_bare_words ON bare_tip USING gin (words);
"""

PAGE = """<!doctype html><html lang="vi"><title>{{ title }}</title>
{%- for row in rows %}
<tr>{% for cell in row %}<td>{{ cell }}</td>{% endfor %}</tr>
{%- endfor %}
{%- for row in more %}
<li>{% for cell in row %}<span>{{ cell }}</span>{% endfor %}</li>
{%- endfor %}
</html>"""


def create_bare(database_url: str, sizes: dict[str, int]) -> Flask:
    """Build the application; `sizes` are the bytes that each page of the forum has."""
    app = Flask("bare")
    template = app.jinja_env.from_string(PAGE)
    engine = create_engine(database_url, pool_size=8, max_overflow=8)
    reading = engine.execution_options(isolation_level="AUTOCOMMIT")
    queue = text(
        "SELECT number, status, kind, category, province_code, team_id, received_at, queue_at FROM bare_tip "
        "WHERE province_code = '14' AND queue_at IS NOT NULL ORDER BY queue_at, id LIMIT 25"
    )
    tip = text(
        "SELECT id, body, number, status, kind, category, province_code, team_id, received_at, queue_at FROM bare_tip "
        "WHERE number = :number"
    )
    events = text("SELECT seq, kind, at, team_id, body FROM bare_event WHERE tip_id = :tip_id ORDER BY seq")
    found = text(
        "SELECT number, status, kind, category, province_code, team_id, received_at, queue_at FROM bare_tip "
        "WHERE words @@ plainto_tsquery('simple', :words) ORDER BY received_at DESC LIMIT 25"
    )
    figures = text(
        "SELECT month, sum(received), sum(answered), sum(closed), sum(settled), sum(settled_on_time) FROM month_fact "
        "WHERE level = 'province' AND facet = 'all' GROUP BY month ORDER BY month"
    )
    add_tip = text(
        "INSERT INTO bare_tip (number, status, kind, category, province_code, team_id, received_at, queue_at, body) "
        "VALUES (:number, 'received', 'feedback', :category, '14', 1, :at, :due, :body) RETURNING id"
    )
    add_event = text(
        "INSERT INTO bare_event (tip_id, seq, kind, at, team_id, body) VALUES (:tip_id, 1, 'received', :at, 1, :body)"
    )

    def page(name: str, rows: object, more: object = ()) -> str:
        written = render_template(template, title=name, rows=rows, more=more)
        return written + "." * max(0, sizes.get(name, 0) - len(written.encode()))

    @app.get("/healthz")
    def healthz() -> str:
        return "ok"

    @app.post("/submit")
    def submit() -> str:
        number, now = secrets.token_hex(5), datetime.now(UTC)
        values = {"number": number, "category": request.form.get("category", "other"), "at": now,
                  "due": now + timedelta(days=10), "body": request.form["body"]}  # fmt: skip
        with engine.begin() as connection:
            tip_id = connection.execute(add_tip, values).scalar_one()
            connection.execute(add_event, {"tip_id": tip_id, "at": now, "body": values["body"]})
        return page("submit", [(number,)])

    @app.get("/queue")
    def show_queue() -> str:
        with reading.connect() as connection:
            return page("queue", connection.execute(queue).all())

    @app.get("/tips/<number>")
    def show_tip(number: str) -> str:
        with reading.connect() as connection:
            row = connection.execute(tip, {"number": number}).one()
            return page("tip", [row], connection.execute(events, {"tip_id": row.id}).all())

    @app.post("/search")
    def search() -> str:
        with reading.connect() as connection:
            return page("search", connection.execute(found, {"words": request.form["words"]}).all())

    @app.get("/statistics")
    def statistics() -> str:
        with reading.connect() as connection:
            return page("statistics", connection.execute(figures).all())

    return app


class BareServer(Server):
    """The forum's server around another application."""

    def load(self) -> Flask:
        """Build it, and nothing of the forum."""
        return self._build()


def main(arguments: list[str]) -> None:
    """Serve under the very settings of `forum serve`; called as that is, with --bind and --workers."""
    options = dict(zip(arguments[::2], arguments[1::2], strict=True))
    config = Config.from_env(os.environ)
    sizes = json.loads(os.environ["BENCH_SIZES"])
    settings = server_options(config, bind=options["--bind"], workers=int(options["--workers"]))
    BareServer(lambda: create_bare(config.database_url, sizes), settings).run()


if __name__ == "__main__":
    main(sys.argv[1:])
