"""An issuer of identities (OpenID Connect), asked by authorization code with PKCE."""
