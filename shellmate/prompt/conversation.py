"""A question behind others: what the model is told then."""

import re
from dataclasses import dataclass, replace

from shellmate.prompt.changes import named_language
from shellmate.prompt.choice import choose_prompt, wants_prose
from shellmate.prompt.library import PromptLibrary
from shellmate.prompt.prompt import FENCES, Message, Prompt, compose, compose_explanation
from shellmate.request.digests.digest import Query
from shellmate.request.request import Request

# Without it a small model takes "now sort by size" for a question of its own, and answers `sort -n`.
CHANGE = "Change the code above: "
_ANOTHER_WAY = r"\b(use|using|with|via|instead|rather|script|loop)\b|[用换]"


@dataclass(frozen=True)
class Conversation:
    """What was said so far: `turns` are messages, behind the prompt of that name; `language` and `code` are the last
    ones, empty where there is no code, and `query` is what its select went into."""

    prompt: str = ""
    turns: tuple[Message, ...] = ()
    language: str = ""
    code: str = ""
    query: Query | None = None


def without_first_turns(prompt: Prompt, count: int) -> Prompt:
    """The prompt of a conversation whose first turns are forgotten."""
    return replace(prompt, turns=prompt.turns[2 * count :])


def compose_turn(
    request: Request, conversation: Conversation, library: PromptLibrary, name: str = "", *, is_change: bool = True
) -> Prompt:
    """The prompt for a request behind a conversation, with the prompt file `name` or the conversation's own;
    `is_change` says that it is about the last code. What brings its own input, and what stands alone and is better
    asked by another prompt, leaves the conversation behind: its turns would have to be evaluated anew. Raises as
    `compose`.
    """
    if not request.words:
        return compose(request, library, name)
    if conversation.code and not request.input and wants_prose(request.words):
        # Behind examples of code a small model answers a why with the code again.
        return replace(
            compose_explanation(conversation.language, conversation.code, library, request.words), beside=True
        )
    other = name or choose_prompt(request)
    if not conversation.turns or (not is_change and (request.input or other != conversation.prompt)):
        return compose(request, library, name)
    prompt = replace(compose(request, library, name or conversation.prompt), turns=conversation.turns)
    if not prompt.openings:
        return prompt
    if not (is_change and conversation.language):
        return prompt
    language = request.language if request.language != "auto" else named_language(request.words)
    prompt = replace(prompt, suffix=CHANGE + request.words)
    query = prompt.query or conversation.query
    if query and not language:
        return replace(prompt, openings=(f"{FENCES['sql'][0]}select",), query=query)
    return replace(prompt, openings=_openings_of_change(request.words, language, conversation))


def _openings_of_change(words: str, language: str, conversation: Conversation) -> tuple[str, ...]:
    """A changed command is most likely one of the same program, which a small model forgets."""
    openings = FENCES[language or conversation.language]
    program = re.match(r"[\w./-]+(?=\s|$)", conversation.code.strip())
    stays_shell = conversation.language == "shell" and language in ("", "shell")
    if program and stays_shell and not re.search(_ANOTHER_WAY, words, re.IGNORECASE):
        return (openings[0] + program[0],)
    return openings
