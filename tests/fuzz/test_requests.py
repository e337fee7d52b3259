"""Whatever is asked: never a fault of the program, and what is refused has changed nothing.

`FORUM_FUZZ_INPUTS` says how many requests; `FORUM_FUZZ_SEED` which. See docs/verification.md.
"""

from __future__ import annotations

import io
import os
from collections import Counter

import pytest
from flask import Flask
from hypothesis import HealthCheck, Phase, given, seed, settings

from tests.fuzz.house import House
from tests.fuzz.inputs import MEBIBYTE, Request, requests
from tests.fuzz.surface import doors

INPUTS = int(os.environ.get("FORUM_FUZZ_INPUTS", "400"))
SEED = int(os.environ.get("FORUM_FUZZ_SEED", "20261124"))


@pytest.fixture
def house(app: Flask, recovery: str) -> House:
    return House(app, recovery)


@pytest.mark.slow
def test_no_request_is_answered_by_a_fault_or_stored_by_halves(house: House) -> None:
    reached: Counter[str] = Counter()

    @seed(SEED)
    @settings(
        max_examples=INPUTS,
        deadline=None,
        database=None,
        phases=[Phase.generate],  # a request changes what the next one meets: a shorter one need not fail again
        suppress_health_check=list(HealthCheck),
    )
    @given(requests(doors(house.app), house.people, house.real))
    def ask(request: Request) -> None:
        reached[f"{house.send(request) // 100}xx"] += 1
        if sum(reached.values()) % 500 == 0:
            house.check()

    ask()
    house.check()
    print(dict(reached))  # noqa: T201 - figures for who runs it with -s
    assert min(reached[status] for status in ("2xx", "3xx", "4xx")) > 0


@pytest.mark.parametrize(("who", "size"), [("nobody", 10 * MEBIBYTE), ("administrator", MEBIBYTE // 2 + 1)])
def test_huge_body_is_refused_or_read_and_breaks_nothing(house: House, who: str, size: int) -> None:
    for door in doors(house.app):
        if "POST" in door.methods and not door.variables:
            body = door.fields[0].encode() + b"=" + b"x" * size
            form = "application/x-www-form-urlencoded"
            house.send(Request(who, "POST", door.endpoint, door.rule.encode(), b"", body, form, ()))
    house.check()


def test_every_form_and_parameter_is_among_what_is_tried(app: Flask) -> None:
    fields: dict[str, set[str]] = {}
    for door in doors(app):
        fields.setdefault(door.rule, set()).update(door.fields)
    assert {"body", "place", "receipt", "police_unit", "files"} <= fields["/submit"]
    assert {"words", "after", "category"} <= fields["/search"]
    assert {"username", "password"} <= fields["/sign-in"]
    assert {"answer-text", "answer-seen"} <= fields["/tips/<number>/answer"]
    assert len(fields) > 100


@pytest.mark.parametrize("body", [b"[]", b"[1]", b'[{"a": 1, "b": 2, "c": 3}]', b"1", b"null", b"{"])
def test_json_is_no_form(app: Flask, body: bytes) -> None:
    for path in ("/submit", "/sign-in", "/follow"):
        assert app.test_client().post(path, data=body, content_type="application/json").status_code in {200, 400}


def test_address_in_another_encoding_is_read_as_far_as_it_can_be(house: House) -> None:
    address = Request("nobody", "GET", "submit.communes", b"/submit/communes.json", b"province=M\xe9o", b"", "", ())
    assert house.send(address) in {200, 400, 404}


def test_file_in_the_place_of_another_field_is_thrown_away(app: Flask) -> None:
    for path, name in (("/submit", "body"), ("/sign-in", "username"), ("/follow", "receipt")):
        answer = app.test_client().post(path, data={name: (io.BytesIO(b"words"), "a.txt")})
        assert answer.status_code in {200, 400}
