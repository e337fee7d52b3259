"""`forum serve`: the program behind gunicorn, set so that no address is logged and nothing is left behind."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
from flask import Flask
from gunicorn.app.base import BaseApplication
from gunicorn.glogging import Logger
from sqlalchemy.exc import SQLAlchemyError

from config import Config
from forum.adapters.process import leave_no_core
from forum.cli.context import NO_DATABASE, build_app, read_config
from forum.cli.migrate import is_current
from forum.cli.neighbours import refuse_open_neighbours
from forum.cli.restoring import refuse_unless_erased, refuse_unless_whole
from forum.extensions import db, house, reading
from forum.web.places import Plan

GRACEFUL_SECONDS = 30
SHARED_MEMORY = Path("/dev/shm")  # noqa: S108 - where heartbeats of workers never wait for a disk


class NamelessLogger(Logger):
    """gunicorn's log without its only line that names an address (and repeats what was asked for)."""

    def warning(self, msg: object, *args: object, **kwargs: Any) -> None:
        """Write a warning, except that of an invalid request."""
        if str(msg).startswith("Invalid request from"):
            super().info("A request that is no proper HTTP was refused.")
        else:
            super().warning(msg, *args, **kwargs)


class Server(BaseApplication):
    """gunicorn inside this process, with settings of our own and none from files or the environment."""

    def __init__(self, build: Callable[[], Flask], options: dict[str, object]) -> None:
        self._build = build
        self._options = options
        super().__init__()

    def load_config(self) -> None:
        """Hand gunicorn the settings."""
        for name, value in self._options.items():
            self.cfg.set(name, value)

    def load(self) -> Any:
        """Build the application, once in each worker, with the rules read: no citizen waits for them."""
        app = self._build()
        with app.app_context():
            reading()
            db.session.remove()
        return app


@click.command()
@click.option("--bind", default="127.0.0.1:8000", show_default=True, help="Address and port, or unix:PATH.")
@click.option("--workers", type=click.IntRange(1, 64), help="Processes; as many as there are cores by default.")
@click.pass_context
def serve(context: click.Context, bind: str, workers: int | None) -> None:
    """Serve the forum until told to stop; requests under way are finished first."""
    config = read_config()
    app = build_app(context, config)  # a configuration that cannot serve is said once, here, not by every worker
    try:
        is_ready = is_current(config.database_url)
    except SQLAlchemyError as error:
        raise click.ClickException(NO_DATABASE) from error
    if not is_ready:
        message = "The database is not at the present tables. Please run `forum migrate` first."
        raise click.ClickException(message)
    refuse_open_neighbours(config)
    refuse_unless_whole(config.database_url)
    with app.app_context():
        try:
            refuse_unless_erased(house())
        finally:
            db.engine.dispose()
    run_server(lambda: build_app(context, config), config, bind=bind, workers=workers)


def run_server(build: Callable[[], Flask], config: Config, *, bind: str, workers: int | None) -> None:
    """Run until TERM or INT."""
    leave_no_core()
    Server(build, server_options(config, bind=bind, workers=workers or os.cpu_count() or 1)).run()


def server_options(config: Config, *, bind: str, workers: int) -> dict[str, object]:
    """Return gunicorn's settings."""
    return {
        "bind": bind,
        "workers": workers,
        "worker_class": "gthread",
        "threads": Plan().threads,
        "timeout": 60,
        "graceful_timeout": GRACEFUL_SECONDS,
        "keepalive": 5,
        "limit_request_line": 2048,
        "limit_request_fields": 50,
        "limit_request_field_size": 8190,
        # The scheme is taken from a proxy by ProxyFix alone, when the operator says so. Who comes by a socket file is
        # trusted by gunicorn whatever the list says: nothing is left that could be told.
        "forwarded_allow_ips": "",
        "secure_scheme_headers": {},
        "forwarder_headers": "",
        "accesslog": None,
        "errorlog": "-",
        "loglevel": "warning" if config.mode == "demo" else "info",
        "logger_class": NamelessLogger,
        "control_socket_disable": True,
        "worker_tmp_dir": str(SHARED_MEMORY) if SHARED_MEMORY.is_dir() else None,
        "proc_name": "forum",
    }
