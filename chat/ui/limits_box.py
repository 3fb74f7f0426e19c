"""The sidebar's limits on cost, what the session has used, and who is asked when a model cannot."""

from collections.abc import Mapping, Sequence

import streamlit as st

from chat.budget import Budget, Price, Spent, unpriced
from chat.catalogue import Model, takes_images
from chat.metrics import Tokens
from chat.ui import session
from chat.ui.plain import plain
from chat.ui.reply_stats import NOT_KNOWN, count

USD_STEP = 0.01
TOKENS_STEP = 100


def draw_limits(
    models: Sequence[Model], budget: Budget, asked: Sequence[str], *, has_models: bool = True
) -> None:
    """Draws the limits and the fallback models, folded, and below what they cannot do.

    Args:
        models: What can be chosen.
        budget: What is allowed now, and what the session has used.
        asked: The models that would be asked now, in their order.
        has_models: Whether they are chosen in the sidebar; else it names none of them.
    """
    names = {model.id: model.name for model in models}
    name = "Limits and fallbacks" if has_models else "Limits"
    # By its key it stays open while what stands in it, and around it, changes.
    with st.expander(name, icon=":material/shield:", key="limits"):
        _draw_limit("Limit per answer (tokens)", session.ANSWER_TOKENS)
        _draw_limit("Limit per answer (USD)", session.ANSWER_USD)
        _draw_limit("Limit per session (tokens)", session.SESSION_TOKENS)
        _draw_limit("Limit per session (USD)", session.SESSION_USD)
        if budget.meter is not None:
            st.caption(plain(f"Used in this tab: {use_of(budget.meter.spent)}"))
        if has_models:
            _draw_fallbacks(names, asked)
            _draw_blind(models, asked[1:])
    missing = unpriced(budget, asked)
    if missing:
        listed = ", ".join(names.get(model, model) for model in missing)
        st.caption(f":orange[:material/help:] {plain(_unpriced(listed if has_models else ''))}")


def _draw_fallbacks(names: Mapping[str, str], asked: Sequence[str]) -> None:
    st.multiselect(
        "Fallbacks, in this order",
        list(dict.fromkeys([*names, *asked[1:]])),
        key=session.FALLBACKS,
        format_func=lambda model: names.get(model, model),
        accept_new_options=True,
        placeholder="None",
        persist_state="session",
        help="Asked in this order when the chosen model cannot answer after its retries.",
    )


def _draw_blind(models: Sequence[Model], fallbacks: Sequence[str]) -> None:
    """Says which fallbacks are not asked about images; see `chat.fitting.requests_of`."""
    blind = [m.name for m in models if m.id in fallbacks and not takes_images(m)]
    if blind:
        said = f"Passed over for a message with images, which it does not take: {', '.join(blind)}"
        st.caption(f":material/image_not_supported: {plain(said)}.")


def _unpriced(listed: str) -> str:
    return (
        f"No price is known for {listed or 'one of these models'}: "
        "a limit in USD does not stop its answers, one in tokens does."
    )


def budget_of(models: Sequence[Model], choice: session.Choice, tab: session.Tab) -> Budget:
    """What an answer may use now."""
    return Budget(choice.limits, prices_of(models), tab.meter)


def prices_of(models: Sequence[Model]) -> dict[str, Price]:
    """The known prices, by model id."""
    return {
        model.id: Price(model.prompt_usd, model.completion_usd)
        for model in models
        if model.prompt_usd is not None and model.completion_usd is not None
    }


def use_of(spent: Spent) -> str:
    """What was used, in words: "≈ 1,240 tokens, $0.0031"."""
    cost = f"${spent.usd:.4f}" if spent.is_whole or spent.usd else f"cost {NOT_KNOWN}"
    more = "" if spent.is_whole or not spent.usd else ", and what has no known price"
    return f"{count(Tokens(spent.tokens, spent.is_estimated))}, {cost}{more}"


def _draw_limit(label: str, key: str) -> None:
    is_usd = key in {session.ANSWER_USD, session.SESSION_USD}
    st.number_input(
        label,
        0.0 if is_usd else 1,
        None,
        None,
        step=USD_STEP if is_usd else TOKENS_STEP,
        format="%.4f" if is_usd else "%d",
        key=key,
        placeholder="No limit",
        persist_state="session",
    )
