"""What an operator can set, by environment (``GONGKAI_*``) or a file per secret; every field stands in docs/operate.md.

Development has defaults for everything. Outside it nothing secret has a default, and starting with one is refused.
"""

import os
from enum import StrEnum
from pathlib import Path

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class Environment(StrEnum):
    DEVELOPMENT = "development"
    PRODUCTION = "production"


class Settings(BaseSettings):
    model_config = SettingsConfigDict(env_prefix="GONGKAI_", frozen=True, extra="ignore")

    environment: Environment = Field(
        Environment.PRODUCTION, description="`development` turns on the demo issuer and /dev."
    )
    county: str = Field("qingshan", description="The county's short name; names topics and event sources.")
    var: Path = Field(Path("var"), description="Where SQLite files, the embedded log, documents and the clock lie.")
    database_url: SecretStr = Field(
        SecretStr(""), description="SQLAlchemy URL of the service's own database; empty: SQLite under `var`."
    )
    owner_url: SecretStr = Field(
        SecretStr(""), description="The same database as the role that owns its tables, for `gongkai migrate`."
    )
    kafka: str = Field("", description="Bootstrap servers, host:port comma separated; empty: the embedded log.")
    founder: str = Field("", description="The person who may found the county's register while it is empty.")
    issuer: str = Field("", description="OIDC issuer URL; empty in development: the embedded development issuer.")
    audience: str = Field("gongkai", description="The audience a bearer token must name.")
    person_claim: str = Field("sub", description="The token claim that holds a person's id in the register.")
    client_id: str = Field("gongkai-portal", description="The portal's OIDC client id.")
    client_secret: SecretStr = Field(SecretStr(""), description="The portal's OIDC client secret.")
    session_secret: SecretStr = Field(SecretStr(""), description="Key that seals the portal's session cookies.")
    keys_url: SecretStr = Field(
        SecretStr(""), description="SQLAlchemy URL of the key store for personal data; empty: SQLite under `var`."
    )
    keys_secret: SecretStr = Field(
        SecretStr(""),
        description="Secret that wraps the keys of personal data, 32 characters or more; development makes one.",
    )
    keys_secret_before: SecretStr = Field(
        SecretStr(""), description="The secret before it, until `gongkai keys rotate` has run."
    )
    log_key: SecretStr = Field(
        SecretStr(""), description="The transparency log's signing keys; empty in development: they are made."
    )
    log_salt: SecretStr = Field(
        SecretStr(""), description="Secret from which the salts of the log's entries are derived, for audit."
    )
    log_policy: str = Field("", description="File with the log's trust policy (tlog-policy), for audit and witnesses.")
    log_vkey: str = Field("", description="Public keys of the logs to witness; empty: those of `log_policy`.")
    witness_key: SecretStr = Field(
        SecretStr(""), description="The key a service cosigns the log with; empty in development: one is made."
    )
    smtp_host: str = Field("", description="SMTP server for notices to members who chose e-mail; empty: inbox only.")
    smtp_port: int = Field(587, description="Its port.")
    smtp_from: str = Field("gongkai@localhost", description="The sender of e-mails.")
    smtp_user: str = Field("", description="User at the SMTP server; empty: without signing in.")
    smtp_password: SecretStr = Field(SecretStr(""), description="Password of that user.")
    smtp_starttls: bool = Field(True, description="Whether e-mails go to the SMTP server by TLS (STARTTLS).")
    smtp_ca: str = Field(
        "", description="File of certificates (PEM) to check the SMTP server's by; empty: those the system trusts."
    )
    public_url: str = Field("http://127.0.0.1:8000", description="Where people reach the portal.")
    services: dict[str, str] = Field(
        default_factory=dict,
        description="Base URLs of the services, for portal and audit (JSON); empty: in this process.",
    )
    host: str = Field("127.0.0.1", description="Address to listen on.")
    port: int = Field(8000, description="Port to listen on.")
    body_bytes_max: int = Field(1_000_000, description="Largest request body, uploads excepted.")
    upload_bytes_max: int = Field(20_000_000, description="Largest uploaded file.")
    otlp_endpoint: str = Field("", description="OTLP/HTTP endpoint for traces; empty: none are exported.")
    traces_kept: int = Field(
        1000, ge=0, description="How many traces the development platform shows at /dev/traces; 0: none."
    )
    backups: str = Field("", description="Folder of the backups, for their age to be watched; empty: it is not.")
    log_level: str = Field("INFO", description="DEBUG, INFO, WARNING or ERROR.")

    @classmethod
    def load(cls) -> "Settings":
        """From the environment, and from the files of ``GONGKAI_SECRETS_DIR`` where an orchestrator mounts secrets."""
        return cls(_secrets_dir=os.environ.get("GONGKAI_SECRETS_DIR"))

    @property
    def development(self) -> bool:
        return self.environment is Environment.DEVELOPMENT
