"""Somebody else's endpoint as an engine: a server of OpenAI's API, with whatever model that has."""

import re
import time
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import closing
from typing import Any

from shellmate.core.errors import NoAnswerError
from shellmate.engine.endpoint.chatapi import CHAT, COMPLETIONS, ChatApi, Delta
from shellmate.engine.endpoint.chatfaults import RefusedError
from shellmate.engine.endpoint.chatwords import Code, Prose, Thoughts, spelled
from shellmate.engine.engine import THOROUGH, Candidate, Effort, Generation, Sampling, Usage
from shellmate.engine.manyasked import Asking, questions_of
from shellmate.prompt.prompt import FENCES, Message, Prompt

_CANNOT_FILL_IN = (400, 404, 405, 422, 501)
_SHELL = FENCES["shell"]
_GO_ON = "Go on exactly from where that ends."
_GO_ON_WITH_CODE = (
    f"{_GO_ON} Write the one code block once more, with all that is there so far unchanged at its beginning, "
    "and finish it. Nothing else."
)
_FILL_IN = (
    "Complete the line at <CURSOR>. Answer with one bash code block that has nothing but the text that takes the place "
    "of <CURSOR>."
)


class ElsewhereEngine:
    """An Engine at `base_url`, which usually ends in /v1; `timeout` is how many seconds it may say nothing. `say` is
    given one line where a wait is longer than usual.

    No tokens' probabilities are asked for: candidates count as likely in the order in which they were asked for.
    Raises, besides what an Engine does, UsageError for settings that are none, NoAnswerError where a model has thought
    for all of its tokens, and ShellmateError for an answer that has no end.
    """

    def __init__(
        self,
        base_url: str,
        model: str,
        api_key: str,
        timeout: float = 60.0,
        say: Callable[[str], None] = lambda _: None,
    ):
        self._api = ChatApi(base_url, model, api_key, timeout, say)
        self._model = model
        self._fills_in = True  # until it has refused to
        self._last: Generator[str, None, None] | None = None  # an answer that may not be at its end

    def generate(self, prompt: Prompt, sampling: Sampling, answered: str = "") -> Generation:
        self._end_last()
        usage = Usage(model=self._model)
        self._last = self._pieces(prompt, sampling, usage, answered)
        return Generation(self._last, usage)

    def generate_several(
        self,
        prompt: Prompt,
        sampling: Sampling,
        count: int,
        *,
        effort: Effort = THOROUGH,
        show: Callable[[str], None] | None = None,
        also: Sequence[Prompt] = (),
    ) -> tuple[list[Candidate], Usage]:
        self._end_last()
        self._api.open()
        questions = questions_of(prompt, also, sampling, max(1, count))
        candidates, usage = Asking(self._pieces, self._api.hang_up, questions, effort, show).candidates()
        usage.model = self._model
        return candidates, usage

    def note_turn(self, prompt: Prompt, answer: str) -> None:
        """There is no state of it here."""

    def prime(self, prefix: tuple[Message, ...]) -> int:
        return 0

    def close(self) -> None:
        self._end_last()
        self._api.close()

    def _end_last(self) -> None:
        if self._last:
            self._last.close()
        self._last = None

    def _pieces(
        self, prompt: Prompt, sampling: Sampling, usage: Usage, answered: str = ""
    ) -> Generator[str, None, None]:
        if prompt.infill:
            yield self._fill_in(*prompt.infill, sampling, usage)
            return
        openings = prompt.openings
        if openings and (answered in openings or not answered.partition("\n")[2].strip()):
            openings, answered = ((answered,) if answered else openings), ""
        messages = _messages_of(prompt, openings, answered)
        reader = Code(openings, answered) if openings else Prose(answered)
        yield from self._chat(messages, sampling, usage, reader)

    def _chat(
        self, messages: list[dict[str, str]], sampling: Sampling, usage: Usage, reader: Code | Prose
    ) -> Iterator[str]:
        thoughts, said = Thoughts(), False

        def has_all() -> bool:
            return reader.closed and bool(sampling.stop)

        with closing(self._deltas(CHAT, {"messages": messages}, sampling, usage, has_all)) as deltas:
            for delta in deltas:
                text = thoughts.leave_out(delta.text)
                said = said or bool(text.strip())
                pieces = reader.feed(text)
                if has_all():
                    _read_on(deltas)  # before the last piece is given: nobody may ask for another
                    usage.finish = "stop"
                    yield from pieces
                    return
                yield from pieces
        if not said and usage.finish == "length":
            mend = "give a larger --max-tokens"
            raise NoAnswerError(f"{self._model} wrote no answer within {sampling.max_tokens} tokens", mend)
        yield from reader.finish(usage.finish == "length")

    def _deltas(
        self,
        path: str,
        body: dict[str, Any],
        sampling: Sampling,
        usage: Usage,
        has_all: Callable[[], bool] = lambda: False,
    ) -> Generator[Delta, None, None]:
        """What is sent for a body, counted in `usage`; its `finish` is set at the end. `has_all` as for ChatApi."""
        body = {
            "model": self._model,
            **body,
            "stream": True,
            "stream_options": {"include_usage": True},
            "max_tokens": sampling.max_tokens,
            "temperature": sampling.temperature,
            "top_p": sampling.top_p,
            "seed": sampling.seed,
        }
        start, finish = time.perf_counter(), ""
        with closing(self._api.stream(path, body, has_all)) as deltas:
            for delta in deltas:
                if delta.text:
                    usage.prompt_seconds = usage.prompt_seconds or time.perf_counter() - start
                    usage.generation_seconds = time.perf_counter() - start - usage.prompt_seconds
                    usage.tokens += 1
                finish = finish or delta.finish
                if delta.usage:
                    _read_usage(delta.usage, usage)
                yield delta
        usage.finish = finish or "stop"

    def _fill_in(self, before: str, after: str | None, sampling: Sampling, usage: Usage) -> str:
        """What goes between two texts, up to the stop."""
        line_before, line_after = before.rpartition("\n")[2], (after or "").partition("\n")[0]
        if self._fills_in:
            body: dict[str, Any] = {"prompt": before} | ({} if after is None else {"suffix": after})
            body |= {"stop": [sampling.stop]} if sampling.stop else {}
            try:
                text = "".join(delta.text for delta in self._deltas(COMPLETIONS, body, sampling, usage))
            except RefusedError as error:
                if error.status not in _CANNOT_FILL_IN:
                    raise
                self._fills_in = False
            else:
                text = text.split(sampling.stop)[0] if sampling.stop else text
                return _without_end(text, line_after)
        asked = f"{_FILL_IN}\n\n{_SHELL[0]}{before}<CURSOR>{after or ''}".rstrip() + "\n```"
        code = "".join(self._chat([_message("user", asked)], sampling, usage, Code(_SHELL))).removeprefix(_SHELL[0])
        line = next((line for line in code.split("\n") if line.strip()), "").removesuffix("```")
        repeated = spelled(line, line_before) or 0
        line = line.replace("<CURSOR>", "") if repeated <= 0 else line[repeated:]
        return _without_end(line, line_after)


