"""What is refused of an issuer's word: one honest token, and what makes it none."""

from __future__ import annotations

import json
import warnings
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from joserfc.jwk import ECKey, OctKey, RSAKey

from forum.adapters.openid import fetching
from forum.adapters.openid.faults import IssuerAway, OpenIdFault
from forum.adapters.openid.issuer import Errand, Issuer, Known
from tests.conftest import START
from tests.openid.forger import CLIENT, KEY, SECRET, Forger, forging

BACK = "http://localhost:8000/back"
OTHER_KEY = RSAKey.generate_key(2048, {"kid": "first"})
with warnings.catch_warnings(action="ignore"):
    SHORT_KEY = RSAKey.generate_key(1024, {"kid": "short"})
CURVE_KEY = ECKey.generate_key("P-256", {"kid": "curve"})
SECONDS = int(START.timestamp())


@pytest.fixture
def forger() -> Iterator[Forger]:
    with forging(START) as running:
        yield running


@pytest.fixture
def issuer(forger: Forger) -> Issuer:
    return issuer_at(forger.address)


def issuer_at(address: str) -> Issuer:
    return Issuer(address, client_id=CLIENT, client_secret=SECRET, scope="openid")


def come(issuer: Issuer, forger: Forger, *, now=START, wanted: tuple[str, ...] = (), **brought: str) -> Known:
    """Come back from the issuer with what it has given, or with what is `brought` in its place."""
    errand = Errand.begin()
    forger.nonce = errand.nonce
    given = {"code": "a-code", "state": errand.state, **brought}
    return issuer.known(given, errand, back_to=BACK, now=now, wanted=wanted)


def why(issuer: Issuer, forger: Forger, **given: Any) -> str:
    with pytest.raises(OpenIdFault) as refused:
        come(issuer, forger, **given)
    return refused.value.why


def test_honest_token_is_taken(issuer: Issuer, forger: Forger) -> None:
    known = come(issuer, forger)
    assert (known.issuer, known.subject) == (forger.address, "somebody")


@pytest.mark.parametrize(
    ("claims", "reason"),
    [
        ({"nonce": "another"}, "nonce"),
        ({"nonce": None}, "nonce"),
        ({"aud": "another-program"}, "aud"),
        ({"aud": None}, "aud"),
        ({"aud": ["another-program"]}, "aud"),
        ({"aud": [CLIENT, "another-program"]}, "aud"),
        ({"aud": [CLIENT, "another-program"], "azp": "another-program"}, "aud"),
        ({"azp": "another-program"}, "aud"),
        ({"iss": "http://127.0.0.1:1"}, "iss"),
        ({"iss": None}, "iss"),
        ({"exp": SECONDS - 61}, "exp"),
        ({"exp": None}, "exp"),
        ({"exp": "never"}, "exp"),
        ({"exp": float("inf")}, "exp"),
        ({"iat": SECONDS + 61}, "iat"),
        ({"iat": None}, "iat"),
        ({"nbf": SECONDS + 61}, "nbf"),
        ({"sub": None}, "sub"),
        ({"sub": ""}, "sub"),
        ({"sub": 17}, "sub"),
    ],
    ids=str,
)
def test_token_is_refused_when_a_claim_is_wrong(
    issuer: Issuer, forger: Forger, claims: dict[str, Any], reason: str
) -> None:
    forger.claims = claims
    assert why(issuer, forger) == reason


def test_nonce_in_a_list_is_none(issuer: Issuer, forger: Forger) -> None:
    errand = Errand.begin()
    forger.claims = {"nonce": [errand.nonce]}
    with pytest.raises(OpenIdFault, match="nonce"):
        issuer.known({"code": "c", "state": errand.state}, errand, back_to=BACK, now=START)


def test_token_for_several_is_taken_when_it_was_given_to_this_program(issuer: Issuer, forger: Forger) -> None:
    forger.claims = {"aud": [CLIENT, "another-program"], "azp": CLIENT}
    assert come(issuer, forger).subject == "somebody"


