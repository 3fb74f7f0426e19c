"""Model ids and the words they say. No socket here."""

from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat.simulator import PICKER_MODELS
from chat.simulator.asked import Asked, BadRequest, choose_words, full_text, read_request
from chat.simulator.grammar import FAULTS, UnknownScenario, read_scenario
from chat.simulator.prose import tokens_of, write
from chat.simulator.scenario import (
    STATUSES,
    Drops,
    MidStream,
    OtherBody,
    Pause,
    Refusal,
    Scenario,
    Style,
)

STYLES = get_args(Style)


def asked(prefix: str = "", max_tokens: int | None = None, said: str = "hello") -> Asked:
    return Asked("sim/any", True, max_tokens, 1, said, prefix)


def test_an_option_left_out_has_its_default() -> None:
    assert read_scenario("sim/seed-7") == Scenario("sim/seed-7", seed=7, length_tokens=200)


def test_a_simulator_in_openrouters_place_answers_to_ids_that_the_app_sends_there() -> None:
    assert read_scenario("bench/sim-seed-7") == Scenario(
        "bench/sim-seed-7", seed=7, length_tokens=200
    )


def test_options_combine_in_any_order() -> None:
    one = read_scenario("sim/rate-100-len-500-ttft-20-style-code-think-50-hidden-think-9-burst")
    two = read_scenario("sim/burst-hidden-think-9-think-50-style-code-ttft-20-len-500-rate-100")

    assert (one.rate_tok_s, one.length_tokens, one.ttft_ms) == (100, 500, 20)
    assert (one.style, one.think_tokens, one.hidden_think_tokens) == ("code", 50, 9)
    assert [getattr(one, name) for name in one.__slots__[1:]] == [
        getattr(two, name) for name in two.__slots__[1:]
    ]


def test_another_author_has_the_same_scenarios() -> None:
    assert read_scenario("acme/sim-seed-7") == Scenario(
        "acme/sim-seed-7", seed=7, length_tokens=200
    )


@pytest.mark.parametrize(
    ("model", "fault"),
    [
        ("sim/stall-30", MidStream("stall-N", 30)),
        ("sim/rate-9-drop-at-40", MidStream("drop-at-N", 40)),
        ("sim/error-string-code-at-10", MidStream("error-string-code-at-N", 10)),
        ("sim/429-after-2", Refusal(429, "after", 2)),
        ("sim/429-daily-seed-2", Refusal(429, "daily")),
        ("sim/error-empty-choices", OtherBody("error-empty-choices")),
        ("sim/429-after-ms-250", Refusal(429, "after-ms", 250)),
        ("sim/404-free-variant-ended", Refusal(404, "free_variant_ended")),
        ("sim/fails-2-503", Refusal(503)),
        ("sim/drops-3-at-20-resume-repeats", Drops(3, 20)),
        ("sim/pause-1500-at-4", Pause(1500, 4)),
        *((f"sim/{status}", Refusal(status)) for status in STATUSES),
    ],
)
def test_a_fault_is_read_from_the_id(model: str, fault: object) -> None:
    assert read_scenario(model).fault == fault


@pytest.mark.parametrize(
    "model",
    [
        "",
        "sim/",
        "gpt-4o",
        "SIM/echo",
        "acme/sim-",
        "acme/echo",
        "sim/x",
        "sim/rate",
        "sim/rate-0",
        "sim/rate-٣",
        "sim/rate-5-rate-6",
        "sim/len-5-",
        "sim/len-999999",
        "sim/style-rap",
        "sim/stall",
        "sim/429-500",
        "sim/fails-2",
        "sim/fails-0-500",
        "sim/resume-exact",
    ],
)
def test_an_id_outside_the_grammar_is_unknown(model: str) -> None:
    with pytest.raises(UnknownScenario):
        read_scenario(model)


@given(st.text(alphabet="abdefghilnoprstu-0123456789", max_size=30))
def test_any_id_is_read_or_unknown(text: str) -> None:
    told = ""
    try:
        told = read_scenario("sim/" + text).model
    except UnknownScenario as unknown:
        told = str(unknown)
    assert told == "sim/" + text


