"""Shell scripts, read as a whole: parsed, and read a second time where the parser fails.

The parser is tree-sitter's, which copes with text that no shell would take. Of 66 snippets of bash, zsh and fish, 24
were beyond bashlex (case, time, [[, arrays, here-documents in quotes), and 11 beyond tree-sitter-bash, most of them of
zsh and fish; those are read a second time, command by command.
"""

import re
from collections.abc import Iterator
from functools import cache
from typing import TYPE_CHECKING, Any

from shellmate.answer.judging.findings import CAUTION, DANGER, Finding
from shellmate.answer.judging.marks import UNKNOWN
from shellmate.answer.judging.readings import other_readings
from shellmate.answer.judging.shelltree import LEADS, WORDS, ShellTree
from shellmate.answer.judging.state import State
from shellmate.core.errors import UsageError
from shellmate.request.command.commandline import MOST_CHARACTERS
from shellmate.request.command.simplecommands import COMMAND, Item, read_items

if TYPE_CHECKING:
    from shellmate.answer.judging.commands import Commands

DEEPEST = 10  # scripts that run one another
_BRACES_FIRST = re.compile(r"(^\s*|[;&|()`\n{]\s*|\b(?:then|do|else|if|while|until|time|!)\s+)\{(?=[^\s{},]*,)")
_COMPOUND = re.compile(
    r"[^\s;|&({][ \t]+((?:for|while|until|select|case|if|function)\s.*|\w+\s*\(\)\s*\{.*)", re.DOTALL
)
_FORK_BOMB = re.compile(r"([^\s(){};|&]{1,40})[ \t]*\(\)[ \t\n]*\{[^}]{0,200}?\1\s*\|\s*\1\s*&")


@cache
def _parser() -> Any:
    import tree_sitter_bash
    from tree_sitter import Language, Parser

    return Parser(Language(tree_sitter_bash.language()))


def _parse(text: str) -> Any:
    """The root of the tree."""
    return _parser().parse(text.encode(errors="replace")).root_node


class ShellReader:
    """Reads scripts that run one another; `findings` are those of all of them."""

    def __init__(self, commands: "Commands"):
        self._commands, self._tree = commands, ShellTree(commands)
        self._depth = 0
        self.findings: list[Finding] = []

    def find(self, level: str, reason: str) -> None:
        self.findings.append(Finding(level, reason))

    def run_body(self, body: Any, state: State, stdin: str | None) -> str:
        """What the body of a function prints."""
        return self._tree.run(body, state, stdin)

    def read(self, text: str, state: State, stdin: str | None = None) -> str:
        """What a script prints, once all that it does has been judged."""
        if self._depth >= DEEPEST:
            self.find(DANGER, "is wrapped up too often to be judged")
            return UNKNOWN
        if _FORK_BOMB.search(text):
            self.find(DANGER, "starts copies of itself without end")
        self._depth += 1
        try:
            for other in other_readings(text):
                self._tree.run(_parse(other), state.copy(), stdin)
            root = _parse(text)
            try:
                printed = self._tree.run(root, state, stdin)
            except RecursionError:
                self.find(CAUTION, "is nested too deeply to be judged")
                self._read_flat(root, state)
                printed = UNKNOWN
            if root.has_error:
                self._read_again(text, state)
            return printed
        finally:
            self._depth -= 1

    def _read_flat(self, root: Any, state: State) -> None:
        """The commands of a tree one by one, whatever is around them."""
        cursor, done = root.walk(), False
        while not done:
            node = cursor.node
            if node.type == "command":
                expander = self._tree.expander(state.copy(), None)
                words = [child for child in node.children if child.type in WORDS]
                nested = [any(sign in child.text for sign in (b"$(", b"`", b"<(")) for child in words]
                fields = [
                    [UNKNOWN] if deep else expander.fields(word) for word, deep in zip(words, nested, strict=True)
                ]
                self._commands.run([field for several in fields for field in several], state.copy(), None)
            if cursor.goto_first_child():
                continue
            while not cursor.goto_next_sibling():
                if not cursor.goto_parent():
                    done = True
                    break

    def _read_again(self, text: str, state: State) -> None:
        """What the parser could not make sense of, command by command as far as it is quoted well."""
        try:
            items = read_items(text[:MOST_CHARACTERS])
        except (UsageError, RecursionError):
            self.find(CAUTION, "cannot be read as a command")
            return
        if len(text) > MOST_CHARACTERS:
            self.find(CAUTION, "cannot be read as a whole")
        named = _BRACES_FIRST.sub(r"\1command {", text)  # a command whose name is made of braces
        grouped = text.replace("((", "( (").replace("))", ") )")  # what is no sum
        inner = found[1] if (found := _COMPOUND.search(text)) else text  # sudo for x in ...
        for other in dict.fromkeys((named, grouped, inner)):
            if other != text:
                self._tree.run(_parse(other), state.copy(), None)
        for item in items:
            for inner in (text for word in item.words for _, text in word.commands):
                self.read(inner, state.copy())
        for pipeline in _pipelines_of(items):
            line = " | ".join(map(_without_leads, pipeline))
            if line != text:
                self._tree.run(_parse(line), state, None)


def _pipelines_of(items: list[Item]) -> Iterator[list[Item]]:
    """The commands, those together of which one reads what the other prints."""
    pipeline: list[Item] = []
    piped = False
    for item in items:
        if item.kind == COMMAND and not piped and pipeline:
            yield pipeline
            pipeline = []
        if item.kind == COMMAND:
            pipeline.append(item)
        piped = item.text in ("|", "|&")
    if pipeline:
        yield pipeline


def _without_leads(command: Item) -> str:
    """The words and redirections of a command, as they are written, but for what only leads to it."""
    words = [word.raw for word in command.words]
    while words and words[0] in LEADS:
        words.pop(0)
    redirections = [f"{t.text} {t.word.raw}" for t in command.redirections if t.word and "<<" not in t.text]
    return " ".join([*words, *redirections])