@pytest.mark.parametrize(
    ("head", "key", "reason"),
    [
        ({"alg": "none"}, KEY, "signature"),
        ({"alg": "none", "kid": "first"}, KEY, "signature"),
        ({"alg": "HS256"}, OctKey.import_key(SECRET), "signature"),
        ({"alg": "HS256", "kid": "first"}, OctKey.import_key(KEY.as_dict(private=False)["n"]), "signature"),
        ({"alg": "RS256", "kid": "first"}, OTHER_KEY, "signature"),
        ({"alg": "RS256", "kid": "unknown"}, OTHER_KEY, "key"),
        ({"alg": "RS256", "kid": "short"}, SHORT_KEY, "key"),
        ({"alg": "RS256", "kid": "another-use"}, OTHER_KEY, "key"),
        ({"alg": "RS256"}, KEY, "key"),
        ({"alg": "RS256", "jwk": OTHER_KEY.as_dict(private=False), "kid": "first"}, OTHER_KEY, "signature"),
        ({"alg": "RS256", "kid": "first", "crit": ["b64"], "b64": False}, KEY, "signature"),
        ({"alg": "ES256", "kid": "first"}, CURVE_KEY, "signature"),
    ],
    ids=lambda value: value.get("alg", "") if isinstance(value, dict) else type(value).__name__,
)
def test_token_is_refused_when_it_is_not_signed_by_a_key_of_the_issuer(
    issuer: Issuer, forger: Forger, head: dict[str, Any], key: Any, reason: str
) -> None:
    forger.keys += [
        SHORT_KEY.as_dict(private=False),
        {**OTHER_KEY.as_dict(private=False), "kid": "another-use", "use": "enc"},
        {"kty": "oct", "k": "AAAA", "kid": "secret"},
        CURVE_KEY.as_dict(private=False),
    ]
    forger.head, forger.key = head, key
    assert why(issuer, forger) == reason


@pytest.mark.parametrize(
    ("alg", "key"), [("RS256", KEY), ("PS256", KEY), ("ES256", CURVE_KEY)], ids=["RS256", "PS256", "ES256"]
)
def test_token_is_taken_by_each_asymmetric_signature(issuer: Issuer, forger: Forger, alg: str, key: Any) -> None:
    forger.keys = [KEY.as_dict(private=False), CURVE_KEY.as_dict(private=False)]
    forger.head, forger.key = {"alg": alg, "kid": key.kid}, key
    assert come(issuer, forger).subject == "somebody"


@pytest.mark.parametrize(
    "tokens",
    [{}, {"id_token": 17}, {"id_token": "a.b.c"}, {"id_token": "e30.e30.e30"}, {"id_token": "đ.đ.đ"}],
    ids=str,
)
def test_answer_without_a_token_is_refused(issuer: Issuer, forger: Forger, tokens: dict[str, Any]) -> None:
    forger.paths["/token"] = lambda: (200, tokens, {})
    assert why(issuer, forger) in {"tokens", "signature"}


def test_unknown_keys_are_asked_for_at_most_once_a_minute(issuer: Issuer, forger: Forger) -> None:
    come(issuer, forger)
    forger.head = {"alg": "RS256", "kid": "made-up"}
    for _ in range(5):
        assert why(issuer, forger) == "key"
    assert forger.asked.count("/keys") == 1
    assert why(issuer, forger, now=START + timedelta(minutes=1)) == "key"
    assert forger.asked.count("/keys") == 2


def test_new_keys_are_learnt_and_the_old_ones_are_forgotten(issuer: Issuer, forger: Forger) -> None:
    come(issuer, forger)
    forger.keys, forger.key = [CURVE_KEY.as_dict(private=False)], CURVE_KEY
    forger.head = {"alg": "ES256", "kid": "curve"}
    later = START + timedelta(minutes=1)
    assert come(issuer, forger, now=later).subject == "somebody"
    forger.head, forger.key = {"alg": "RS256", "kid": "first"}, KEY
    assert why(issuer, forger, now=later + timedelta(minutes=1)) == "key"


def test_answer_of_another_issuer_is_refused(issuer: Issuer, forger: Forger) -> None:
    assert why(issuer, forger, iss="https://another.example") == "sender"
    assert forger.forms == [], "no code goes to an issuer that did not give it"


def test_answer_without_its_sender_is_refused_when_the_issuer_promises_it(issuer: Issuer, forger: Forger) -> None:
    forger.described = {"authorization_response_iss_parameter_supported": True}
    assert why(issuer, forger) == "sender"
    assert come(issuer, forger, iss=forger.address).subject == "somebody"


@pytest.mark.parametrize("state", ["", "another", "đ"])
def test_wrong_state_is_refused_before_anything_is_asked(issuer: Issuer, forger: Forger, state: str) -> None:
    assert why(issuer, forger, state=state) == "state"
    assert forger.asked == []


@pytest.mark.parametrize("code", ["", "x" * 2_001])
def test_odd_code_is_refused(issuer: Issuer, forger: Forger, code: str) -> None:
    assert why(issuer, forger, code=code) == "code"
    assert forger.forms == []


@pytest.mark.parametrize("endpoint", ["authorization_endpoint", "token_endpoint", "jwks_uri", "userinfo_endpoint"])
@pytest.mark.parametrize(
    "address", ["http://169.254.169.254/latest", "http://localhost:1/", "https://127.0.0.1/", "file:///etc/passwd", 7]
)
def test_issuer_that_names_another_place_is_not_asked(
    issuer: Issuer, forger: Forger, endpoint: str, address: object
) -> None:
    forger.described = {endpoint: address}
    assert why(issuer, forger) == "elsewhere"
    assert forger.asked == ["/.well-known/openid-configuration"]


