"""The settings: environment variables or a ``.env`` file, and nothing else."""

from pathlib import Path
from typing import Literal, Self

from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from bot.errors import SettingsError
from index.embed import BUNDLED_MODEL


class Settings(BaseSettings):
    """Every setting with its default; the README lists them in words.

    An empty variable counts as not set. Secrets are never shown, neither in errors nor in logs.
    """

    model_config = SettingsConfigDict(
        env_file=".env",
        env_file_encoding="utf-8",
        env_ignore_empty=True,
        extra="ignore",
        hide_input_in_errors=True,
        frozen=True,
    )

    home: Path = Field(default=Path("var"), validation_alias="COMMUNIQUE_HOME")
    database: SecretStr | None = Field(default=None, validation_alias="COMMUNIQUE_DATABASE_URL")
    chroma_url: str | None = Field(default=None, validation_alias="COMMUNIQUE_CHROMA_URL")
    chroma_token: SecretStr | None = Field(default=None, validation_alias="COMMUNIQUE_CHROMA_TOKEN")
    embedding_model: str = Field(default=BUNDLED_MODEL, validation_alias="COMMUNIQUE_EMBEDDING_MODEL")
    precision: Literal["auto", "bfloat16", "float32"] = Field(
        default="auto", validation_alias="COMMUNIQUE_PRECISION"
    )
    reranker: str | None = Field(default=None, validation_alias="COMMUNIQUE_RERANKER")
    llm_url: str | None = Field(default=None, validation_alias="COMMUNIQUE_LLM_URL")
    llm_model: str | None = Field(default=None, validation_alias="COMMUNIQUE_LLM_MODEL")
    llm_api_key: SecretStr | None = Field(default=None, validation_alias="COMMUNIQUE_LLM_API_KEY")
    llm_daily_tokens: int | None = Field(default=None, ge=0, validation_alias="COMMUNIQUE_LLM_DAILY_TOKENS")
    llm_prices: str = Field(default="", validation_alias="COMMUNIQUE_LLM_PRICES")
    llm_prompt_tokens: int = Field(default=3000, ge=500, validation_alias="COMMUNIQUE_LLM_PROMPT_TOKENS")
    llm_first_seconds: float = Field(default=15.0, gt=0, validation_alias="COMMUNIQUE_LLM_FIRST_SECONDS")
    llm_seconds: float = Field(default=45.0, gt=0, validation_alias="COMMUNIQUE_LLM_SECONDS")
    llm_rewords: str = Field(default="", validation_alias="COMMUNIQUE_LLM_REWORDS")
    llm_instructions: str = Field(default="", validation_alias="COMMUNIQUE_LLM_INSTRUCTIONS")
    listen: str = Field(default="127.0.0.1:8642", validation_alias="COMMUNIQUE_LISTEN")
    public_url: str | None = Field(default=None, validation_alias="COMMUNIQUE_PUBLIC_URL")
    api_tokens: SecretStr | None = Field(default=None, validation_alias="COMMUNIQUE_API_TOKENS")
    web_access: Literal["members", "public"] = Field(
        default="members", validation_alias="COMMUNIQUE_WEB_ACCESS"
    )
    whole_articles: str = Field(default="", validation_alias="COMMUNIQUE_WHOLE_ARTICLES")
    secret: SecretStr | None = Field(default=None, validation_alias="COMMUNIQUE_SECRET")
    admins: str = Field(default="", validation_alias="COMMUNIQUE_ADMINS")
    timezone: str = Field(default="UTC", validation_alias="COMMUNIQUE_TIMEZONE")
    contact: str | None = Field(default=None, validation_alias="COMMUNIQUE_CONTACT")
    allow_private: str | None = Field(default=None, validation_alias="COMMUNIQUE_ALLOW_PRIVATE")
    tell_recalls: str = Field(default="", validation_alias="COMMUNIQUE_TELL_RECALLS")
    questions_per_person: int = Field(default=12, ge=1, validation_alias="COMMUNIQUE_QUESTIONS_PER_PERSON")
    questions_per_channel: int = Field(default=300, ge=1, validation_alias="COMMUNIQUE_QUESTIONS_PER_CHANNEL")
    retention_days: int = Field(default=90, ge=1, validation_alias="COMMUNIQUE_RETENTION_DAYS")
    nato_url: str = Field(
        default="https://www.nato.int/en/what-we-do/introduction-to-nato/defence-expenditures-and-natos-5-commitment",
        validation_alias="COMMUNIQUE_NATO_URL",
    )
    slack_bot_token: SecretStr | None = Field(default=None, validation_alias="SLACK_BOT_TOKEN")
    slack_app_token: SecretStr | None = Field(default=None, validation_alias="SLACK_APP_TOKEN")
    slack_signing_secret: SecretStr | None = Field(default=None, validation_alias="SLACK_SIGNING_SECRET")
    slack_client_id: str | None = Field(default=None, validation_alias="SLACK_CLIENT_ID")
    slack_client_secret: SecretStr | None = Field(default=None, validation_alias="SLACK_CLIENT_SECRET")
    slack_api_url: str = Field(default="https://slack.com/api/", validation_alias="SLACK_API_URL")
    discord_token: SecretStr | None = Field(default=None, validation_alias="DISCORD_TOKEN")
    discord_api_url: str = Field(default="https://discord.com/api/v10", validation_alias="DISCORD_API_URL")
    discord_gateway_url: str | None = Field(default=None, validation_alias="DISCORD_GATEWAY_URL")

    @field_validator("timezone")
    @classmethod
    def _known_zone(cls, name: str) -> str:
        from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

        try:
            ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError) as exc:
            raise ValueError("not a time zone's name; write it like Europe/Brussels") from exc
        return name

    @field_validator("listen")
    @classmethod
    def _host_and_port(cls, address: str) -> str:
        host, _, port = address.rpartition(":")
        if not host or not port.isdecimal() or int(port) > 65535:
            raise ValueError("not an address to listen at; write it like 127.0.0.1:8642")
        return address

    @field_validator("allow_private")
    @classmethod
    def _known_networks(cls, value: str | None) -> str | None:
        if value is not None:
            from index.collect.addresses import Allowance

            Allowance.parse(value)
        return value

    @field_validator("tell_recalls")
    @classmethod
    def _known_channels(cls, value: str) -> str:
        for word in named(value) - {"all"}:
            platform, _, channel = word.partition(":")
            if platform not in ("slack", "discord") or not channel:
                raise ValueError("neither all nor channels; write them like slack:C024BE91L,discord:4711")
        return value

    @field_validator("public_url", "chroma_url", "llm_url", "nato_url", "slack_api_url", "discord_api_url")
    @classmethod
    def _web_address(cls, address: str | None) -> str | None:
        if address is not None and not address.startswith(("http://", "https://")):
            raise ValueError("not a web address; it starts with http:// or https://")
        return address

    @field_validator("llm_rewords")
    @classmethod
    def _known_rewordings(cls, value: str) -> str:
        if named(value) - {"follow-ups", "parts"}:
            raise ValueError("neither follow-ups nor parts; write them like follow-ups,parts")
        return value

    @field_validator("llm_prices")
    @classmethod
    def _two_prices(cls, value: str) -> str:
        try:
            prices = [float(one) for one in value.split(",")] if value.strip() else [0.0, 0.0]
        except ValueError as exc:
            raise ValueError("not two prices; write them like 0.15,0.60") from exc
        if len(prices) != 2 or not all(0 <= one < 1e6 for one in prices):
            raise ValueError("not two prices; write them like 0.15,0.60")
        return value

    @model_validator(mode="after")
    def _model_is_named(self) -> Self:
        if self.llm_url and not self.llm_model:
            raise ValueError("COMMUNIQUE_LLM_URL needs COMMUNIQUE_LLM_MODEL, the model's name there")
        return self

    @property
    def database_url(self) -> str:
        """The database's address: the one given, else SQLite in the home."""
        if self.database is not None:
            return self.database.get_secret_value()
        return f"sqlite:///{(self.home / 'communique.db').absolute()}"

    @property
    def shares_stores(self) -> bool:
        """Whether a store is a server, which others may use beside this process."""
        return bool(self.chroma_url) or not self.database_url.startswith("sqlite")

    @property
    def shown_model(self) -> str | None:
        """The language model that questions go to, with its host: ``llama3 at models.example.org``."""
        if not self.llm_url or not self.llm_model:
            return None
        from urllib.parse import urlsplit

        return f"{self.llm_model} at {urlsplit(self.llm_url).hostname}"

    @property
    def reworded(self) -> frozenset[str]:
        """What the language model puts into other words before it is asked: ``follow-ups``, ``parts``."""
        return named(self.llm_rewords)

    @property
    def model_prices(self) -> tuple[float, float]:
        """What a million tokens of the prompt and of the answer cost; zeros where it is not told."""
        prompt, completion = self.llm_prices.split(",") if self.llm_prices.strip() else ("0", "0")
        return float(prompt), float(completion)

    @property
    def administrators(self) -> frozenset[str]:
        """Who looks after the bot: ``slack:T1/U1``, ``discord:42``, ``discord-role:7``."""
        return named(self.admins)

    @property
    def secrets(self) -> list[str]:
        """Every secret of the settings, so that none is ever logged."""
        found = [plain(value) for value in self.__dict__.values() if isinstance(value, SecretStr)]
        return [*filter(None, found), *tokens(self.api_tokens)]


def plain(secret: SecretStr | None) -> str:
    """The words of a secret, empty where there is none."""
    return secret.get_secret_value() if secret else ""


def tokens(secret: SecretStr | None) -> list[str]:
    """The tokens of a setting that holds several, parted by commas."""
    return [token for token in map(str.strip, plain(secret).split(",")) if token]


def named(people: str) -> frozenset[str]:
    """The people of a setting that names several, parted by commas."""
    return frozenset(filter(None, map(str.strip, people.split(","))))


def load_settings() -> Settings:
    """The settings of this process.

    Raises:
        SettingsError: a value is wrong; the message names the variable and shows no value.
    """
    try:
        return Settings()
    except ValidationError as exc:
        first = exc.errors(include_url=False, include_input=False)[0]
        name = str(first["loc"][0]) if first["loc"] else "a setting"
        raise SettingsError(f"{name}: {first['msg'].removeprefix('Value error, ')}.") from exc
