"""Text as a shell takes it, where the parser takes it otherwise, or only shows its surface."""

import re
from collections.abc import Iterator

_BACKSLASH_FIRST = re.compile(r"((?<!\\)(?:\\\\)*)(\n\s*\\)")
_WITHIN_A_WORD = re.compile(r"(?<=[\w.-])\$([A-Za-z_]\w*|\d)(?=\S)")
_NAMED_COPROCESS = re.compile(r"\bcoproc\s+\w+\s+(?=[{(])")
_CONTINUED = re.compile(r"(?<=\S)\\\n(?=\S)")
_DESCRIPTOR = re.compile(r"(?<=\s)0(?=<[^<&])")
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
