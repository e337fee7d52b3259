"""The way through an issuer: there with PKCE, state and nonce, back with a code, and what its token says."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote, urlencode

from joserfc.errors import ExpiredTokenError, InvalidClaimError, JoseError, MissingClaimError
from joserfc.jwt import JWTClaimsRegistry

from forum.adapters.openid.faults import IssuerAway, OpenIdFault
from forum.adapters.openid.fetching import Answer, Origin
from forum.adapters.openid.keys import IssuerKeys

WELL_KNOWN = "/.well-known/openid-configuration"
DESCRIBED_AGAIN = timedelta(hours=1)
ENDPOINTS = ("authorization_endpoint", "token_endpoint", "jwks_uri")
LEEWAY_SECONDS = 60
RANDOM_BYTES = 32
LONGEST_CODE = 2_000
SAID_OF_TOKENS = frozenset({"invalid_client", "invalid_grant", "invalid_request", "unauthorized_client"})
CLAIMS = frozenset({"iss", "aud", "exp", "iat", "nbf", "sub", "nonce"})


@dataclass(frozen=True, slots=True)
class Errand:
    """What a browser takes to an issuer and must bring back; each is good for one way."""

    state: str = field(repr=False)
    nonce: str = field(repr=False)
    verifier: str = field(repr=False)

    @classmethod
    def begin(cls) -> Errand:
        """Draw a new one."""
        return cls(*(secrets.token_urlsafe(RANDOM_BYTES) for _ in range(3)))


@dataclass(frozen=True, slots=True)
class Known:
    """Whom an issuer vouches for; the subject is its own name for them, and means something to it alone."""

    issuer: str
    subject: str = field(repr=False)
    claims: Mapping[str, Any] = field(repr=False)

    @property
    def factors(self) -> frozenset[str]:
        """By what the person has shown who they are, in the words of the issuer."""
        methods = self.claims.get("amr")
        words = [*(methods if isinstance(methods, list) else ()), self.claims.get("acr")]
        return frozenset(word for word in words if isinstance(word, str))

    def text(self, claim: str) -> str:
        """Return a claim that is a text, otherwise nothing."""
        value = self.claims.get(claim) if claim else None
        return value.strip() if isinstance(value, str) else ""


class Issuer:
    """One issuer, as the forum is known to it; it is asked who it is when somebody first wants to go there."""

    def __init__(self, address: str, *, client_id: str, client_secret: str, scope: str) -> None:
        self.address = address
        self._client_id, self._secret, self._scope = client_id, client_secret, scope
        self._origin = Origin.of(address)
        self._described: dict[str, Any] = {}
        self._described_at: datetime | None = None
        self._keys = IssuerKeys(lambda: self._said(self._described["jwks_uri"]))

    def way(self, errand: Errand, *, back_to: str, now: datetime, is_asked_again: bool) -> str:
        """Return the address to which the browser goes; with `is_asked_again` an open session there is not enough."""
        digest = hashlib.sha256(errand.verifier.encode()).digest()
        asked = {
            "response_type": "code",
            "client_id": self._client_id,
            "redirect_uri": back_to,
            "scope": self._scope,
            "state": errand.state,
            "nonce": errand.nonce,
            "code_challenge": base64.urlsafe_b64encode(digest).rstrip(b"=").decode(),
            "code_challenge_method": "S256",
            **({"prompt": "login"} if is_asked_again else {}),
        }
        address = self._describe(now)["authorization_endpoint"]
        return f"{address}{'&' if '?' in address else '?'}{urlencode(asked)}"

    def known(
        self, brought: Mapping[str, str], errand: Errand, *, back_to: str, now: datetime, wanted: Collection[str] = ()
    ) -> Known:
        """Return whom the issuer vouches for, given what the browser has brought back; raise OpenIdFault.

        Claims that are `wanted` and not in the token are asked for apart.
        """
        if not hmac.compare_digest(brought.get("state", "").encode(), errand.state.encode()):
            raise OpenIdFault("state")
        described = self._describe(now)
        self._check_sender(brought, described)
        if "error" in brought:
            raise OpenIdFault("declined")
        code = brought.get("code", "")
        if not 0 < len(code) <= LONGEST_CODE:
            raise OpenIdFault("code")
        tokens = self._redeem(code, errand.verifier, back_to)
        claims = self._keys.claims_of(_text(tokens, "id_token"), now)
        self._check(claims, errand.nonce, now)
        if not claims.keys() >= set(wanted) and "userinfo_endpoint" in described:
            claims = {**self._more(described["userinfo_endpoint"], tokens, claims["sub"]), **claims}
        return Known(self.address, claims["sub"], claims)

    def faults(self, now: datetime, *, back_to: str) -> list[str]:
        """Return what is wrong between the forum and the issuer, found by asking; nothing when all is well.

        A code that nobody was given is refused as such only by an issuer that has taken the secret.
        """
        try:
            self._describe(now)
            self._said(self._described["jwks_uri"])
            self._redeem("made-up", secrets.token_urlsafe(RANDOM_BYTES), back_to)
        except OpenIdFault as fault:
            return [] if fault.why == "invalid_grant" else [fault.why]
        return ["any-code"]

    def _describe(self, now: datetime) -> dict[str, Any]:
        """Return what the issuer says of itself, at most an hour old; everything it names must be its own."""
        if self._described_at is None or now - self._described_at >= DESCRIBED_AGAIN:
            said = self._said(f"{self.address.rstrip('/')}{WELL_KNOWN}")
            if said.get("issuer") != self.address:
                raise IssuerAway("another-issuer")
            named = [name for name in (*ENDPOINTS, "userinfo_endpoint") if name in ENDPOINTS or name in said]
            if not all(self._origin.has(said.get(name)) for name in named):
                raise IssuerAway("elsewhere")
            self._described, self._described_at = said, now
        return self._described

    def _said(self, address: str) -> dict[str, Any]:
        answer = self._origin.ask(address)
        if not answer.is_ok:
            raise IssuerAway("refusing")
        return answer.said

    def _check_sender(self, brought: Mapping[str, str], described: Mapping[str, Any]) -> None:
        """Refuse an answer that another issuer has given (RFC 9207)."""
        is_promised = described.get("authorization_response_iss_parameter_supported") is True
        if brought.get("iss", "" if is_promised else self.address) != self.address:
            raise OpenIdFault("sender")

    def _redeem(self, code: str, verifier: str, back_to: str) -> dict[str, Any]:
        form = {"grant_type": "authorization_code", "code": code, "redirect_uri": back_to, "code_verifier": verifier}
        headers = {}
        if "client_secret_basic" in self._described.get(
            "token_endpoint_auth_methods_supported", ["client_secret_basic"]
        ):
            spelled = f"{quote(self._client_id, safe='')}:{quote(self._secret, safe='')}".encode()
            headers["Authorization"] = f"Basic {base64.b64encode(spelled).decode()}"
        else:
            form |= {"client_id": self._client_id, "client_secret": self._secret}
        answer = self._origin.ask(self._described["token_endpoint"], form=form, headers=headers)
        if not answer.is_ok:
            raise OpenIdFault(_reason(answer))
        return answer.said

    def _check(self, claims: dict[str, Any], nonce: str, now: datetime) -> None:
        """Refuse a token of another issuer, for another program, of another way, or of another time."""
        registry = JWTClaimsRegistry(
            now=int(now.timestamp()),
            leeway=LEEWAY_SECONDS,
            iss={"essential": True, "value": self.address},
            aud={"essential": True, "value": self._client_id},
            exp={"essential": True},
            iat={"essential": True},
            sub={"essential": True},
            nonce={"essential": True, "value": nonce},
        )
        try:
            registry.validate(claims)
        except ExpiredTokenError as fault:
            raise OpenIdFault("exp") from fault
        except (InvalidClaimError, MissingClaimError) as fault:
            raise OpenIdFault(next((name for name in CLAIMS if name == fault.claim), "claims")) from fault
        except (JoseError, TypeError) as fault:
            raise OpenIdFault("claims") from fault
        if not isinstance(claims["nonce"], str):
            raise OpenIdFault("nonce")
        is_for_several = isinstance(claims["aud"], list) and len(claims["aud"]) > 1
        if claims.get("azp", None if is_for_several else self._client_id) != self._client_id:
            raise OpenIdFault("aud")

    def _more(self, address: str, tokens: Mapping[str, Any], subject: str) -> dict[str, Any]:
        """Return what the issuer tells of a person apart from the token; it must be the same person."""
        answer = self._origin.ask(address, headers={"Authorization": f"Bearer {_text(tokens, 'access_token')}"})
        if not answer.is_ok or answer.said.get("sub") != subject:
            raise OpenIdFault("userinfo")
        return answer.said


def _text(tokens: Mapping[str, Any], name: str) -> str:
    value = tokens.get(name)
    if not isinstance(value, str) or not value.isascii() or not value.isprintable():
        raise OpenIdFault("tokens")
    return value


def _reason(answer: Answer) -> str:
    said = answer.said.get("error")
    return said if isinstance(said, str) and said in SAID_OF_TOKENS else "tokens"
