"""The visitor's own limits in the sidebar, and the models that are asked instead."""

from streamlit.testing.v1 import AppTest

from .visits import QUICK, as_read, boxes, header, say, visit


def use(app: AppTest) -> str:
    """What the sidebar says this tab has used."""
    captions = [caption.value for caption in app.sidebar.caption]
    return next(caption for caption in captions if caption.startswith("Used in this tab"))


def test_nothing_is_limited_and_nobody_asked_instead_unless_the_visitor_says_so() -> None:
    app = visit(QUICK)

    for key in ("answer_tokens", "answer_usd", "session_tokens", "session_usd"):
        assert app.number_input(key=key).value is None
    assert app.multiselect(key="fallbacks").value == []


def test_what_the_tab_has_used_is_shown() -> None:
    app = visit(QUICK)
    before = use(app)

    say(app, "Hello")

    assert "0 tokens" in before
    assert "40 tokens" in use(app)


def test_a_session_that_has_reached_its_limit_asks_nobody_any_more() -> None:
    app = visit(QUICK)
    app.number_input(key="session_usd").set_value(0.00001)
    say(app, "One")

    say(app, "Two")

    assert boxes(app)[0].startswith("Your limit for this session is reached")
    assert app.button(key="point_session_usd").label == "Raise the limit"


def test_a_model_without_a_known_price_is_named_beside_a_limit_in_usd() -> None:
    app = visit(QUICK)

    app.number_input(key="answer_usd").set_value(0.5).run()

    captions = [caption.value for caption in app.sidebar.caption]
    assert any("No price is known for" in caption for caption in captions)


def test_an_answer_ends_at_the_visitors_limit_of_tokens_and_the_card_leads_to_it() -> None:
    app = visit("sim/ttft-0-rate-2000-len-4000")
    app.number_input(key="answer_tokens").set_value(50)

    say(app, "Hello")

    assert boxes(app)[0].startswith("Your limit for an answer is reached: about ")
    assert "of 50 tokens" in boxes(app)[0]
    assert app.button(key="point_answer_tokens").label == "Raise the limit"


def test_a_session_ends_at_the_visitors_limit_of_tokens() -> None:
    app = visit(QUICK)
    app.number_input(key="session_tokens").set_value(30)
    say(app, "One")

    say(app, "Two")

    assert boxes(app)[0].startswith("Your limit for this session is reached")
    assert app.button(key="point_session_tokens").label == "Raise the limit"


def test_the_models_to_ask_instead_are_asked_in_the_order_they_were_chosen() -> None:
    app = visit("sim/429-daily")
    app.multiselect(key="fallbacks").set_value(["sim/500", "sim/echo"]).run()

    say(app, "Hello")

    assert header(app).count("asked") == 2
    assert "could not answer; asked Server error instead." in header(app)


def test_a_fallback_that_takes_no_images_is_said_to_be_passed_over_for_them() -> None:
    app = visit("sim/echo")

    app.multiselect(key="fallbacks").set_value(["sim/rate-300-len-2000-ttft-100"]).run()

    captions = [as_read(caption.value) for caption in app.sidebar.caption]
    said = "Passed over for a message with images, which it does not take:"
    assert any(said in caption for caption in captions)
