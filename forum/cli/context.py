"""What commands share: the configuration of the environment, and the application around it."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import click
from flask import Flask
from sqlalchemy.exc import OperationalError, ProgrammingError

from config import Config, ConfigError
from forum.adapters.keyring import KeyringFault
from forum.extensions import db

NO_DATABASE = "The database does not answer as it should. `forum check` says what is wrong."
AppFactory = Callable[[Config], Flask]


def read_config() -> Config:
    """Return the configuration, or end the command with every problem in plain words."""
    try:
        return Config.from_env(os.environ)
    except ConfigError as error:
        raise as_click(error) from error


def build_app(context: click.Context, config: Config) -> Flask:
    """Build the application with the factory that the entry point handed in."""
    factory: AppFactory = context.find_root().obj
    try:
        return factory(config)
    except ConfigError as error:
        raise as_click(error) from error
    except KeyringFault as error:
        raise click.ClickException(str(error)) from error


@contextmanager
def running_app(context: click.Context, config: Config | None = None) -> Iterator[Flask]:
    """Open the application context of the configured forum; end the command when its database does not answer."""
    app = build_app(context, config or read_config())
    with app.app_context():
        try:
            yield app
        except (OperationalError, ProgrammingError) as error:
            raise click.ClickException(NO_DATABASE) from error
        finally:
            db.session.remove()
            db.engine.dispose()


def as_click(error: ConfigError) -> click.ClickException:
    """Turn the problems of a configuration into the end of a command."""
    return click.ClickException("The forum cannot start:\n" + "\n".join(f"  - {line}" for line in error.problems))