def _read_on(deltas: Generator[Delta, None, None]) -> None:
    """Behind the code, to where the answer's tokens are told; whoever goes on with words is not listened to."""
    for delta in deltas:
        if delta.text.strip():
            break
    deltas.close()


def _messages_of(prompt: Prompt, openings: Sequence[str], answered: str) -> list[dict[str, str]]:
    messages = [_message(message.role, message.content) for message in (*prompt.prefix, *prompt.turns)]
    messages.append(_message("user", prompt.context + prompt.suffix + _wish_of(openings)))
    if answered:
        messages.append(_message("assistant", answered))
        messages.append(_message("user", _GO_ON_WITH_CODE if openings else _GO_ON))
    return messages


def _message(role: str, content: str) -> dict[str, str]:
    return {"role": role, "content": content}


def _wish_of(openings: Sequence[str]) -> str:
    """How the answer is to begin, which another model cannot be made to do."""
    if not openings:
        return ""
    languages = dict.fromkeys(opening.partition("\n")[0].strip("`") for opening in openings)
    wish = f"\n\nAnswer with one {' or '.join(languages)} code block and nothing else."
    beginnings = [rest for opening in openings if (rest := opening.partition("\n")[2])]
    if len(beginnings) > 1:
        return f"{wish} Begin the code block exactly with one of these:\n" + "\n".join(f"- {b}" for b in beginnings)
    return f"{wish} Begin the code block exactly with:\n{beginnings[0]}" if beginnings else wish


def _without_end(text: str, line_after: str) -> str:
    """Without what stands behind the cursor already, which a model that has not been told of it writes too."""
    text = re.sub(r"\s+$", "", text)
    return text.removesuffix(line_after.rstrip()) if line_after.strip() else text


def _read_usage(given: dict[str, Any], usage: Usage) -> None:
    """The API's own numbers of tokens, where they are numbers."""

    def number(name: str, source: Any) -> int | None:
        value = source.get(name) if isinstance(source, dict) else None
        return value if isinstance(value, int) else None

    prompt_tokens, tokens = number("prompt_tokens", given), number("completion_tokens", given)
    primed = number("cached_tokens", given.get("prompt_tokens_details")) or 0
    if prompt_tokens is not None:
        usage.prompt_tokens, usage.primed_tokens = prompt_tokens, primed
        usage.evaluated_tokens = prompt_tokens - primed
    usage.tokens = tokens if tokens is not None else usage.tokens
