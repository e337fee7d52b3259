"""Passkeys (WebAuthn): what a browser is asked, and whether its answer is right; knows nothing of tables."""

from __future__ import annotations

import struct
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urlsplit

import webauthn
from webauthn.helpers import base64url_to_bytes, parse_authentication_credential_json
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from forum.domain.errors import DomainError

CHALLENGE_BYTES = 32
LONGEST_ANSWER = 20_000
"""Characters of an answer without attestation, which is about 1,000."""


_BAD_ANSWER = (WebAuthnException, ValueError, TypeError, LookupError, AttributeError, RecursionError, struct.error)
"""What the library and its parsers raise for an answer that no browser gives."""


class PasskeyRefused(DomainError):
    """The answer of the browser does not prove what it should."""

    message = "The passkey was not accepted. Please try once more."


@dataclass(frozen=True, slots=True)
class Registered:
    """A new passkey as it is stored."""

    credential_id: bytes
    public_key: bytes
    sign_count: int


@dataclass(frozen=True, slots=True)
class RelyingParty:
    """The forum as browsers know it: passkeys are bound to its host name, and answers name its address."""

    id: str
    origin: str

    @classmethod
    def at(cls, base_url: str) -> RelyingParty:
        """Return the party behind the forum's public address."""
        parts = urlsplit(base_url)
        return cls(parts.hostname or "", f"{parts.scheme}://{parts.netloc}")

    def ask_for_new(
        self, *, challenge: bytes, handle: bytes, username: str, display_name: str, known: Iterable[bytes]
    ) -> str:
        """Return as JSON what `navigator.credentials.create` is given; no attestation is asked for."""
        options = webauthn.generate_registration_options(
            rp_id=self.id,
            rp_name=self.id,
            user_id=handle,
            user_name=username,
            user_display_name=display_name,
            challenge=challenge,
            authenticator_selection=AuthenticatorSelectionCriteria(
                resident_key=ResidentKeyRequirement.DISCOURAGED, user_verification=UserVerificationRequirement.PREFERRED
            ),
            exclude_credentials=_descriptors(known),
        )
        return webauthn.options_to_json(options)

    def ask_for_proof(self, *, challenge: bytes, known: Iterable[bytes]) -> str:
        """Return as JSON what `navigator.credentials.get` is given."""
        options = webauthn.generate_authentication_options(
            rp_id=self.id, challenge=challenge, allow_credentials=_descriptors(known)
        )
        return webauthn.options_to_json(options)

    def register(self, answer: str, *, challenge: bytes) -> Registered:
        """Return the passkey that a browser has made; raise PasskeyRefused."""
        try:
            made = webauthn.verify_registration_response(
                credential=_bounded(answer),
                expected_challenge=challenge,
                expected_rp_id=self.id,
                expected_origin=self.origin,
            )
        except _BAD_ANSWER as error:
            raise PasskeyRefused from error
        return Registered(made.credential_id, made.credential_public_key, made.sign_count)

    def verify(self, answer: str, *, challenge: bytes, public_key: bytes, sign_count: int) -> int:
        """Return the new count of signatures; raise PasskeyRefused, also for a count that does not grow."""
        try:
            proved = webauthn.verify_authentication_response(
                credential=_bounded(answer),
                expected_challenge=challenge,
                expected_rp_id=self.id,
                expected_origin=self.origin,
                credential_public_key=public_key,
                credential_current_sign_count=sign_count,
            )
        except _BAD_ANSWER as error:
            raise PasskeyRefused from error
        return proved.new_sign_count


def credential_of(answer: str) -> bytes:
    """Return which passkey an answer speaks of; raise PasskeyRefused for what is no answer."""
    try:
        return base64url_to_bytes(parse_authentication_credential_json(_bounded(answer)).id)
    except _BAD_ANSWER as error:
        raise PasskeyRefused from error


def _bounded(answer: str) -> str:
    if len(answer) > LONGEST_ANSWER:
        raise PasskeyRefused
    return answer


def _descriptors(known: Iterable[bytes]) -> list[PublicKeyCredentialDescriptor]:
    return [PublicKeyCredentialDescriptor(id=credential_id) for credential_id in known]
