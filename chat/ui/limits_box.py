"""The sidebar's limits on cost, what the session has used, and who is asked when a model cannot."""

from collections.abc import Sequence

import streamlit as st

from chat.budget import Budget, Limits, Price, Spent, unpriced
from chat.catalogue import Model
from chat.metrics import Tokens
from chat.ui import session
from chat.ui.plain import plain
from chat.ui.reply_stats import NOT_KNOWN, count

USD_STEP = 0.01


def draw_limits(models: Sequence[Model], budget: Budget, chosen: Sequence[str]) -> None:
    """Draws the limits and the fallback models, folded; without a chosen model only the limits.

    Args:
        models: What can be chosen.
        budget: What is allowed now, and what the session has used.
        chosen: The models that would be asked now, in their order.
    """
    names = {model.id: model.name for model in models}
    name = "Limits and fallbacks" if chosen else "Limits"
    with st.expander(name, icon=":material/shield:"):
        _draw_usd("Limit per answer (USD)", session.ANSWER_LIMIT)
        _draw_usd("Limit per session (USD)", session.SESSION_LIMIT)
        if budget.meter is not None:
            st.caption(plain(f"Used in this tab: {use_of(budget.meter.spent)}"))
        if not chosen:
            return
        missing = unpriced(budget, chosen)
        if missing:
            listed = ", ".join(names.get(model, model) for model in missing)
            st.caption(plain(f"No price is known for {listed}: a limit in USD does not stop it."))
        st.multiselect(
            "Fallbacks, in this order",
            list(dict.fromkeys([*names, *chosen[1:]])),
            key=session.FALLBACKS,
            format_func=lambda model: names.get(model, model),
            accept_new_options=True,
            placeholder="None",
            persist_state="session",
            help="Asked in this order when the chosen model cannot answer after its retries.",
        )


def budget_of(models: Sequence[Model], choice: session.Choice, tab: session.Tab) -> Budget:
    """What an answer may use now."""
    limits = Limits(answer_usd=choice.answer_limit_usd, session_usd=choice.session_limit_usd)
    return Budget(limits, prices_of(models), tab.meter)


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


def _draw_usd(label: str, key: str) -> None:
    st.number_input(
        label, 0.0, None, None, step=USD_STEP, format="%.4f", key=key, placeholder="No limit"
    )
