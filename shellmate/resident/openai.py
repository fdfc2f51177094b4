"""OpenAI's chat completions and completions, as far as a small local model can do what they ask.

Shapes and names are those of the API reference of OpenAI's `/v1/chat/completions` and `/v1/completions`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from shellmate.core.errors import UsageError
from shellmate.engine.engine import Sampling, Usage
from shellmate.prompt.prompt import Message, Prompt

MOST_TOKENS = 2048  # of a chat's answer of which nothing was said
_BEYOND: dict[str, tuple[Any, ...]] = {  # what cannot be asked for, with the values that ask for nothing
    "n": (None, 1),
    "best_of": (None, 1),
    "echo": (None, False),
    "logprobs": (None, False, 0),
    "top_logprobs": (None, 0),
    "tools": (None, []),
    "functions": (None, []),
    "audio": (None,),
    "response_format": (None, {"type": "text"}),
}
_FEW_TOKENS = 16  # of a completion, likewise
_SYSTEM = ("system", "developer")


class RequestError(UsageError):
    """What was asked for is wrong, or beyond what there is; `param` says which part of it."""

    def __init__(self, message: str, param: str):
        super().__init__(message)
        self.param = param


@dataclass(frozen=True)
class Asked:
    """A request, read. What comes behind any of `stops` is cut off, and so is that one."""

    prompt: Prompt
    sampling: Sampling
    stops: tuple[str, ...]
    streams: bool
    tells_usage: bool


def read_chat(given: Mapping[str, Any]) -> Asked:
    """A request for a chat completion. Raises RequestError."""
    messages = given.get("messages")
    if not isinstance(messages, list) or not messages:
        raise RequestError("messages has to be a list with at least one message", "messages")
    read = [_read_message(message, n) for n, message in enumerate(messages)]
    if read[-1].role != "user":
        raise RequestError("the last message has to be a user's", "messages")
    prefix, turns = _in_turns(read)
    limit = given.get("max_completion_tokens") or given.get("max_tokens")
    return _asked(given, Prompt(prefix, turns[-1].content, turns=turns[:-1], private=True), limit)


def read_completion(given: Mapping[str, Any]) -> Asked:
    """A request for a completion, of what goes between where it has a suffix. Raises RequestError."""
    prompt, suffix = given.get("prompt"), given.get("suffix")
    if isinstance(prompt, list) and len(prompt) == 1:
        prompt = prompt[0]
    if not isinstance(prompt, str):
        raise RequestError("prompt has to be a string, or a list of one", "prompt")
    if suffix is not None and not isinstance(suffix, str):
        raise RequestError("suffix has to be a string", "suffix")
    if not prompt and not suffix:
        raise RequestError("there is no prompt", "prompt")
    limit = _FEW_TOKENS if given.get("max_tokens") is None else given["max_tokens"]
    return _asked(given, Prompt((), "", infill=(prompt, suffix), private=True), limit)


def _asked(given: Mapping[str, Any], prompt: Prompt, limit: Any) -> Asked:
    for name, harmless in _BEYOND.items():
        if given.get(name) not in harmless:
            raise RequestError(f"{name} is not supported", name)
    stops = given.get("stop") or []
    stops = [stops] if isinstance(stops, str) else stops
    if not isinstance(stops, list) or len(stops) > 4 or not all(isinstance(stop, str) and stop for stop in stops):
        raise RequestError("stop has to be a string, or up to four", "stop")
    options = given.get("stream_options") or {}
    if not isinstance(options, dict):
        raise RequestError("stream_options has to be an object", "stream_options")
    sampling = Sampling(
        max_tokens=int(_number(given, "max_tokens", MOST_TOKENS if limit is None else limit, 1, 1 << 20)),
        temperature=_number(given, "temperature", given.get("temperature") or 0, 0, 5),
        top_p=_number(given, "top_p", 1 if given.get("top_p") is None else given["top_p"], 0, 1),
        seed=int(_number(given, "seed", given.get("seed") or 0, -(2**63), 2**63)) % (2**32 - 2),
        stop="",
    )
    return Asked(prompt, sampling, tuple(stops), bool(given.get("stream")), bool(options.get("include_usage")))


def _number(given: Mapping[str, Any], name: str, value: Any, least: float, most: float) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not least <= value <= most:
        raise RequestError(f"{name} has to be a number from {least} to {most}", name)
    return value


def _read_message(message: Any, number: int) -> Message:
    role = message.get("role") if isinstance(message, dict) else None
    if role not in (*_SYSTEM, "user", "assistant"):
        raise RequestError(f"the role of message {number} is not system, user or assistant", f"messages[{number}]")
    content = message.get("content")
    if isinstance(content, list):
        parts = [part for part in content if isinstance(part, dict) and part.get("type") == "text"]
        texts = [part["text"] for part in parts if isinstance(part.get("text"), str)]
        if len(texts) < len(content):
            raise RequestError(f"message {number} has more than text", f"messages[{number}].content")
        content = "\n".join(texts)
    if not isinstance(content, str):
        raise RequestError(f"the content of message {number} is no text", f"messages[{number}].content")
    return Message(role, content)


def _in_turns(messages: Sequence[Message]) -> tuple[tuple[Message, ...], tuple[Message, ...]]:
    """What is in front of the conversation, and its messages, users' and the model's in turn: what one has said in
    several is one, and what the system says in between is the user's."""
    count = next((n for n, message in enumerate(messages) if message.role not in _SYSTEM), len(messages))
    system = "\n\n".join(message.content for message in messages[:count])
    turns: list[Message] = []
    for message in messages[count:]:
        role = "assistant" if message.role == "assistant" else "user"
        if turns and turns[-1].role == role:
            turns[-1] = Message(role, f"{turns[-1].content}\n\n{message.content}")
        elif not turns and role == "assistant":
            turns = [Message("user", ""), message]
        else:
            turns.append(Message(role, message.content))
    return (Message("system", system),) if system else (), tuple(turns)


class StopCutter:
    """Passes text on up to the first of some stops, and holds back what may be the beginning of one."""

    def __init__(self, stops: Sequence[str]):
        self._stops = stops
        self._held = ""
        self.has_stopped = False

    def pass_on(self, piece: str) -> str:
        """As much of the text so far as is certain."""
        self._held += piece
        ends = [at for stop in self._stops if (at := self._held.find(stop)) >= 0]
        if ends:
            self.has_stopped = True
            passed, self._held = self._held[: min(ends)], ""
            return passed
        held = max((_overlap(self._held, stop) for stop in self._stops), default=0)
        passed, self._held = self._held[: len(self._held) - held], self._held[len(self._held) - held :]
        return passed

    def rest(self) -> str:
        """What was held back for nothing."""
        rest, self._held = self._held, ""
        return rest


def _overlap(text: str, stop: str) -> int:
    """How many of a stop's first characters a text ends with."""
    return next((n for n in range(min(len(text), len(stop) - 1), 0, -1) if text.endswith(stop[:n])), 0)


def write_usage(usage: Usage) -> dict[str, Any]:
    """The tokens, in OpenAI's words."""
    return {
        "prompt_tokens": usage.prompt_tokens,
        "completion_tokens": usage.tokens,
        "total_tokens": usage.prompt_tokens + usage.tokens,
        "prompt_tokens_details": {"cached_tokens": usage.prompt_tokens - usage.evaluated_tokens},
    }
