"""Requests by clients of a resident engine, which may have anything anywhere."""

import json

from hypothesis import given
from hypothesis import strategies as st

from shellmate.core.errors import UsageError
from shellmate.resident.openai import read_chat, read_completion
from tests.fuzz.conftest import FEWER, fuzzed

SCALARS = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=8), st.sampled_from([0, 1, "", "user", "text"])
)  # fmt: skip
ANYTHING = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=8,
)
TEXTS = st.text(max_size=20) | ANYTHING
PARTS = st.fixed_dictionaries({"type": st.just("text") | ANYTHING}, optional={"text": TEXTS})
ROLES = st.sampled_from(["system", "user", "assistant", "developer", "tool"]) | ANYTHING
MESSAGES = st.fixed_dictionaries({"role": ROLES}, optional={"content": TEXTS | st.lists(PARTS, max_size=3)})
OPTIONS = dict.fromkeys(("max_tokens", "max_completion_tokens", "temperature", "top_p", "seed", "stop", "stream", "stream_options", "n", "best_of", "echo", "logprobs", "top_logprobs", "tools", "functions", "audio", "response_format"), ANYTHING)  # fmt: skip
SOME = st.lists(st.sampled_from(sorted(OPTIONS)), max_size=3, unique=True)


def some_options(names: list[str]) -> st.SearchStrategy:
    return st.fixed_dictionaries({name: OPTIONS[name] for name in names})


def check(read, given_by_client) -> None:
    """It is read, and can be sent on to the model, or one line says what is wrong with it."""
    try:
        asked = read(given_by_client)
    except UsageError as error:
        assert str(error) and "\n" not in str(error)
        return
    assert 1 <= asked.sampling.max_tokens <= 1 << 20 and 0 <= asked.sampling.temperature <= 5
    assert 0 <= asked.sampling.top_p <= 1 and 0 <= asked.sampling.seed < 2**32
    assert all(isinstance(stop, str) and stop for stop in asked.stops) and len(asked.stops) <= 4
    messages = (*asked.prompt.prefix, *asked.prompt.turns)
    assert all(isinstance(message.content, str) for message in messages) and isinstance(asked.prompt.suffix, str)
    json.dumps([asked.prompt.suffix, asked.prompt.infill])


@fuzzed(FEWER)
@given(st.lists(MESSAGES, max_size=5) | ANYTHING, SOME.flatmap(some_options))
def test_a_chat_is_read_or_its_fault_is_named(messages, options):
    check(read_chat, {"messages": messages, **options})


@fuzzed(FEWER)
@given(TEXTS, TEXTS, SOME.flatmap(some_options))
def test_a_completion_is_read_or_its_fault_is_named(prompt, suffix, options):
    check(read_completion, {"prompt": prompt, "suffix": suffix, **options})
