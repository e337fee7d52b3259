"""The yardstick: Flask, Jinja and SQLAlchemy Core with nothing around them, over plain text in the same database.

No sign-in, no rights, no tokens, no seals, no log of readings, one language. Its pages are real ones, of as many rows,
cells, links and fields as the forum's. Whoever wants to know what the forum's promises cost compares with this.
"""

from __future__ import annotations

import os
import secrets
import sys
from collections import defaultdict
from datetime import UTC, datetime, timedelta
from operator import attrgetter
from pathlib import Path
from typing import Any

import segno
from flask import Flask, render_template, request, url_for
from markupsafe import Markup
from sqlalchemy import Connection, Engine, create_engine, text

from config import Config
from forum.cli.serve import Server, server_options
from tests.bench import bare_words as words

TABLES = """
CREATE FUNCTION bare_fold(text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT replace(regexp_replace(normalize(lower($1), NFD), '[\\u0300-\\u036f]', '', 'g'), 'đ', 'd')
$$;
CREATE TABLE bare_tip (
  id bigserial PRIMARY KEY, number text NOT NULL UNIQUE, status text NOT NULL, kind text NOT NULL,
  category text NOT NULL, priority text NOT NULL, province_code text, commune_code text, team_id integer,
  received_at timestamptz NOT NULL, queue_at timestamptz,
  body text NOT NULL, searched text NOT NULL,
  words tsvector GENERATED ALWAYS AS (to_tsvector('simple', bare_fold(searched))) STORED
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
SHOWN = "number, status, kind, category, priority, province_code, commune_code, team_id, received_at, queue_at"
QUEUE = text(
    f"SELECT {SHOWN} FROM bare_tip "  # noqa: S608 - columns of our own
    "WHERE province_code = :province AND queue_at IS NOT NULL ORDER BY queue_at, id LIMIT 25"
)
TIP = text(f"SELECT id, body, {SHOWN} FROM bare_tip WHERE number = :number")  # noqa: S608 - columns of our own
EVENTS = text("SELECT seq, kind, at, team_id, body FROM bare_event WHERE tip_id = :tip_id ORDER BY seq")
FOUND = text(
    f"SELECT {SHOWN} FROM bare_tip "  # noqa: S608 - columns of our own
    "WHERE words @@ plainto_tsquery('simple', bare_fold(:words)) AND province_code = :province "
    "ORDER BY received_at DESC LIMIT 25"
)
FIGURES = text(
    f"SELECT month, {', '.join(f'sum({name})::int AS {name}' for name in words.COLUMNS)} FROM month_fact "  # noqa: S608
    "WHERE level = 'province' AND facet = 'all' GROUP BY month ORDER BY month"
)
ADD_TIP = text(
    "INSERT INTO bare_tip (number, status, kind, category, priority, province_code, commune_code, team_id, "
    "received_at, queue_at, body, searched) VALUES (:number, 'received', 'feedback', :category, 'normal', :province, "
    "NULL, 1, :at, :due, :body, :body) RETURNING id"
)
ADD_EVENT = text(
    "INSERT INTO bare_event (tip_id, seq, kind, at, team_id, body) VALUES (:tip_id, 1, 'received', :at, 1, :body)"
)
PROVINCE = "14"
MONTHS = 12
DEADLINE = timedelta(days=10)


def create_bare(database_url: str) -> Flask:
    """Build the application; names of codes are read once, as they are in the forum."""
    app = Flask("bare", root_path=str(Path(__file__).parent))
    engine = create_engine(database_url, pool_size=8, max_overflow=8)
    for spell in (words.moment, words.month, words.remaining, words.thousands):
        app.add_template_filter(spell)
    with engine.connect() as connection:
        app.jinja_env.globals.update(_names(connection))
    _add_tips(app, engine)
    _add_figures(app, engine)

    @app.get("/healthz")
    def healthz() -> str:
        return "ok"

    @app.post("/leave")
    def leave() -> str:
        return ""

    return app


def _names(connection: Connection) -> dict[str, Any]:
    def named(query: str) -> dict[Any, str]:
        return defaultdict(str, [tuple(row) for row in connection.execute(text(query))])

    categories = named("SELECT code, name_vi FROM category ORDER BY sort")
    own = f"FROM team WHERE province_code = '{PROVINCE}' ORDER BY kind, name_vi"
    filters = (
        ("category", "Lĩnh vực", categories.items()),
        ("kind", "Loại đơn", words.KINDS.items()),
        ("priority", "Mức ưu tiên", words.PRIORITIES.items()),
        ("status", "Trạng thái", words.STATUSES.items()),
        ("commune", "Xã, phường", named(_own_communes()).items()),
        ("team", "Đơn vị", named(f"SELECT id, name_vi {own}").items()),
    )
    return {
        "categories": categories,
        "kinds": words.KINDS,
        "priorities": words.PRIORITIES,
        "statuses": words.STATUSES,
        "communes": named("SELECT code, name_full FROM commune"),
        "provinces": named("SELECT code, name FROM province"),
        "teams": named("SELECT id, name_vi FROM team"),
        "happened": defaultdict(str, words.HAPPENED),
        "spoken": words.SPOKEN,
        "noted": words.NOTED,
        "menu": words.MENU,
        "person": words.PERSON,
        "hotlines": words.HOTLINES,
        "filters": filters,
    }


def _own_communes() -> str:
    return f"SELECT code, name_full FROM commune WHERE province_code = '{PROVINCE}' ORDER BY name"  # noqa: S608


def _add_tips(app: Flask, engine: Engine) -> None:
    reading = engine.execution_options(isolation_level="AUTOCOMMIT")

    @app.post("/submit")
    def submit() -> str:
        number, now = f"{secrets.randbelow(10**20):020}", datetime.now(UTC)
        values = {
            "number": number,
            "category": request.form.get("category") or "other",
            "province": request.form.get("province") or PROVINCE,
            "at": now,
            "due": now + DEADLINE,
            "body": request.form["body"],
        }
        with engine.begin() as connection:
            tip_id = connection.execute(ADD_TIP, values).scalar_one()
            connection.execute(ADD_EVENT, {"tip_id": tip_id, "at": now, "body": values["body"]})
        return _receipt(number, values, picture="" if "unpictured" in request.args else _picture(number))

    @app.get("/queue")
    def show_queue() -> str:
        with reading.connect() as connection:
            return render_template("queue.html", rows=connection.execute(QUEUE, {"province": PROVINCE}).all())

    @app.get("/tips/<number>")
    def show_tip(number: str) -> str:
        with reading.connect() as connection:
            tip = connection.execute(TIP, {"number": number}).one()
            events = connection.execute(EVENTS, {"tip_id": tip.id}).all()
        return render_template("tip.html", tip=tip, events=events)

    @app.post("/search")
    def search() -> str:
        wanted = request.form["words"]
        with reading.connect() as connection:
            rows = connection.execute(FOUND, {"words": wanted, "province": PROVINCE}).all()
        return render_template("search.html", words=wanted, rows=rows)


def _receipt(number: str, values: dict[str, Any], *, picture: str) -> str:
    return render_template(
        "receipt.html",
        number=number,
        groups=[number[at : at + 4] for at in range(0, len(number), 4)],
        picture=Markup(picture),  # noqa: S704 - drawn from digits
        address=url_for("show_queue", _external=True),
        team_id=1,
        province_code=values["province"],
        due_at=values["due"],
    )


def _picture(number: str) -> str:
    """Draw the QR picture of a receipt with a mask given, which is four times as fast as the library's own choice."""
    address = f"{url_for('show_queue', _external=True)}#{number}"
    return segno.make(address, error="m", mask=0, micro=False, boost_error=False).svg_inline()


