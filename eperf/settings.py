"""Every setting, in one place. Read from `EPERF_…` variables and an `.env` file in the working folder.

A wrong value is refused by name when the program starts. Only `eperf.app` reads this module; everything below is given
plain values.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, Field, ValidationError, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from eperf.domain.attendance.network import networks_of
from eperf.domain.errors import BadInput
from eperf.store.database import dialect_of

PREFIX = "EPERF_"
_CHECKOUT = Path(__file__).resolve().parent.parent


def _names_a_database(url: str) -> str:
    try:
        dialect_of(url)
    except BadInput as refusal:
        raise ValueError(refusal.message("en")) from refusal
    return url


def _are_networks(words: tuple[str, ...]) -> tuple[str, ...]:
    try:
        networks_of(",".join(words)) if words else ()
    except BadInput as refusal:
        raise ValueError(refusal.message("en")) from refusal
    return words


Words = Annotated[tuple[str, ...], NoDecode]


class Settings(BaseSettings):
    """The settings of one installation."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, env_file=".env", extra="ignore", frozen=True)

    data_dir: Path = Field(
        Path("data"),
        description="Folder for evidence files, the server's secret and, by default, the database.",
    )
    database_url: Annotated[str, AfterValidator(_names_a_database)] | None = Field(
        None,
        description="`sqlite:///PATH` or `postgres://USER:PASSWORD@HOST:PORT/NAME`; else SQLite in the data folder.",
    )
    database_pool: int = Field(10, ge=2, le=200, description="Most connections to PostgreSQL of one process.")
    host: str = Field("127.0.0.1", min_length=1, description="Address to listen on.")
    port: int = Field(8000, ge=0, le=65535, description="Port to listen on; 0 takes a free one.")
    workers: int = Field(
        1,
        ge=1,
        le=64,
        description="Server processes on one address, under one supervisor; more than 1 on PostgreSQL.",
    )
    worker: bool = Field(True, description="Whether the server itself keeps scores true and numbers events.")
    pull_seconds: int = Field(
        900,
        ge=0,
        le=86_400,
        description="How often machines that are asked for their records are asked; 0: never by itself.",
    )
    pull_networks: Annotated[Words, AfterValidator(_are_networks)] = Field(
        (),
        description="Private networks in which such machines may be met, parted by commas; else only public ones.",
    )
    webhook_networks: Annotated[Words, AfterValidator(_are_networks)] = Field(
        (),
        description="Private networks in which receivers of webhooks may be met, also without TLS, parted by commas; "
        "else only public addresses over https.",
    )
    webhook_keep_days: int = Field(
        30, ge=1, le=365, description="Days for which the log of deliveries to webhooks is kept."
    )
    coordinate_days: int = Field(
        90,
        ge=1,
        le=3650,
        description="Days for which the coordinates of a check-in are kept; then only inside or outside is.",
    )
    event_days: int = Field(
        0,
        ge=0,
        le=36500,
        description="Days for which the event log is kept; 0 keeps it for ever. Below 730 it lacks what the windows of "
        "discipline and appraisal look back on; see `docs/operate.md`.",
    )
    plugins_strict: bool = Field(False, description="Whether a plugin that does not fit stops the start.")
    plugins_without: Words = Field((), description="Plugins that are left out, by name, parted by commas.")
    plugin_seconds: float = Field(
        5,
        gt=0,
        le=600,
        description="How long a plugin may score a month of up to 500 people; as much again for each 500 more.",
    )
    plugin_memory: int = Field(
        1024, ge=64, le=65_536, description="Memory that a plugin may take for scoring, in MiB."
    )
    plugin_import_seconds: float = Field(
        20, gt=0, le=600, description="How long the import of a plugin may take."
    )
    log_json: bool = Field(True, description="One JSON object a line; otherwise coloured text.")
    log_level: str = Field(
        "info", pattern="^(debug|info|warning|error)$", description="Lowest level that is logged."
    )
    assets_dir: Path = Field(
        _CHECKOUT / "node_modules" / "altair-static" / "build" / "dist",
        description="Folder with the files of the GraphQL page for browsers.",
    )
    allowed_origins: Words = Field((), description="Web origins that may call the API, parted by commas.")
    allowed_hosts: Words = Field(
        (), description="Host names the server answers to, parted by commas; empty: any."
    )
    introspection: str = Field(
        "authenticated",
        pattern="^(off|authenticated|all)$",
        description="Who may read the schema by introspection.",
    )
    suggestions: bool = Field(False, description="Whether errors may guess what field was meant.")
    request_seconds: float = Field(15, gt=0, le=300, description="Longest time one operation may take.")
    body_bytes: int = Field(256 * 1024, ge=1024, description="Largest body of a GraphQL or login request.")
    device_body_bytes: int = Field(4 * 1024 * 1024, ge=1024, description="Largest body of a device upload.")
    file_bytes: int = Field(5 * 1024 * 1024, ge=1024, description="Largest evidence file.")
    max_depth: int = Field(14, ge=2, description="Deepest selection of an operation.")
    max_cost: int = Field(
        100_000,
        ge=1,
        description="Highest cost of an operation: list sizes times fields; 5000 at most for a subscription.",
    )
    socket_operations: int = Field(20, ge=1, description="Most operations at once on one socket.")
    sockets: int = Field(
        10_000,
        ge=1,
        description="Most connections that stay open, sockets and event streams, of one process.",
    )
    sockets_each: int = Field(
        200, ge=1, description="Most of those of one account, or of one anonymous address."
    )
    requests_per_minute: int = Field(
        12_000,
        ge=1,
        description="Most GraphQL requests of one account, or of one anonymous address.",
    )
    cost_per_minute: int = Field(
        30_000_000,
        ge=1,
        description="Highest cost of all those requests together, counted as for one operation.",
    )
    concurrent_operations: int = Field(
        200, ge=1, description="Most queries and mutations of one account, or one anonymous address, at once."
    )
    trusted_documents: Path | None = Field(
        None,
        description="Manifest of documents that may be asked for by their hash, or a folder with one `CLIENT.json` for "
        "each client; see `docs/documents.md`.",
    )
    only_trusted: bool = Field(False, description="Whether no documents but those are served.")
    oidc_issuer: str | None = Field(None, description="Issuer whose access tokens are accepted.")
    oidc_audience: str | None = Field(None, description="Audience that such a token must name.")
    oidc_jwks_url: str | None = Field(None, description="Where the issuer's key set is.")
    oidc_leeway_seconds: int = Field(
        30, ge=0, le=300, description="Clock difference forgiven in a token's times."
    )
    oidc_algorithms: Words = Field(
        ("RS256", "PS256", "ES256"),
        description="Signature algorithms that are accepted, parted by commas; some of the default's.",
    )
    oidc_nip_claim: str | None = Field(
        None,
        description="Claim that holds an employee's NIP; with it an account is linked at its first such token.",
    )

    @field_validator(
        "allowed_origins",
        "allowed_hosts",
        "oidc_algorithms",
        "plugins_without",
        "pull_networks",
        "webhook_networks",
        mode="before",
    )
    @classmethod
    def _words(cls, value: object) -> object:
        return (
            tuple(word.strip() for word in value.split(",") if word.strip())
            if isinstance(value, str)
            else value
        )

    @property
    def database(self) -> str:
        """The database's URL."""
        return self.database_url or f"sqlite://{(self.data_dir / 'eperf.db').absolute()}"


class SettingsRefused(Exception):
    """One or more settings have wrong values; the text names each by its variable."""


def read(**overrides: object) -> Settings:
    """The settings of this process; `overrides` come from the command line and win."""
    try:
        return Settings(**{name: value for name, value in overrides.items() if value is not None})  # type: ignore[arg-type]
    except ValidationError as invalid:
        lines = [
            f"{PREFIX}{str(error['loc'][0]).upper()}: {error['msg']} (value: {error['input']!r:.80})"
            for error in invalid.errors(include_url=False)
        ]
        raise SettingsRefused("\n".join(lines)) from invalid
