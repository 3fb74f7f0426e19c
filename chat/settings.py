"""What the operator chose, read once from the environment and `.env`; frozen, keys masked.

A value that cannot be is never fatal: the default stands, and `warnings` says so in a sentence.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from chat.images import MAX_IMAGE_MB, MAX_IMAGES
from chat.messages import Secret
from chat.setting_values import LentTo, LogFormat, NamedEndpoint, SettingValues, read_env_file

OPENROUTER_URL = "https://openrouter.ai/api/v1"
DATABASE_URL = "sqlite:///data/tickertape.db"
MAX_TOKENS = 1024
MAX_TOKENS_LIMIT = 200_000
MAX_MESSAGE_CHARS = 100_000
MAX_ANSWERS = 100
DAY_S = 86_400
MODEL_LIST_MINUTES = 60
API_MAX_BODY_BYTES = 2_000_000
OWN_NAME = "OPENAI_API"
FOREIGN_PREFIX = "OPENAI_"
"""The SDK reads variables of this prefix behind our back: keys, organisation, extra headers."""

VISITOR_BUDGET_USD = 0.25
DAY_BUDGET_USD = 2.0


@dataclass(frozen=True, slots=True)
class Settings:
    """Every setting of the app; the README's table is checked against these fields.

    Attributes:
        openrouter_api_key: The server's own key; `server_key_for` says who may use it.
        openrouter_base_url: Where OpenRouter's API is, without a trailing slash.
        openrouter_auth_url: Where OpenRouter's sign-in page is, or None for beside the API.
        server_key_for: Who may use the server's key: nobody, browsers on this machine, everybody.
        visitor_budget_usd: What a visitor may spend a day with the server's key.
        day_budget_usd: What all visitors together may.
        cookie_secret: What remembered keys are encrypted with, or None for a generated one.
        endpoints: Other OpenAI-compatible APIs.
        default_model: The model that is chosen at first, or None for the first that can answer.
        default_max_tokens: Upper limit of an answer unless the visitor sets one, in tokens.
        database_url: SQLAlchemy URL of the database; may hold a password, so it is not printed.
        model_list_minutes: How long OpenRouter's list of models is good; 0 never asks for it.
        local_models: "off", or GGUF files separated by commas.
        production: Whether strangers use this server, so that what is there to try is off at first.
        simulator: Whether the simulator's models are offered.
        model_titles: Whether the model is asked for a conversation's title.
        max_message_chars: Longest message that is accepted, in characters.
        max_images: How many images may go with a message.
        max_image_mb: Largest image that is accepted, in megabytes.
        max_answers: How many answers this server writes at once.
        retry_tries: Requests to one model at most until its answer begins.
        retry_total_s: Seconds from the first of them within which the last one leaves.
        reconnects: How often an answer that broke off is taken up again.
        connect_timeout_s: Seconds until an upstream must have taken the connection.
        first_event_timeout_s: Seconds from a request until its response must have begun.
        first_token_timeout_s: Seconds from a request until its first reasoning or text.
        gap_timeout_s: Seconds that may pass between two pieces of an answer.
        total_timeout_s: Seconds that a whole answer may take, tries and waits included.
        api_token: What the operator's own programs ask the API with, or None.
        openai_api: Whether OpenAI's clients may use this server as their endpoint.
        api_max_body_bytes: Largest body of a request to the API.
        api_max_messages: Most messages in it.
        api_rate_per_minute: Answers that one owner may ask the API for in a minute.
        api_max_running: Answers of one owner that the API lets run at once.
        cors_origins: Other sites whose pages may ask the API with a token; "*" is any.
        paint_figures: Whether it is kept how visitors' browsers painted answers.
        metrics_token: What `/api/metrics` is asked with; without one it is not there.
        log_format: Whether log lines are text or JSON.
        cache_dir: Where the embedded model's weights are kept, or None for the user's cache.
        warnings: What could not be used and what was done instead, a sentence each.
    """

    openrouter_api_key: Secret | None = None
    openrouter_base_url: str = OPENROUTER_URL
    openrouter_auth_url: str | None = None
    server_key_for: LentTo = "localhost"
    visitor_budget_usd: float = VISITOR_BUDGET_USD
    day_budget_usd: float = DAY_BUDGET_USD
    cookie_secret: Secret | None = None
    endpoints: tuple[NamedEndpoint, ...] = ()
    default_model: str | None = None
    default_max_tokens: int = MAX_TOKENS
    database_url: str = field(default=DATABASE_URL, repr=False)
    model_list_minutes: int = MODEL_LIST_MINUTES
    local_models: str = ""
    production: bool = False
    simulator: bool = True
    model_titles: bool = False
    max_message_chars: int = MAX_MESSAGE_CHARS
    max_images: int = MAX_IMAGES
    max_image_mb: int = MAX_IMAGE_MB
    max_answers: int = MAX_ANSWERS
    retry_tries: int = 4
    retry_total_s: int = 60
    reconnects: int = 3
    connect_timeout_s: int = 10
    first_event_timeout_s: int = 180
    first_token_timeout_s: int = 300
    gap_timeout_s: int = 120
    total_timeout_s: int = 1800
    api_token: Secret | None = None
    openai_api: bool = False
    api_max_body_bytes: int = API_MAX_BODY_BYTES
    api_max_messages: int = 1000
    api_rate_per_minute: int = 60
    api_max_running: int = 10
    cors_origins: tuple[str, ...] = ()
    paint_figures: bool = True
    metrics_token: Secret | None = None
    log_format: LogFormat = "text"
    cache_dir: Path | None = None
    warnings: tuple[str, ...] = field(default=())


def load_settings(environ: Mapping[str, str], env_file: Path) -> Settings:
    """Reads the settings; the environment wins over the file.

    Args:
        environ: The process environment.
        env_file: A dotenv file; it may be missing.
    """
    warnings: list[str] = []
    values = SettingValues({**read_env_file(env_file, warnings), **environ}, warnings)
    production = (values.text("TICKERTAPE_ENV") or "").lower() == "production"
    return Settings(
        openrouter_api_key=values.key("OPENROUTER_API_KEY"),
        openrouter_base_url=values.url("OPENROUTER_BASE_URL", OPENROUTER_URL),
        openrouter_auth_url=values.url("OPENROUTER_AUTH_URL", "") or None,
        server_key_for=values.lent_to("SERVER_KEY_FOR"),
        visitor_budget_usd=values.amount("VISITOR_BUDGET_USD", VISITOR_BUDGET_USD),
        day_budget_usd=values.amount("DAY_BUDGET_USD", DAY_BUDGET_USD),
        cookie_secret=values.secret("COOKIE_SECRET"),
        endpoints=values.endpoints("ENDPOINTS"),
        default_model=values.text("DEFAULT_MODEL"),
        default_max_tokens=values.whole("DEFAULT_MAX_TOKENS", MAX_TOKENS, 1, MAX_TOKENS_LIMIT),
        database_url=values.text("DATABASE_URL") or DATABASE_URL,
        model_list_minutes=values.whole("MODEL_LIST_MINUTES", MODEL_LIST_MINUTES, 0, 100_000),
        local_models=values.text("LOCAL_MODELS") or "",
        production=production,
        simulator=values.switch("SIMULATOR", default=not production),
        model_titles=values.switch("MODEL_TITLES", default=False),
        max_message_chars=values.whole("MAX_MESSAGE_CHARS", MAX_MESSAGE_CHARS, 1, 10_000_000),
        max_images=values.whole("MAX_IMAGES", MAX_IMAGES, 1, 20),
        max_image_mb=values.whole("MAX_IMAGE_MB", MAX_IMAGE_MB, 1, 20),
        max_answers=values.whole("MAX_ANSWERS", MAX_ANSWERS, 1, 10_000),
        retry_tries=values.whole("RETRY_TRIES", 4, 1, 20),
        retry_total_s=values.whole("RETRY_TOTAL_S", 60, 0, DAY_S),
        reconnects=values.whole("RECONNECTS", 3, 0, 20),
        connect_timeout_s=values.whole("CONNECT_TIMEOUT_S", 10, 1, DAY_S),
        first_event_timeout_s=values.whole("FIRST_EVENT_TIMEOUT_S", 180, 1, DAY_S),
        first_token_timeout_s=values.whole("FIRST_TOKEN_TIMEOUT_S", 300, 1, DAY_S),
        gap_timeout_s=values.whole("GAP_TIMEOUT_S", 120, 1, DAY_S),
        total_timeout_s=values.whole("TOTAL_TIMEOUT_S", 1800, 1, DAY_S),
        api_token=values.secret("API_TOKEN"),
        openai_api=values.switch(OWN_NAME, default=False),
        api_max_body_bytes=values.whole(
            "API_MAX_BODY_BYTES", API_MAX_BODY_BYTES, 1000, 100_000_000
        ),
        api_max_messages=values.whole("API_MAX_MESSAGES", 1000, 1, 100_000),
        api_rate_per_minute=values.whole("API_RATE_PER_MINUTE", 60, 1, 1_000_000),
        api_max_running=values.whole("API_MAX_RUNNING", 10, 1, 10_000),
        cors_origins=values.origins("CORS_ORIGINS"),
        paint_figures=values.switch("PAINT_FIGURES", default=True),
        metrics_token=values.secret("METRICS_TOKEN"),
        log_format=values.log_format("LOG_FORMAT"),
        cache_dir=values.folder("TICKERTAPE_CACHE"),
        warnings=tuple(warnings),
    )


def foreign_names(environ: Mapping[str, str]) -> list[str]:
    """Names of the variables that must leave the environment before the SDK looks at it."""
    return [name for name in environ if name.startswith(FOREIGN_PREFIX) and name != OWN_NAME]
