"""What `forum check` says of issuers of identities: whether they are there, who they are, and know the forum."""

from __future__ import annotations

from collections.abc import Iterator

from config import Config, OpenIdClient
from forum.adapters import clock
from forum.extensions import issuer_of

BACK = {"OFFICERS": "/sign-in/single-sign-on/done", "CITIZENS": "/submit/known/done"}
GROUP_AND_OTHERS = 0o077
SENTENCES = {
    "unreachable": "does not answer",
    "another-issuer": "calls itself by another address",
    "elsewhere": "names addresses that are not its own",
    "invalid_client": "refuses the client id or the secret",
    "any-code": "takes a code that nobody was given",
}


def openid_findings(config: Config) -> Iterator[str]:
    """Yield a sentence for each fault, found by asking the issuers."""
    for who, client in (("OFFICERS", config.officers), ("CITIZENS", config.citizens)):
        if client is not None:
            yield from _findings(config, who, client)


def _findings(config: Config, who: str, client: OpenIdClient) -> Iterator[str]:
    path = client.secret_file
    if path is not None and path.stat().st_mode & GROUP_AND_OTHERS:
        yield f"The secret {path} can be read by other users of this machine: set its mode to 0600."
    issuer, back = issuer_of(client), config.base_url + BACK[who]
    for fault in issuer.faults(clock.now(), back_to=back) if issuer else ():
        said = SENTENCES.get(fault, f"does not serve as it must ({fault})")
        yield f"The issuer of FORUM_OIDC_{who}_ISSUER {said}. It must know the address {back}."
