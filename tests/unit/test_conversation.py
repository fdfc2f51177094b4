"""What the model is told of a conversation, and what of a log becomes one again."""

from dataclasses import replace

import pytest

from shellmate.prompt.conversation import CHANGE, Conversation, compose_turn, without_first_turns
from shellmate.prompt.library import PromptLibrary, own_prompts
from shellmate.prompt.prompt import Message
from shellmate.request.digests.digest import Query
from shellmate.request.request import Request
from shellmate.request.stdin import Input
from shellmate.session.recall import conversation_of, read_query, write_query
from shellmate.session.turn import Turn

LIBRARY = PromptLibrary((own_prompts(),))
FIND = (Message("user", "log files"), Message("assistant", "```bash\nfind . -name '*.log'\n```"))
SHELL = Conversation("auto", FIND, "shell", "find . -name '*.log'")
QUERY = Query(
    "before = 1\n", "after", "create table t (price numeric)", values={"city": ("Oslo",)}, aggregates=("median",)
)


def compose(words, conversation, language="auto", piped=None, is_change=True):
    return compose_turn(Request(words, language, piped), conversation, LIBRARY, is_change=is_change)


def test_a_change_is_told_as_one_and_begins_as_the_command_did():
    prompt = compose("sort by size", SHELL)
    assert (prompt.suffix, prompt.turns, prompt.openings) == (CHANGE + "sort by size", FIND, ("```bash\nfind",))
    assert prompt.name == "auto"


@pytest.mark.parametrize("words", ["use fd instead", "with a loop", "换成 fd"])
def test_another_way_may_begin_otherwise(words):
    assert compose(words, SHELL).openings == ("```bash\n",)


@pytest.mark.parametrize(("words", "language"), [("in python", "auto"), ("sorted", "python")])
def test_another_language_opens_its_own_fence(words, language):
    assert compose(words, SHELL, language).openings == ("```python\n",)


def test_a_question_of_its_own_is_asked_as_it_is_with_the_turns_before_it():
    prompt = compose("list docker containers", SHELL, is_change=False)
    assert (prompt.suffix, prompt.turns) == ("list docker containers", FIND)
    assert len(prompt.openings) == 2


def test_a_question_that_another_prompt_answers_better_leaves_the_turns_behind():
    piped = Input("CSV", kind="CSV", names=("price",), query=QUERY)
    prompt = compose("mean of price", SHELL, piped=piped, is_change=False)
    assert (prompt.turns, prompt.name) == ((), "query")
    assert compose("the same for this file", SHELL, piped=piped).turns == FIND


def test_input_without_words_is_explained_by_itself():
    piped = Input("some text")
    assert compose("", SHELL, piped=piped) == compose("", Conversation(), piped=piped)


def test_a_why_is_asked_of_the_code_beside_the_conversation():
    prompt = compose("why -name?", SHELL)
    assert (prompt.beside, prompt.openings, prompt.turns, prompt.name) == (True, (), (), "explain")
    assert "find . -name '*.log'" in prompt.suffix and prompt.suffix.endswith("why -name?")
    assert not compose("why?", Conversation()).beside


def test_a_select_is_changed_as_a_select():
    conversation = replace(SHELL, prompt="query", language="python", code="import csv", query=QUERY)
    prompt = compose("only for Oslo", conversation)
    assert (prompt.openings, prompt.query) == (("```sql\nselect",), QUERY)
    assert compose("in awk", conversation).query is None


def turn(n: int, **fields) -> Turn:
    given = {"language": "shell", "code": f"ls {n}", "prompt": "auto", **fields}
    return Turn(f"words {n}", f"message {n}", f"answer {n}", **given)


def test_a_log_becomes_the_conversation_again():
    conversation = conversation_of([turn(1), turn(2, query=write_query(QUERY))])
    assert [m.content for m in conversation.turns] == ["message 1", "answer 1", "message 2", "answer 2"]
    assert (conversation.prompt, conversation.language, conversation.code) == ("auto", "shell", "ls 2")
    assert conversation.query == QUERY


def test_what_was_forgotten_or_said_beside_is_not_in_it():
    beside = turn(3, beside=True, language="text", code="", prompt="explain", forgotten=1)
    conversation = conversation_of([turn(1), turn(2), beside, turn(4, forgotten=1)])
    assert [m.content for m in conversation.turns] == ["message 2", "answer 2", "message 4", "answer 4"]
    assert conversation_of([turn(1), turn(2), replace(beside, forgotten=0)]).prompt == "auto"


@pytest.mark.parametrize("text", ["", "{", "[]", "null", '{"before": 1}', '{"values": 3, "aggregates": []}'])
def test_a_query_that_another_version_wrote_is_none(text):
    assert read_query(text) is None


def test_the_first_turns_go_in_pairs():
    prompt = replace(compose("x", SHELL), turns=FIND * 3)
    assert without_first_turns(prompt, 1).turns == FIND * 2
