"""The documents as a reader finds them: their links, headings, and the command lines that they show."""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

CHECKOUT = Path(__file__).parents[2]
PAGES = sorted([*CHECKOUT.glob("*.md"), *(CHECKOUT / "docs").glob("*.md")])
_BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_SPAN = re.compile(r"`([^`\n]+)`")
_LINK = re.compile(r"\]\(([^)\s]+)\)")
_SUBSTITUTION = re.compile(r"\$\(([^()]*)\)")
_REDIRECTIONS = ("<", ">", ">>", ">&", "<<<")
_OPERATORS = ("|", "||", "&&", ";", "&", "(", ")")


def links_in(text: str) -> list[str]:
    """Where the links and images of a page lead."""
    return _LINK.findall(_BLOCK.sub("", text))


def anchors_in(text: str) -> set[str]:
    """What leads to a page's headings, as GitHub makes it."""
    headings = re.findall(r"^#+ (.+)$", _BLOCK.sub("", text), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def command_lines_in(text: str) -> Iterator[list[str]]:
    """The words behind each `shellmate` in a page's blocks of shell."""
    for language, block in _BLOCK.findall(text):
        lines = block.replace("\\\n", " ").splitlines()
        if language == "console":
            lines = [line[2:] for line in lines if line.startswith("$ ")]
        if language in ("sh", "bash", "fish", "console"):
            for line in lines:
                yield from calls_in(line)


def mentions_in(text: str) -> Iterator[list[str]]:
    """The words behind `shellmate` where a span of code begins with it; these may be no more than a command's name."""
    for span in _SPAN.findall(_BLOCK.sub("", text)):
        yield from calls_in(span.replace("\\|", "|"))


def calls_in(line: str) -> Iterator[list[str]]:
    """The words behind each `shellmate` of one line of shell, in substitutions as well."""
    while inner := _SUBSTITUTION.search(line):
        yield from calls_in(inner[1])
        line = line[: inner.start()] + "substituted" + line[inner.end() :]
    reader = shlex.shlex(line, posix=True, punctuation_chars=True)
    reader.whitespace_split = True
    command: list[str] = []
    words = iter([*reader, ";"])
    for word in words:
        if word in _REDIRECTIONS:
            next(words)
        elif word in _OPERATORS:
            while command and re.match(r"\w+=", command[0]):
                command.pop(0)
            if command[:1] == ["shellmate"]:
                yield command[1:]
            command = []
        else:
            command.append(word)
