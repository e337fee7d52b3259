"""The templates and static files on their own: a bare application without database, and a browser to look with."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from socketserver import ThreadingMixIn
from types import SimpleNamespace
from wsgiref.simple_server import WSGIServer, make_server

import pytest
from flask import Flask, render_template_string, request
from flask_babel import Babel
from flask_wtf import CSRFProtect
from jinja2 import StrictUndefined
from playwright.sync_api import Browser, Page

from forum.domain.urgency import urgent_patterns
from forum.web.filters import init_filters
from forum.web.headers import CONTENT_SECURITY_POLICY
from forum.web.icons import init_icons
from forum.web.static_files import init_static_files
from forum.web.style.forms import SampleForm
from forum.web.style.routes import blueprint
from forum.web.translations import PoDomain, select_language

ROOT = Path(__file__).parents[2]

# A page with one of each thing that the modules enliven.
MODULES_PAGE = """
{% extends "layouts/citizen.html" %}
{% from "macros/actions.html" import button, wipe_button %}
{% from "macros/fields.html" import draft_offer, field, file_picker, hidden, place_field %}
{% from "macros/hotlines.html" import hotline_panel %}
{% block title %}Modules{% endblock %}
{% block main %}
<h1>Modules</h1>
{{ hotline_panel(urgent=true, hidden=true) }}
<form class="form" method="post" action="/sent" enctype="multipart/form-data" data-draft="sample">
  {{ hidden(form) }}
  {{ draft_offer() }}
  {{ field(form.words, data_urgent="/urgent.json") }}
  {{ field(form.when) }}
  {{ field(form.province) }}
  {{ place_field(form.commune, form.province.id, url_for("style.places")) }}
  {{ file_picker(form.files, max_files=2, max_megabytes=1) }}
  <div class="actions">
    {{ button("Send", "next", name="step", value="last", sending="Sending now") }}
    {{ wipe_button() }}
  </div>
</form>
{% endblock %}
"""


@pytest.fixture(scope="session")
def received() -> list[dict[str, str]]:
    """Return what the forms of the modules page have sent so far."""
    return []


@pytest.fixture(scope="session")
def app(received: list[dict[str, str]]) -> Flask:
    """Return an application that can do nothing but show components, under the policy of the real one."""
    app = Flask("look", template_folder=str(ROOT / "templates"), static_folder=str(ROOT / "static"))
    app.config["SECRET_KEY"] = "for tests only"
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.extensions["forum"] = SimpleNamespace(config=SimpleNamespace(cookie_prefix="", is_https=False))
    babel = Babel(app, locale_selector=select_language)
    babel.domain_instance = PoDomain()
    CSRFProtect(app)
    init_filters(app)
    init_static_files(app)
    init_icons(app)
    app.register_blueprint(blueprint)
    for endpoint, address in (("home.index", "/"), ("home.language", "/language"), ("auth.sign_out", "/sign-out")):
        app.add_url_rule(address, endpoint, methods=["GET", "POST"])
    app.context_processor(lambda: {"current_user": SimpleNamespace(is_authenticated=False)})
    app.add_url_rule("/modules", "modules", lambda: render_template_string(MODULES_PAGE, form=SampleForm()))
    app.add_url_rule("/urgent.json", "urgent", urgent_patterns)
    app.add_url_rule("/sent", "sent", lambda: _receive(received), methods=["POST"])

    @app.after_request
    def set_policy(response):  # type: ignore[no-untyped-def]  # tests are not typed strictly
        response.headers["Content-Security-Policy"] = CONTENT_SECURITY_POLICY
        return response

    return app


def _receive(received: list[dict[str, str]]) -> tuple[str, int]:
    received.append(request.form.to_dict())
    return "", 204  # the browser stays on the page, so that a second press is possible


class Server(ThreadingMixIn, WSGIServer):
    """Answers several requests at a time; unlike Werkzeug's it closes a file also when the browser hung up."""

    daemon_threads = True


@pytest.fixture(scope="session")
def address(app: Flask) -> Iterator[str]:
    """Serve the application and return its address."""
    server = make_server("127.0.0.1", 0, app, Server)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def page(browser: Browser, address: str) -> Iterator[Page]:
    """Open a page of a small telephone; any error on its console fails the test."""
    context = browser.new_context(viewport={"width": 360, "height": 740}, base_url=address)
    context.set_default_timeout(5_000)
    page = context.new_page()
    faults: list[str] = []
    page.on("pageerror", lambda fault: faults.append(str(fault)))
    page.on("console", lambda message: faults.append(message.text) if message.type == "error" else None)
    yield page
    context.close()
    assert faults == []