def _add_figures(app: Flask, engine: Engine) -> None:
    reading = engine.execution_options(isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        desks = connection.execute(text("SELECT code, name_full FROM province WHERE is_in_cluster ORDER BY code")).all()
    choices = (
        ("scope", "Số liệu của", [("cluster", "Toàn cụm"), *map(tuple, desks)]),
        ("group", "Chia theo", [("month", "Tháng"), ("province", "Tỉnh"), ("team", "Đơn vị"), ("kind", "Loại đơn")]),
        ("period", "Kỳ", words.periods(datetime.now(words.VN).date())),
        ("figure", "Trong biểu đồ", [(part, title) for title, part, _ in words.MEASURES]),
    )

    @app.get("/statistics")
    def statistics() -> str:
        with reading.connect() as connection:
            rows = connection.execute(FIGURES).all()
        now, before = rows[-MONTHS:], rows[-2 * MONTHS : -MONTHS]
        return render_template(
            "statistics.html",
            choices=choices,
            months=now,
            charted=list(zip(now, before, strict=False)),
            compared=_compared(_total(now), _total(before)),
            divided=[(row.month, [words.cell(row._mapping, *pair) for _, *pair in words.MEASURES[:16]]) for row in now],
        )


def _total(rows: Any) -> dict[str, int]:
    return {name: sum(map(attrgetter(name), rows)) for name in words.COLUMNS}


def _compared(now: dict[str, int], before: dict[str, int]) -> list[dict[str, Any]]:
    found = []
    for title, part, whole in words.MEASURES:
        pair = words.cell(now, part, whole), words.cell(before, part, whole)
        change = pair[0].number - pair[1].number
        difference = f"{change * 100:+.1f} điểm %".replace(".", ",") if whole else f"{change:+,.0f}".replace(",", ".")
        found.append({"title": title, "now": pair[0], "before": pair[1], "change": change, "difference": difference})
    return found


class BareServer(Server):
    """The forum's server around another application."""

    def load(self) -> Flask:
        """Build it, and nothing of the forum."""
        return self._build()


def main(arguments: list[str]) -> None:
    """Serve under the very settings of `forum serve`; called as that is, with --bind and --workers."""
    options = dict(zip(arguments[::2], arguments[1::2], strict=True))
    config = Config.from_env(os.environ)
    settings = server_options(config, bind=options["--bind"], workers=int(options["--workers"]))
    BareServer(lambda: create_bare(config.database_url), settings).run()


if __name__ == "__main__":
    main(sys.argv[1:])
