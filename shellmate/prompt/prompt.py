"""What the model is told: the prefix that is the same for every request, and the suffix that is this one."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from shellmate.core.errors import UsageError
from shellmate.prompt.choice import choose_prompt, names_a_tool, prefers_shell
from shellmate.prompt.library import Example, PromptFile, PromptLibrary
from shellmate.request.aggregates import add_aggregates
from shellmate.request.command.part import Part
from shellmate.request.digests.digest import Query
from shellmate.request.request import Request
from shellmate.request.stdin import Input

FENCES = {
    "shell": ("```bash\n",),
    "python": ("```python\n",),
    "auto": ("```bash\n", "```python\n"),
    "sql": ("```sql\n",),
    "text": (),
}
_SAY_NOTHING = frozenset(("|", ";", "(", ")", "{", "}", "do", "done", "then", "fi", "--", ";;"))
_MOST_FACTS, _LONGEST_FACT = 14, 80  # each takes some 20 tokens, 7 of which take 50 ms to evaluate


@dataclass(frozen=True)
class Message:
    """`role` is system, user or assistant."""

    role: str
    content: str


@dataclass(frozen=True)
class Prompt:
    """`prefix` is byte-stable, so its KV state can be kept; `turns` are the questions and answers so far, in turn;
    `context` and `suffix` are the last user message: what it is about, and what is asked. The states behind turns and
    context can be kept too.

    The answer begins with one of the `openings`, whichever the model finds likeliest; with none it is free. With a
    `query` it is a select that goes into the query's code. An `infill` is a text's beginning and end: the answer is
    what goes between, or where there is no end what comes next, and there are no messages. `name` is that of the prompt
    file. An answer that is said `beside` a conversation is no turn of it. Of a `private` one no state goes to disk.
    """

    prefix: tuple[Message, ...]
    suffix: str
    openings: tuple[str, ...] = ()
    context: str = ""
    turns: tuple[Message, ...] = ()
    query: Query | None = None
    infill: tuple[str, str | None] | None = None
    name: str = ""
    beside: bool = False
    private: bool = False


def compose(request: Request, library: PromptLibrary, name: str = "") -> Prompt:
    """The prompt for a request, from the prompt file `name` or from the one that suits the request.

    Raises UsageError for a name that no prompt has, a broken file, or a language that the prompt cannot write.
    """
    file = library.load(name or choose_prompt(request))
    language = request.language if file.language == "auto" or request.language != "auto" else file.language
    if file.language == "text" and request.language != "auto":
        raise UsageError(f"the prompt {file.name} writes prose, not {request.language}")
    query = request.input.query if request.input and file.language == "sql" else None
    if query:
        language, query = "sql", add_aggregates(query, request.words)
    return Prompt(
        prefix=prefix_of(file, library),
        suffix=request.words,
        openings=_openings(request, file, language),
        context=_context(_about(request.input, query), request.words) if request.input else "",
        query=query,
        name=file.name,
    )


def _openings(request: Request, file: PromptFile, language: str) -> tuple[str, ...]:
    """How the answer may begin: with its fence, and with what reading the input takes where that is known."""
    if language == "sql":
        return (f"{FENCES['sql'][0]}select",)
    reading = request.input.reading if request.input and not names_a_tool(request) else ""
    if reading and language in ("auto", "python") and file.language == "auto":
        return (f"{FENCES['python'][0]}{reading}\n",)
    return FENCES["shell" if language == "auto" and prefers_shell(request) else language]


def _about(piped: Input, query: Query | None) -> str:
    return f"{piped.text}\n{query.about}" if query and query.about else piped.text


def compose_explanation(language: str, code: str, library: PromptLibrary, words: str = "") -> Prompt:
    """The prompt that has the model say what each part of a snippet does, or of them what `words` ask."""
    file = library.load("explain")
    asked = f"\n\n{words}" if words else ""
    return Prompt(prefix_of(file, library), f"{FENCES[language][0]}{code.rstrip()}\n```{asked}", name=file.name)


def compose_overview(command: str, parts: Sequence[Part], library: PromptLibrary) -> Prompt:
    """The prompt that has the model say what a command does as a whole, given what is known about its parts."""
    file = library.load("command")
    known = [part for part in parts if part.source and part.text not in _SAY_NOTHING and not part.is_merely_named]
    facts = "".join(f"\n- {part.text}: {_first_clause(part.meaning)}" for part in known[:_MOST_FACTS])
    return Prompt(prefix_of(file, library), f"{FENCES['shell'][0]}{command}\n```{facts}")


def _first_clause(text: str) -> str:
    """What a small model can use of a meaning: its beginning, up to a word's end."""
    clause = re.split(r"(?<=\w)[.;] | \(", text, maxsplit=1)[0]
    if len(clause) <= _LONGEST_FACT:
        return clause
    return clause[:_LONGEST_FACT].rpartition(" ")[0].rstrip(",") or clause[:_LONGEST_FACT]


def prefix_of(file: PromptFile, library: PromptLibrary) -> tuple[Message, ...]:
    """System text and examples as messages."""
    messages = [Message("system", file.system)]
    for example in library.examples_of(file):
        messages.append(Message("user", _context(example.input, example.ask) + example.ask))
        messages.append(Message("assistant", _assistant_content(example)))
    return tuple(messages)


def _context(piped: str, ask: str) -> str:
    """The input goes in front of the question, so that the question comes last."""
    if not piped:
        return ""
    return f"Input on stdin:\n```\n{piped}\n```" + ("\n\n" if ask else "")


def _assistant_content(example: Example) -> str:
    if example.language == "text":
        return example.answer
    return f"{FENCES[example.language][0]}{example.answer}\n```"
