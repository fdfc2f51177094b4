"""The line below a message: what answers, and how full its context is."""

from shellmate.repl.chat import Chat


def describe(chat: Chat) -> str:
    """Model, language, tokens of the context in use out of how many, tokens a second of the last answer; before the
    first one, the way on and the way out."""
    choices, usage = chat.choices, chat.usage
    parts = [choices.model.rpartition("/")[2], choices.language]
    if choices.prompt:
        parts.append(choices.prompt)
    if usage.tokens:
        used = usage.prompt_tokens + usage.tokens
        parts.append(f"context {_thousands(used)} of {_thousands(usage.most_tokens)}")
        parts.append(f"{usage.tokens_per_second:.0f} tokens/s")
    if chat.loaded:
        parts.append(f"about {chat.loaded.path.name}")
    if not usage.tokens:
        parts.append("/help, Ctrl-D leaves")
    return " · ".join(parts)


def _thousands(count: int) -> str:
    return f"{count / 1000:.1f}k"
