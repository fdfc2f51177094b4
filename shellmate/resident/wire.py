"""What goes between shellmate and a resident engine, as JSON: the arguments of an Engine, and the events it answers by.

An event is an object with one of: piece, show, candidates, primed, say, progress, advance, done (nothing), error; with
usage wherever that has changed.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from shellmate.core import errors
from shellmate.core.errors import ShellmateError
from shellmate.engine.engine import Candidate, Effort, Sampling, Usage
from shellmate.prompt.prompt import Message, Prompt

GENERATE, SEVERAL, NOTE, PRIME = "/shellmate/generate", "/shellmate/several", "/shellmate/note", "/shellmate/prime"
SUGGEST = "/shellmate/suggest"  # the end of a command
SUGGEST_WORDS = "/shellmate/suggest/words"  # of a request


def write_prompt(prompt: Prompt) -> dict[str, Any]:
    """All of a prompt that an engine looks at."""
    return {
        "prefix": write_messages(prompt.prefix),
        "suffix": prompt.suffix,
        "openings": prompt.openings,
        "context": prompt.context,
        "turns": write_messages(prompt.turns),
        "infill": prompt.infill,
        "private": prompt.private,
    }


def read_prompt(given: Mapping[str, Any]) -> Prompt:
    infill = given["infill"]
    return Prompt(
        read_messages(given["prefix"]),
        given["suffix"],
        tuple(given["openings"]),
        given["context"],
        read_messages(given["turns"]),
        infill=tuple(infill) if infill else None,
        private=given["private"],
    )


def write_messages(messages: Sequence[Message]) -> list[tuple[str, str]]:
    return [(message.role, message.content) for message in messages]


def read_messages(given: Sequence[Sequence[str]]) -> tuple[Message, ...]:
    return tuple(Message(role, content) for role, content in given)


def write_sampling(sampling: Sampling) -> dict[str, Any]:
    return asdict(sampling)


def read_sampling(given: Mapping[str, Any]) -> Sampling:
    return Sampling(**given)


def write_effort(effort: Effort) -> dict[str, Any]:
    return asdict(effort)


def read_effort(given: Mapping[str, Any]) -> Effort:
    return Effort(**given)


def write_candidates(candidates: Sequence[Candidate]) -> list[dict[str, Any]]:
    return [asdict(candidate) for candidate in candidates]


def read_candidates(given: Sequence[Mapping[str, Any]]) -> list[Candidate]:
    return [Candidate(**each) for each in given]


def write_usage(usage: Usage) -> dict[str, Any]:
    return dict(vars(usage))


def read_usage(given: Mapping[str, Any], usage: Usage) -> None:
    """Put what was written into a usage that somebody holds already."""
    vars(usage).update(given)


def write_error(error: ShellmateError) -> dict[str, str]:
    return {"kind": type(error).__name__, "message": error.message, "mend": error.mend}


def read_error(given: Mapping[str, str]) -> ShellmateError:
    """The error as it was raised; one of a kind that is not known is just one."""
    kind = getattr(errors, given["kind"], ShellmateError)
    return kind(given["message"], given["mend"])
