"""`create_app`: wiring only."""

from __future__ import annotations

import secrets

from flask import Flask
from jinja2 import StrictUndefined
from werkzeug.middleware.proxy_fix import ProxyFix

from config import Config, ConfigError
from forum.adapters import clock as system_clock
from forum.adapters.clock import Clock
from forum.adapters.erasure_list import ErasureList
from forum.adapters.file_store import FileStore
from forum.adapters.lexicon_table import lexicon as shipped_lexicon
from forum.adapters.live_secrets import LiveSecrets
from forum.adapters.rate_counts import storage_uri
from forum.domain.session_limits import IDLE
from forum.extensions import House, babel, csrf, db, issuer_of, limiter, prepare_engine
from forum.web.access import init_access
from forum.web.blueprints import BLUEPRINTS, DEMO_BLUEPRINTS
from forum.web.converters import StorableInteger, StorableText
from forum.web.errors import init_errors
from forum.web.filters import init_filters
from forum.web.headers import init_headers
from forum.web.host_check import init_host_check
from forum.web.icons import init_icons
from forum.web.navigation import init_navigation
from forum.web.places import init_places
from forum.web.static_files import init_static_files
from forum.web.step_up import init_step_up
from forum.web.translations import LANGUAGES, PoDomain, init_translations, select_language
from forum.web.uploads import ForumRequest

VIETNAM = "Asia/Ho_Chi_Minh"


def create_app(config: Config, *, clock: Clock = system_clock.now) -> Flask:
    """Build the application; raise ConfigError when the configuration cannot serve."""
    app = Flask("forum", root_path=None, static_folder="../static", template_folder="../templates")
    app.request_class = ForumRequest
    app.url_map.converters.update(int=StorableInteger, string=StorableText, default=StorableText)
    app.config.from_mapping(_settings(config))
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    _build_house(app, config, clock)
    db.init_app(app)
    with app.app_context():
        prepare_engine(db.engine)
    init_host_check(app)
    init_places(app)
    csrf.init_app(app)
    limiter.init_app(app)
    babel.init_app(app, locale_selector=select_language, timezone_selector=lambda: VIETNAM)
    babel.domain_instance = PoDomain()
    init_translations(app)
    init_access(app)
    init_step_up(app)
    init_headers(app)
    init_errors(app)
    init_filters(app)
    init_navigation(app)
    init_static_files(app)
    init_icons(app)
    for blueprint in BLUEPRINTS + (DEMO_BLUEPRINTS if config.mode != "production" else ()):
        app.register_blueprint(blueprint)
    if config.trusted_proxies:
        # The proxy tells the scheme alone: it passes the host as it is, and addresses are not wanted.
        app.wsgi_app = ProxyFix(  # type: ignore[method-assign]  # the documented way
            app.wsgi_app, x_for=0, x_proto=config.trusted_proxies, x_host=0, x_port=0, x_prefix=0
        )
    return app


def _settings(config: Config) -> dict[str, object]:
    return {
        "FORUM": config,
        "SECRET_KEY": config.secret_key or secrets.token_hex(32),
        "SQLALCHEMY_DATABASE_URI": config.database_url,
        "SQLALCHEMY_ENGINE_OPTIONS": _engine_options(config.database_url),
        "MAX_CONTENT_LENGTH": config.max_upload_bytes,
        "MAX_FORM_MEMORY_SIZE": 1024 * 1024,
        "MAX_FORM_PARTS": 200,
        "SESSION_COOKIE_NAME": f"{config.cookie_prefix}forum",
        "SESSION_COOKIE_SECURE": config.is_https,
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "PERMANENT_SESSION_LIFETIME": IDLE,
        "WTF_CSRF_TIME_LIMIT": None,  # bound to the session; a slow writer must not lose the form
        "WTF_CSRF_SSL_STRICT": False,  # wants a Referer, which `no-referrer` withholds
        "RATELIMIT_STORAGE_URI": storage_uri(config.rate_storage),
        "BABEL_DEFAULT_LOCALE": LANGUAGES[0],
        "BABEL_DEFAULT_TIMEZONE": VIETNAM,
        "TEMPLATES_AUTO_RELOAD": False,
        **config.extra,
    }


def _engine_options(database_url: str) -> dict[str, object]:
    if database_url.startswith("sqlite"):
        return {"connect_args": {"check_same_thread": False}}
    return {"isolation_level": "AUTOCOMMIT", "pool_size": 8, "max_overflow": 8}


def _build_house(app: Flask, config: Config, clock: Clock) -> None:
    if not config.keyring_path.is_file():
        raise ConfigError([f"There is no keyring at {config.keyring_path}."])
    keys = LiveSecrets(config.keyring_path)
    erasures = ErasureList(config.erasure_list_path, keys)
    app.extensions["forum"] = House(
        config,
        keys,
        FileStore(config.files_path),
        shipped_lexicon(),
        clock,
        erasures,
        issuer_of(config.officers),
        issuer_of(config.citizens),
    )
