"""From the turns that the log has to the conversation that a prompt is composed behind, and back."""

import json
from collections.abc import Sequence
from dataclasses import asdict

from shellmate.answer.danger import judge
from shellmate.answer.respond import Response
from shellmate.prompt.conversation import Conversation
from shellmate.prompt.prompt import Message, Prompt
from shellmate.request.digests.digest import Query
from shellmate.session.turn import Turn


def conversation_of(turns: Sequence[Turn]) -> Conversation:
    """What was said in them, but for what the last one had forgotten and what was said beside."""
    turns = [turns[at] for at in _remembered(turns)]
    if not turns:
        return Conversation()
    messages = (
        message
        for turn in turns
        for message in (Message("user", turn.context + turn.message), Message("assistant", turn.answer))
    )
    last = next((turn for turn in reversed(turns) if turn.code), None)
    return Conversation(
        prompt=turns[-1].prompt,
        turns=tuple(messages),
        language=last.language if last else "",
        code=last.code if last else "",
        query=read_query(last.query) if last else None,
    )


def _remembered(turns: Sequence[Turn]) -> list[int]:
    """The places of the turns that are known to the next one."""
    return [at for at in range(turns[-1].forgotten if turns else 0, len(turns)) if not turns[at].beside]


def turn_of(words: str, prompt: Prompt, response: Response, turns: Sequence[Turn]) -> Turn:
    """A question behind turns, with its answer."""
    answer = response.answer
    return Turn(
        words=words,
        context=prompt.context,
        message=prompt.suffix,
        answer=response.message,
        language=answer.language,
        code=answer.code,
        prompt=prompt.name,
        cut=answer.cut,
        faults=answer.faults,
        danger=judge(answer.language, answer.code).level,
        syntax=True if answer.language in ("shell", "python") else None,
        query=write_query(prompt.query),
        forgotten=_count_forgotten(prompt, response, turns),
        beside=prompt.beside,
    )


def _count_forgotten(prompt: Prompt, response: Response, turns: Sequence[Turn]) -> int:
    if prompt.beside:
        return turns[-1].forgotten
    known = len(prompt.turns) // 2 - response.usage.dropped_turns
    return _remembered(turns)[-known] if known > 0 else len(turns)


def write_query(query: Query | None) -> str:
    """A query as JSON, nothing for none."""
    return json.dumps(asdict(query), ensure_ascii=False) if query else ""


def read_query(text: str) -> Query | None:
    """The query that was written so, or None where it was none, or another version's."""
    try:
        data = json.loads(text) if text else None
        if not isinstance(data, dict):
            return None
        for name in ("values", "named"):
            data[name] = {column: tuple(values) for column, values in data[name].items()}
        return Query(**data | {"aggregates": tuple(data["aggregates"])})
    except (ValueError, TypeError, KeyError, AttributeError):
        return None
