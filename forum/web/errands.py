"""Sending a browser to an issuer of identities and taking it back: what it must bring again travels sealed with it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import asdict
from datetime import timedelta

from flask import request, url_for
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response

from forum.adapters.openid.faults import OpenIdFault
from forum.adapters.openid.issuer import Errand, Issuer, Known
from forum.extensions import house
from forum.web.cookies import forget_cookie
from forum.web.sealed_cookies import keep_sealed, read_sealed

RATE = "60 per minute"
"""For one address of the network; a whole station or village may share it."""
LIFETIME = timedelta(minutes=10)
"""How long one may take at the issuer: a telephone has to be found, a code to be typed."""


def configured(issuer: Issuer | None) -> Issuer:
    """Return the issuer; there is nothing here where none is configured."""
    if issuer is None:
        raise NotFound
    return issuer


def way_there(issuer: Issuer, errand: Errand, back: str, *, is_asked_again: bool = False) -> str:
    """Return the address at the issuer, from where the browser comes back to an endpoint; raise IssuerAway."""
    return issuer.way(errand, back_to=_address(back), now=house().clock(), is_asked_again=is_asked_again)


def keep_errand(response: Response, name: str, errand: Errand, **kept: str) -> None:
    """Give the browser what it needs on its way; one that is sent twice forgets the first way."""
    keep_sealed(response, name, {**asdict(errand), **kept}, lifetime=LIFETIME)


def came_back(issuer: Issuer, name: str, back: str, *, wanted: Collection[str] = ()) -> tuple[Known, dict[str, str]]:
    """Return whom the issuer vouches for, and what was kept with the errand; raise OpenIdFault.

    The errand is over in any case: the answer has to forget it.
    """
    kept = read_sealed(name)
    if kept is None:
        raise OpenIdFault("no-errand")
    errand = Errand(kept.pop("state"), kept.pop("nonce"), kept.pop("verifier"))
    brought = request.args.to_dict()
    known = issuer.known(brought, errand, back_to=_address(back), now=house().clock(), wanted=wanted)
    return known, kept


def end_errand(response: Response, name: str) -> Response:
    """Take what was good for one way out of the browser."""
    forget_cookie(response, name)
    return response


def _address(endpoint: str) -> str:
    return house().config.base_url + url_for(endpoint)
