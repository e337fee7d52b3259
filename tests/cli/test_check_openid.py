"""What `forum check` finds out by asking the issuers of identities."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from config import Config, ConfigError, OpenIdClient
from forum.adapters import clock
from forum.cli.check_openid import openid_findings
from tests.openid.forger import SECRET, Forger, forging

OFFICERS = {"ISSUER": "https://sso.example", "CLIENT_ID": "forum", "SECRET": "a-secret"}


@pytest.fixture
def forger() -> Iterator[Forger]:
    with forging(clock.now()) as running:
        running.paths["/token"] = lambda: (400, {"error": "invalid_grant"}, {})
        yield running


def findings(address: str, **differing: object) -> str:
    client = OpenIdClient(address, "forum", SECRET, "VNeID")
    config = replace(Config.demo({}), officers=replace(client, **differing), citizens=None)
    return "\n".join(openid_findings(config))


def read(mode: str = "demo", **given: str) -> OpenIdClient | None:
    values = {f"FORUM_OIDC_OFFICERS_{name}": value for name, value in {**OFFICERS, **given}.items() if value}
    return Config.from_env({"FORUM_MODE": mode, **values}).officers


def test_check_is_silent_when_the_issuer_knows_the_forum(forger: Forger) -> None:
    assert findings(forger.address) == ""


@pytest.mark.parametrize(
    ("path", "answer", "said"),
    [
        ("/token", (401, {"error": "invalid_client"}, {}), "refuses the client id or the secret"),
        ("/token", (200, {"id_token": "x"}, {}), "takes a code that nobody was given"),
        ("/keys", (404, {}, {}), "does not serve as it must (refusing)"),
    ],
)
def test_check_says_what_is_wrong(forger: Forger, path: str, answer: tuple, said: str) -> None:
    forger.paths[path] = lambda: answer
    assert said in findings(forger.address)
    assert "/sign-in/single-sign-on/done" in findings(forger.address), "the address that the issuer must know"


def test_check_says_that_nobody_answers_or_another_one() -> None:
    with forging(clock.now()) as gone:
        address = gone.address
        assert "calls itself by another address" in findings(f"{address}/")
    assert "does not answer" in findings(address)


def test_check_finds_a_secret_that_others_can_read(forger: Forger, tmp_path) -> None:
    path = tmp_path / "secret"
    path.write_text(SECRET)
    path.chmod(0o644)
    assert "set its mode to 0600" in findings(forger.address, secret_file=path)
    path.chmod(0o600)
    assert findings(forger.address, secret_file=path) == ""


def test_settings_are_read_when_they_are_whole(tmp_path) -> None:
    path = tmp_path / "secret"
    path.write_text("from-a-file\n")
    found = read(SECRET="", SECRET_FILE=str(path), FACTORS="otp hwk")
    assert (found.client_secret, found.trusted_factors, found.scope) == ("from-a-file", {"otp", "hwk"}, "openid")
    assert "from-a-file" not in repr(found)
    assert read(ISSUER="") is None


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"CLIENT_ID": ""}, "CLIENT_ID is not"),
        ({"SECRET": ""}, "gives a secret"),
        ({"SECRET_FILE": "/nowhere"}, "cannot be read"),
        ({"ISSUER": "http://sso.example"}, "https://"),
        ({"ISSUER": "http://169.254.169.254:80"}, "https://"),
        ({"ISSUER": "https://sso.example?x=1"}, "https://"),
        ({"ISSUER": "https://a:b@sso.example"}, "https://"),
        ({"ISSUER": "https://[::"}, "https://"),
    ],
    ids=str,
)
def test_settings_that_are_not_whole_are_refused(given: dict[str, str], said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        read(**given)


def test_issuer_without_tls_is_refused_in_production_even_on_this_machine() -> None:
    near = "http://127.0.0.1:9000"
    assert read(ISSUER=near).issuer == near
    with pytest.raises(ConfigError, match="FORUM_OIDC_OFFICERS_ISSUER must be"):
        read("production", ISSUER=near)