@pytest.mark.parametrize("form", FAULTS)
def test_every_form_of_a_fault_is_read_whatever_stands_around_it(form: str) -> None:
    fault = form.replace("N", "3")

    assert read_scenario(f"sim/seed-2-{fault}-burst").fault == read_scenario(f"sim/{fault}").fault
    assert read_scenario(f"sim/{fault}").fault is not None


def test_every_model_in_the_picker_is_one() -> None:
    models = [model for model, _ in PICKER_MODELS]

    assert [read_scenario(model).model for model in models] == models
    assert len(set(models)) == len(models)


@given(st.sampled_from(STYLES), st.integers(0, 20), st.integers(0, 400))
def test_a_text_repeats_and_has_the_length_asked_for(style: Style, seed: int, length: int) -> None:
    assert len(write(style, seed, length)) == length
    assert write(style, seed, length) == write(style, seed, length)


@given(st.text())
def test_tokens_joined_are_the_text(text: str) -> None:
    assert "".join(tokens_of(text)) == text


def test_the_usual_text_has_every_kind_of_block() -> None:
    text = "".join(write("mixed", 1, 200))

    for mark in ("## ", "\n- **", "\n```", "\n|---|", "\n1. "):
        assert mark in text


def test_another_seed_is_another_text() -> None:
    assert write("mixed", 1, 100) != write("mixed", 2, 100)


@given(st.integers(0, 900))
def test_an_answer_goes_on_where_the_prefix_ends(at: int) -> None:
    whole = "".join(choose_words(read_scenario("sim/len-100"), asked()).content)
    prefix = whole[:at]

    rest = choose_words(read_scenario("sim/len-100"), asked(prefix)).content

    assert prefix + "".join(rest) == whole


def test_a_prefix_that_lost_its_last_space_is_still_continued() -> None:
    scenario = read_scenario("sim/len-100-style-prose")
    tokens = choose_words(scenario, asked()).content
    stripped = "".join(tokens[:40]).rstrip()

    rest = choose_words(scenario, asked(stripped))

    assert stripped + "".join(rest.content) == "".join(tokens)
    assert rest.already_said == 40


def test_the_full_text_is_what_the_model_means_to_say() -> None:
    content = choose_words(read_scenario("sim/len-50-style-cjk-drop-at-9"), asked()).content

    assert full_text("sim/len-50-style-cjk-drop-at-9", "hello") == "".join(content)
    assert full_text("sim/echo", "say this") == "say this"


@pytest.mark.parametrize(
    ("how", "begins"), [("repeats", 32), ("restarts", 0), ("says-no", None), ("exact", 40)]
)
def test_asked_to_go_on_a_model_may_do_otherwise(how: str, begins: int | None) -> None:
    option = "" if how == "exact" else f"-resume-{how}"
    tokens = tokens_of(full_text("sim/len-100", ""))
    words = choose_words(read_scenario(f"sim/len-100{option}"), asked("".join(tokens[:40])))

    expected = None if begins is None else len("".join(tokens[:begins]))
    assert words.from_chars == expected
    assert begins is None or words.content == tokens[begins:]


def test_a_foreign_prefix_is_ignored() -> None:
    scenario = read_scenario("sim/len-20")

    assert choose_words(scenario, asked("Something else.")) == choose_words(scenario, asked())


def test_max_tokens_cut_the_answer_and_say_so() -> None:
    words = choose_words(read_scenario("sim/think-10-len-50"), asked(max_tokens=30))

    assert (len(words.reasoning), len(words.content)) == (10, 20)
    assert words.finish_reason == "length"


def test_max_tokens_that_suffice_change_nothing() -> None:
    assert choose_words(read_scenario("sim/len-30"), asked(max_tokens=30)).finish_reason == "stop"


@given(st.text())
def test_an_echo_says_what_was_said(text: str) -> None:
    assert "".join(choose_words(read_scenario("sim/echo"), asked(said=text)).content) == text


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"{}",
        b"[" * 100_000,
        b'{"model": "sim/echo"}',
        b'{"model": "sim/echo", "messages": [3]}',
        b'{"model": "sim/echo", "messages": [{}], "max_tokens": 0}',
    ],
)
def test_a_body_that_is_no_request_is_refused(body: bytes) -> None:
    with pytest.raises(BadRequest):
        read_request(body)
