"""The filters: what is known of a model decides, never its name."""

import pytest

from chat.catalogue import Model, Reasoning, Wanted

PLAIN = Model("acme/free:free", "Free", context_tokens=8_000, prompt_usd=1, completion_usd=2)
GRATIS = Model("acme/a", "A", prompt_usd=0, completion_usd=0)
SEER = Model("acme/b", "B", input_modalities=frozenset({"text", "image"}))
THINKER = Model("acme/c", "C", reasoning=Reasoning())
BY_PARAMETER = Model("acme/d", "D", supported_parameters=frozenset({"reasoning"}))
LARGE = Model("acme/e", "E", context_tokens=1_000_000)
ALL = (PLAIN, GRATIS, SEER, THINKER, BY_PARAMETER, LARGE)


@pytest.mark.parametrize(
    ("wanted", "fitting"),
    [
        (Wanted(), ALL),
        (Wanted(is_free=True), (GRATIS,)),
        (Wanted(sees_images=True), (SEER,)),
        (Wanted(reasons=True), (THINKER, BY_PARAMETER)),
        (Wanted(context_tokens=8_001), (LARGE,)),
        (Wanted(completion_usd=2), (PLAIN, GRATIS)),
        (Wanted(is_free=True, sees_images=True), ()),
    ],
    ids=["all", "free", "images", "reasoning", "context", "price", "free_and_images"],
)
def test_a_filter_leaves_what_is_known_to_fit(wanted: Wanted, fitting: tuple[Model, ...]) -> None:
    assert tuple(model for model in ALL if wanted.fits(model)) == fitting


def test_wishes_are_counted() -> None:
    assert Wanted().count == 0
    assert Wanted(True, True, True, 1, 0).count == 5
