"""The configuration of the forum, read once from the environment; nothing else reads it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

MEBIBYTE = 1024 * 1024
INSTANCE = Path("instance")
SECRET_FILE = "secret-key"  # noqa: S105 - the name of a file
LOOPBACK = ("localhost", "127.0.0.1")


class ConfigError(Exception):
    """The environment does not describe a forum that can run; each problem is one plain sentence."""

    def __init__(self, problems: list[str]) -> None:
        self.problems = problems
        super().__init__("\n".join(problems))


@dataclass(frozen=True, slots=True)
class OpenIdClient:
    """An issuer of identities (OpenID Connect), and what the forum is to it."""

    issuer: str
    client_id: str
    client_secret: str = field(repr=False)
    name: str
    """What people call it, such as VNeID."""
    scope: str = "openid profile"
    number_claim: str = ""
    """The claim in which it tells the number of a citizen; none is asked for when empty."""
    trusted_factors: frozenset[str] = frozenset()
    """Values of `amr` or `acr` that say that it has seen a second factor, too."""
    secret_file: Path | None = None


@dataclass(frozen=True, slots=True)
class Config:
    """Everything that differs between one installation and the next."""

    mode: str
    """production, demo or test."""
    secret_key: str
    database_url: str
    keyring_path: Path
    files_path: Path
    base_url: str
    """Where citizens reach the forum; its scheme decides whether cookies are `Secure`."""
    max_upload_bytes: int = 60 * MEBIBYTE
    """The most one request may carry; file and count limits are in `domain/uploads`."""
    trusted_proxies: int = 0
    """How many proxies in front may be believed for scheme and host (never for addresses)."""
    smtp_url: str | None = None
    mail_from: str | None = None
    rate_storage: str = "memory://"
    checkpoints_path: Path | None = None
    """Where the worker puts a signed checkpoint of the records each day."""
    checkpoint_key_path: Path | None = None
    """The key that signs them; only the worker needs it."""
    clamd: str | None = None
    """Where a ClamAV daemon listens: `unix:PATH` or `tcp:HOST:PORT`."""
    erasure_list: Path | None = None
    """Where erased tips are remembered outside the database; among the files when not set."""
    backup_key: str | None = None
    """The public half of the key to which backups are sealed."""
    accepts_open_neighbours: bool = False
    """Whether the operator has said that a database without a password or TLS must be."""
    officers: OpenIdClient | None = None
    """Where officers may sign in once for all programs of their office."""
    citizens: OpenIdClient | None = None
    """What confirms the name of a citizen who wants to be known."""
    extra: Mapping[str, object] = field(default_factory=dict)
    """Additional Flask settings, for tests."""

    @property
    def erasure_list_path(self) -> Path:
        """Where the erasure list lies."""
        return self.erasure_list or self.files_path / "erasures.list"

    @property
    def is_https(self) -> bool:
        """Whether the public address is behind TLS."""
        return self.base_url.startswith("https://")

    @property
    def cookie_prefix(self) -> str:
        """What the names of cookies begin with: behind TLS, what lets no other host set them."""
        return "__Host-" if self.is_https else ""

    @property
    def hosts(self) -> tuple[str, ...]:
        """The hosts that requests may name: that of the public address; on one's own machine any name of it."""
        host = urlsplit(self.base_url).hostname or ""
        return LOOPBACK if host in LOOPBACK else (host,)

    @classmethod
    def from_env(cls, environ: Mapping[str, str]) -> Config:
        """Read the variables named FORUM_*; raise ConfigError naming all that is wrong."""
        mode = environ.get("FORUM_MODE", "production")
        if mode == "demo":
            return cls.demo(environ)
        wanted = ("FORUM_SECRET_KEY", "FORUM_DATABASE_URL", "FORUM_KEYRING", "FORUM_FILES", "FORUM_BASE_URL")
        problems = [f"{name} is not set." for name in wanted if not environ.get(name)]
        if mode not in {"production", "test"}:
            problems.append(f"FORUM_MODE is {mode!r}; it must be production, demo or test.")
        if environ.get("FORUM_SECRET_KEY") and len(environ["FORUM_SECRET_KEY"]) < 32:  # noqa: PLR2004 - 256 bits as text
            problems.append("FORUM_SECRET_KEY is shorter than 32 characters.")
        problems += _not_whole(environ)
        officers, citizens = _openid_clients(environ, problems, is_production=mode == "production")
        if problems:
            raise ConfigError(problems)
        return cls(
            mode=mode,
            secret_key=environ["FORUM_SECRET_KEY"],
            database_url=environ["FORUM_DATABASE_URL"],
            keyring_path=Path(environ["FORUM_KEYRING"]),
            files_path=Path(environ["FORUM_FILES"]),
            base_url=environ["FORUM_BASE_URL"].rstrip("/"),
            max_upload_bytes=int(environ.get("FORUM_MAX_UPLOAD_MIB", "60")) * MEBIBYTE,
            trusted_proxies=int(environ.get("FORUM_TRUSTED_PROXIES", "0")),
            smtp_url=environ.get("FORUM_SMTP_URL") or None,
            mail_from=environ.get("FORUM_MAIL_FROM") or None,
            rate_storage=environ.get("FORUM_RATE_STORAGE", "memory://"),
            checkpoints_path=_path(environ, "FORUM_CHECKPOINTS"),
            checkpoint_key_path=_path(environ, "FORUM_CHECKPOINT_KEY"),
            clamd=environ.get("FORUM_CLAMD") or None,
            erasure_list=Path(environ["FORUM_ERASURE_LIST"]) if environ.get("FORUM_ERASURE_LIST") else None,
            backup_key=environ.get("FORUM_BACKUP_KEY") or None,
            accepts_open_neighbours=environ.get("FORUM_OPEN_NEIGHBOURS") == "accepted",
            officers=officers,
            citizens=citizens,
        )

    @classmethod
    def demo(cls, environ: Mapping[str, str]) -> Config:
        """Return the configuration of the demo: all under `instance/`, its secret kept in a file beside."""
        root = Path(environ.get("FORUM_INSTANCE", str(INSTANCE))).resolve()
        problems: list[str] = []
        officers, citizens = _openid_clients(environ, problems, is_production=False)
        if problems:
            raise ConfigError(problems)
        return cls(
            mode="demo",
            secret_key=environ.get("FORUM_SECRET_KEY") or _kept_secret(root),
            database_url=environ.get("FORUM_DATABASE_URL", f"sqlite:///{root / 'forum.db'}"),
            keyring_path=root / "keyring.json",
            files_path=root / "files",
            base_url=environ.get("FORUM_BASE_URL", "http://localhost:8000").rstrip("/"),
            checkpoints_path=root / "checkpoints",
            checkpoint_key_path=root / "checkpoint-key",
            clamd=environ.get("FORUM_CLAMD") or None,
            officers=officers,
            citizens=citizens,
        )