def test_endpoint_must_be_there(issuer: Issuer, forger: Forger) -> None:
    forger.described = {"token_endpoint": None}
    assert why(issuer, forger) == "elsewhere"


def test_issuer_under_another_name_is_refused(forger: Forger) -> None:
    assert why(issuer_at(f"{forger.address}/"), forger) == "another-issuer"


def test_redirect_is_not_followed(issuer: Issuer, forger: Forger) -> None:
    with forging(START) as other:
        forger.paths["/token"] = lambda: (307, {}, {"Location": f"{other.address}/token"})
        assert why(issuer, forger) == "redirecting"
        assert other.asked == []


@pytest.mark.parametrize(
    ("status", "said", "reason"),
    [
        (200, b" " * (fetching.LONGEST_ANSWER + 1), "endless"),
        (200, b"[]", "unreadable"),
        (200, b"<html>", "unreadable"),
        (200, b"[" * 100_000, "unreadable"),
        (500, {}, "failing"),
        (404, {}, "refusing"),
        (204, b"", "redirecting"),
    ],
    ids=str,
)
def test_issuer_that_does_not_describe_itself_is_away(
    issuer: Issuer, forger: Forger, status: int, said: Any, reason: str
) -> None:
    forger.paths["/.well-known/openid-configuration"] = lambda: (status, said, {})
    with pytest.raises(IssuerAway) as away:
        come(issuer, forger)
    assert away.value.why == reason


def test_issuer_that_nobody_reaches_is_away() -> None:
    with forging(START) as gone:
        address = gone.address
    with pytest.raises(IssuerAway, match="unreachable"):
        issuer_at(address).way(Errand.begin(), back_to=BACK, now=START, is_asked_again=False)


def test_claims_that_are_wanted_are_asked_for_apart(issuer: Issuer, forger: Forger) -> None:
    assert come(issuer, forger, wanted=("name",)).text("name") == "Lò Văn Mẫu"
    forger.claims = {"name": "Vàng Thị Mẫu"}
    assert come(issuer, forger, wanted=("name",)).text("name") == "Vàng Thị Mẫu"
    assert forger.asked.count("/me") == 1, "nothing is asked that the token says already"


def test_claims_of_another_person_are_refused(issuer: Issuer, forger: Forger) -> None:
    forger.paths["/me"] = lambda: (200, {"sub": "another", "name": "Vàng Thị Mẫu"}, {})
    assert why(issuer, forger, wanted=("name",)) == "userinfo"


def test_claims_that_come_apart_do_not_replace_those_of_the_token(issuer: Issuer, forger: Forger) -> None:
    forger.paths["/me"] = lambda: (200, {"sub": "somebody", "name": "X", "acr": "high", "nonce": "x"}, {})
    forger.claims = {"acr": "low"}
    assert come(issuer, forger, wanted=("name",)).factors == {"low"}


def test_secret_and_verifier_go_to_the_issuer_and_into_no_words(issuer: Issuer, forger: Forger) -> None:
    errand = Errand.begin()
    forger.nonce = errand.nonce
    known = issuer.known({"code": "c", "state": errand.state}, errand, back_to=BACK, now=START)
    assert f"code_verifier={errand.verifier}" in forger.forms[0]
    assert SECRET not in forger.forms[0], "it travels in the head, where the issuer wants it"
    shown = repr((errand, known, issuer))
    assert not any(word in shown for word in (errand.verifier, errand.state, errand.nonce, SECRET, "somebody"))


def test_secret_travels_in_the_form_when_the_issuer_wants_it_there(issuer: Issuer, forger: Forger) -> None:
    forger.described = {"token_endpoint_auth_methods_supported": ["client_secret_post"]}
    come(issuer, forger)
    assert f"client_secret={SECRET}" in forger.forms[0]


def test_error_of_the_issuer_is_named_only_when_it_is_a_known_one(issuer: Issuer, forger: Forger) -> None:
    forger.paths["/token"] = lambda: (400, {"error": "invalid_grant"}, {})
    assert why(issuer, forger) == "invalid_grant"
    forger.paths["/token"] = lambda: (400, {"error": "<script>"}, {})
    assert why(issuer, forger) == "tokens"
    assert why(issuer, forger, error="access_denied") == "declined"


def test_description_is_asked_for_again_after_an_hour(issuer: Issuer, forger: Forger) -> None:
    for minutes, times in ((0, 1), (59, 1), (60, 2)):
        now = START + timedelta(minutes=minutes)
        issuer.way(Errand.begin(), back_to=BACK, now=now, is_asked_again=False)
        assert len(forger.asked) == times


def test_key_that_is_alone_need_not_be_named(issuer: Issuer, forger: Forger) -> None:
    forger.keys = [{name: value for name, value in KEY.as_dict(private=False).items() if name != "kid"}]
    forger.head = {"alg": "RS256"}
    assert come(issuer, forger).subject == "somebody"
    assert json.dumps(forger.keys).count("kid") == 0
