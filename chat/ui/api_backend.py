"""What the API's routes are given of the app; made once, from the same services as the pages."""

import streamlit as st

from chat.api.access import Access
from chat.api.backend import Backend, Sizes
from chat.api.limits import RateLimit, Slots
from chat.errors import Failure
from chat.images import ImageLimits
from chat.refusals import RefusalReason
from chat.settings import MAX_TOKENS_LIMIT
from chat.ui.offered import first_model, offered_to_all
from chat.ui.wiring import services
from chat.ui.wording import explain, refuse

KEY_WANTED = "Send one as `apiKey`, or choose a model that needs none."
BUDGET_SPENT = "What this server still pays for today is not enough. Send a key of your own."
NO_PRICE = "What this model costs at most is not known. Send a key of your own."
_SIDEBAR = "sidebar"


@st.cache_resource(show_spinner=False)
def backend() -> Backend:
    """The app as the API sees it."""
    held = services()
    settings, engine = held.settings, held.engine

    def running(owner: str) -> int:
        return sum(not live.is_closed for live in engine.known(owner).values())

    def refusal(reason: RefusalReason, text: str) -> str:
        if reason == "over_budget":
            return BUDGET_SPENT
        if reason == "no_price":
            return NO_PRICE
        return refuse(reason, text, settings.max_message_chars)

    return Backend(
        room=held.kept,
        access=Access(lambda: held.accounts, held.tokens.owner_of, settings.api_token),
        sizes=Sizes(
            settings.api_max_body_bytes,
            settings.api_max_messages,
            MAX_TOKENS_LIMIT,
            settings.default_max_tokens,
            ImageLimits(settings.max_images, settings.max_image_mb),
        ),
        rate=RateLimit(settings.api_rate_per_minute, held.kept.turns.clock),
        slots=Slots(settings.api_max_running, running),
        ended=held.ended,
        server_key=held.server_key,
        models=lambda: offered_to_all().models,
        default_model=lambda is_local: first_model(held, offered_to_all(), is_local=is_local),
        is_openrouter=held.routes.is_openrouter,
        explain=sentence,
        refuse=refusal,
        local_states=lambda: {
            model.id: type(held.local.state(model.id)).__name__.lower()
            for model in held.local.models()
        },
        has_openai=settings.openai_api,
        store_fault=held.store_fault,
    )


def sentence(failure: Failure) -> str:
    """What happened and what to do, for somebody who has no sidebar."""
    told = explain(failure)
    to_do = KEY_WANTED if told.action == "enter_key" else told.to_do
    return told.happened if _SIDEBAR in to_do else f"{told.happened} {to_do}"
