"""Messages to the text that a model was trained on, by the template in its own metadata."""

import ctypes
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from shellmate.core.errors import ModelError
from shellmate.prompt.prompt import Message


@dataclass(frozen=True)
class RenderedPrompt:
    """What the template puts `before` the first of the texts that are users' and models' own, `between` each two of
    them, and `after` the last, the question."""

    before: str
    between: tuple[str, ...]
    after: str


def render_prompt(binding: Any, template: str, prefix: Sequence[Message], turns: Sequence[Message]) -> RenderedPrompt:
    """The prompt around the texts of turns, and of a question that is yet to come. Raises ModelError where the
    template cannot be used."""
    roles = [*(turn.role for turn in turns), "user"]
    marks = [f"shellmate-text-{n}-goes-here" for n in range(len(roles))]
    marked = [Message(role, mark) for role, mark in zip(roles, marks, strict=True)]
    rest, parts = _render(binding, template, [*prefix, *marked]), []
    for mark in marks:
        part, found, rest = rest.partition(mark)
        if not found:
            raise ModelError("the model's chat template does not show the question", "take another model")
        parts.append(part)
    return RenderedPrompt(parts[0], tuple(parts[1:]), rest)


def _render(binding: Any, template: str, messages: list[Message]) -> str:
    """The messages, and the beginning of the model's own."""
    chat = (binding.llama_chat_message * len(messages))(
        *((m.role.encode(), m.content.encode("utf-8", "replace")) for m in messages)
    )
    room = 2 * sum(len(m.content.encode("utf-8", "replace")) + 64 for m in messages) + 1024
    buffer = ctypes.create_string_buffer(room)
    length = binding.llama_chat_apply_template(template.encode(), chat, len(messages), True, buffer, room)
    if 0 <= length <= room:
        return buffer.raw[:length].decode("utf-8", "replace")
    return _render_with_jinja(template, messages)


def _render_with_jinja(template: str, messages: list[Message]) -> str:
    """For the templates that llama.cpp does not know by sight."""
    from jinja2 import TemplateError
    from jinja2.sandbox import ImmutableSandboxedEnvironment

    def refuse(reason: str) -> None:
        raise TemplateError(reason)

    environment = ImmutableSandboxedEnvironment(trim_blocks=True, lstrip_blocks=True)
    environment.globals["raise_exception"] = refuse
    plain = [{"role": m.role, "content": m.content} for m in messages]
    try:
        return environment.from_string(template).render(
            messages=plain, add_generation_prompt=True, bos_token="", eos_token=""
        )
    except TemplateError as error:
        raise ModelError(f"the model's chat template fails: {error}", "take another model") from error
