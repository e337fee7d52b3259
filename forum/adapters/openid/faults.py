"""Why an issuer's word was not taken; a short name for the record, never anything that the issuer has said."""

from __future__ import annotations


class OpenIdFault(Exception):
    """What the issuer or the browser brought is not what was asked for."""

    def __init__(self, why: str) -> None:
        self.why = why
        super().__init__(why)


class IssuerAway(OpenIdFault):
    """The issuer cannot be reached or does not describe itself: nothing is known of whoever wanted to go there."""