def _openid_clients(
    environ: Mapping[str, str], problems: list[str], *, is_production: bool
) -> tuple[OpenIdClient | None, OpenIdClient | None]:
    """Return the issuers for officers and for citizens, as far as they are set; add what is wrong to the problems."""
    return (
        _openid_client(environ, problems, "FORUM_OIDC_OFFICERS", ("SSO", "openid"), is_production=is_production),
        _openid_client(
            environ, problems, "FORUM_OIDC_CITIZENS", ("VNeID", "openid profile"), is_production=is_production
        ),
    )


def _openid_client(
    environ: Mapping[str, str], problems: list[str], prefix: str, defaults: tuple[str, str], *, is_production: bool
) -> OpenIdClient | None:
    issuer = environ.get(f"{prefix}_ISSUER", "")
    if not issuer:
        return None
    secret, secret_file = environ.get(f"{prefix}_SECRET", ""), _path(environ, f"{prefix}_SECRET_FILE")
    if secret_file is not None:
        try:
            secret = secret_file.read_text(encoding="utf-8").strip()
        except (OSError, ValueError):
            problems.append(f"The file of {prefix}_SECRET_FILE cannot be read.")
    if not environ.get(f"{prefix}_CLIENT_ID"):
        problems.append(f"{prefix}_ISSUER is set, {prefix}_CLIENT_ID is not.")
    if not secret:
        problems.append(f"{prefix}_ISSUER is set, neither {prefix}_SECRET_FILE nor {prefix}_SECRET gives a secret.")
    if not _is_issuer(issuer, is_production=is_production):
        problems.append(f"{prefix}_ISSUER must be an address that begins with https:// and has no ? and no #.")
    return OpenIdClient(
        issuer=issuer,
        client_id=environ.get(f"{prefix}_CLIENT_ID", ""),
        client_secret=secret,
        name=environ.get(f"{prefix}_NAME") or defaults[0],
        scope=environ.get(f"{prefix}_SCOPE") or defaults[1],
        number_claim=environ.get(f"{prefix}_NUMBER_CLAIM", ""),
        trusted_factors=frozenset(environ.get(f"{prefix}_FACTORS", "").split()),
        secret_file=secret_file,
    )


def _is_issuer(address: str, *, is_production: bool) -> bool:
    """Whether an address may be an issuer's: behind TLS; on one's own machine, outside production, without."""
    try:
        parts = urlsplit(address)
        is_near = not is_production and parts.hostname in LOOPBACK and parts.port is not None
    except ValueError:
        return False
    is_plain = not (parts.query or parts.fragment or parts.username or parts.password or "#" in address)
    return bool(parts.hostname) and is_plain and (parts.scheme == "https" or (parts.scheme == "http" and is_near))


def _kept_secret(root: Path) -> str:
    """Return the secret that `forum demo` has put into the folder, nothing before its first run."""
    path = root / SECRET_FILE
    return path.read_text(encoding="ascii").strip() if path.is_file() else ""


def _path(environ: Mapping[str, str], name: str) -> Path | None:
    return Path(environ[name]) if environ.get(name) else None


def _not_whole(environ: Mapping[str, str]) -> list[str]:
    names = ("FORUM_MAX_UPLOAD_MIB", "FORUM_TRUSTED_PROXIES")
    return [f"{name} must be a whole number." for name in names if not environ.get(name, "0").isdecimal()]
