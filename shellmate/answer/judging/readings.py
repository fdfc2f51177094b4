"""Text as a shell takes it, where the parser takes it otherwise, or only shows its surface."""

import re
from collections.abc import Iterator

from shellmate.answer.judging.call import Call

_BACKSLASH_FIRST = re.compile(r"((?<!\\)(?:\\\\)*)(\n\s*\\)")
_WITHIN_A_WORD = re.compile(r"(?<=[\w.-])\$([A-Za-z_]\w*|\d)(?=\S)")
_NAMED_COPROCESS = re.compile(r"\bcoproc\s+\w+\s+(?=[{(])")
_CONTINUED = re.compile(r"(?<=\S)\\\n(?=\S)")
_DESCRIPTOR = re.compile(r"(?<=\s)0(?=<[^<&])")
_SUBSTITUTIONS = re.compile(r"(?<!\\)\$\(((?:[^()]|\([^()]*\))*)\)|(?<!\\)`([^`]*)`")
_EVALUATING = frozenset(
    ("let", "declare", "typeset", "local", "export", "readonly", "read", "printf", "test", "[", "unset", "mapfile")
)
_ELEMENT = re.compile(r"\w+\[.*(\$\(|`)")
_BACKTICKS = re.compile(r"\$\{[^}`]*`([^`]*)`")


def other_readings(text: str) -> Iterator[str]:
    """Other texts that say what a text may say as well."""
    changes = (
        _BACKSLASH_FIRST.sub(r"\1;\2", text),  # the parser takes that line for the end of the one before
        _WITHIN_A_WORD.sub(r"${\1}", text),
        _NAMED_COPROCESS.sub("", text),
        _CONTINUED.sub("", text),
        _DESCRIPTOR.sub("", text),
        "\n".join(_BACKTICKS.findall(text)) or text,
    )
    yield from (other for other in dict.fromkeys(changes) if other != text)


def substituted_in(text: str) -> Iterator[str]:
    """The commands in a text whose place the shell gives to what they print."""
    yield from (found[1] or found[2] for found in _SUBSTITUTIONS.finditer(text) if found[1] or found[2])


def evaluated_by(call: Call) -> Iterator[str]:
    """The commands in what a builtin takes for the name of a variable, or for a sum."""
    if call.program in _EVALUATING:
        yield from (inner for value in call.values if _ELEMENT.match(value) for inner in substituted_in(value))
