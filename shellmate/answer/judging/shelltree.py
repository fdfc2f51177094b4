"""What a shell script does, read off its syntax tree. Nothing is run: each command is judged with what is known of its
words, and what it prints is worked out where that is simple."""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from shellmate.answer.judging.assignments import find_in_assignment
from shellmate.answer.judging.findings import DANGER
from shellmate.answer.judging.marks import UNKNOWN, is_glob, reveal, shield
from shellmate.answer.judging.state import State
from shellmate.answer.judging.streams import Streams
from shellmate.answer.judging.words import Expander, Node, text_of
from shellmate.answer.judging.wrappers import is_wrapper

if TYPE_CHECKING:
    from shellmate.answer.judging.commands import Commands

_NOTHING = frozenset(("comment", "heredoc_start", "heredoc_end", "file_descriptor", "variable_name", "test_operator"))
WORDS = frozenset(
    (
        "ansi_c_string", "arithmetic_expansion", "brace_expression", "command_name", "command_substitution",
        "concatenation", "expansion", "extglob_pattern", "number", "process_substitution", "raw_string", "regex",
        "simple_expansion", "string", "translated_string", "word",
    )
)  # fmt: skip
_SEPARATORS = frozenset((";", ";;", "&", "&&", "||", "|", "|&", "\n", "(", ")", "then", "do", "else", "{", "}", "!"))
_KEY = re.compile(r"^\[[^\]]*\]=")
_NAMES_ANOTHER = frozenset(("-n", "-gn", "-ng"))  # of declare
LEADS = frozenset(
    ("if", "while", "until", "and", "or", "not", "else", "begin", "time", "then", "do", "{", "}", "end", "!")
)


class ShellTree:
    """Walks the nodes of a script, whose commands are given to `commands`."""

    def __init__(self, commands: "Commands"):
        self._commands, self._streams = commands, Streams(commands)

    def run(self, node: Node, state: State, stdin: str | None) -> str:
        """What a node of the tree prints, once what it does has been judged."""
        match node.type:
            case "command":
                return self._command(node, state, stdin)
            case "pipeline":
                return self._pipeline(node.named_children, state, stdin)
            case "redirected_statement":
                return self._redirected(node, state, stdin)
            case "list" | "if_statement" | "case_item" | "while_statement" | "elif_clause" | "else_clause":
                return self._one_after_another(node.children, state, stdin, sure=1)
            case "case_statement":
                value = node.child_by_field_name("value")
                self.expander(state, stdin).fields(value)
                return self._one_after_another([c for c in node.named_children if c != value], state, stdin, sure=0)
            case "subshell" | "command_substitution" | "process_substitution":
                return self._one_after_another(node.children, state.copy(), stdin)
            case "for_statement":
                return self._for(node, state, stdin)
            case "function_definition":
                return self._define(node, state)
            case "variable_assignment":
                self._assign(node, state)
                return ""
            case "declaration_command" | "unset_command":
                return self._declare(node, state, stdin)
            case "ERROR":
                return self._loose(node.children, state, stdin)
            case "file_redirect":
                self._streams.pass_on(node, "", state, None, self.expander(state, None))
                return ""
            case kind if kind in _NOTHING:
                return ""
            case "arithmetic_expansion" | "expansion":
                return self._one_after_another(node.children, state, stdin)
            case kind if kind in WORDS:
                self.expander(state, stdin).fields(node)
                return ""
            case _:
                return self._one_after_another(node.children, state, stdin)

    def _one_after_another(
        self, nodes: Iterable[Node], state: State, stdin: str | None, sure: int | None = None
    ) -> str:
        """What nodes print; those behind the first `sure` ones may be left out by the shell."""
        printed, before, done = "", state.settled, 0
        for node in nodes:
            if not node.is_named:
                continue
            state.settled = before and (sure is None or done < sure)
            printed += self.run(node, state, stdin)
            done += 1
        state.settled = before
        return printed

    def _pipeline(self, nodes: Sequence[Node], state: State, stdin: str | None) -> str:
        passed = stdin
        for at, node in enumerate(nodes):
            passed = self.run(node, state.copy() if len(nodes) > 1 else state, passed)
            self._streams.find_emptied(nodes[:at], node)
        return passed or ""

    def _for(self, node: Node, state: State, stdin: str | None) -> str:
        name, body = node.child_by_field_name("variable"), node.child_by_field_name("body")
        values = node.children_by_field_name("value")
        words = [field for value in values for field in self.expander(state, stdin).fields(value)]
        if not values:
            words = list(state.arguments or (UNKNOWN,))
        before, state.settled = state.settled, False
        state.variables[text_of(name)] = tuple(reveal(word) for word in words[:64])
        (state.globbed.add if any(is_glob(word) for word in words) else state.globbed.discard)(text_of(name))
        printed = self.run(body, state, stdin) if body else ""
        state.settled = before
        return printed

    def _define(self, node: Node, state: State) -> str:
        name, body = text_of(node.child_by_field_name("name")), node.child_by_field_name("body")
        if body is None:
            return ""
        if _calls_itself_twice(body, name):
            self._commands.reader.find(DANGER, "starts copies of itself without end")
        self._commands.define(name, body, state)
        for redirect in node.children_by_field_name("redirect"):
            self._streams.pass_on(redirect, "", state, None, self.expander(state, None))
        return ""

    def _assign(self, node: Node, state: State) -> str:
        """Let an assignment be made; the name."""
        target, value = node.child_by_field_name("name"), node.child_by_field_name("value")
        name = text_of(target).partition("[")[0]
        expander = self.expander(state, None)
        for index in target.children_by_field_name("index"):
            expander.fields(index)
        if value is None:
            state.assign(name, [""])
        elif value.type == "array":
            fields = (field for child in value.named_children for field in expander.fields(child))
            words = tuple(_KEY.sub("", field) for field in fields)
            more = state.arrays.get(name, ()) if "+=" in text_of(node)[: len(name) + 2] or not state.settled else ()
            state.variables.pop(name, None)
            state.arrays[name] = (*more, *words)[:256]
        else:
            values = expander.values(value)
            if text_of(node).startswith(f"{name}+="):
                values = [old + new for old in state.values(name) for new in values]
            state.assign(name, values)
        self._commands.reader.findings += find_in_assignment(name, state.values(name), self._commands.reader)
        return name

    def _declare(self, node: Node, state: State, stdin: str | None) -> str:
        words = [shield(text_of(node.children[0]))]
        for child in node.children[1:]:
            if child.type == "variable_assignment":
                name = self._assign(child, state)
                words.append(shield(f"{name}=") + UNKNOWN)
                if _NAMES_ANOTHER & {reveal(word) for word in words}:
                    state.assign(name, [UNKNOWN])
            elif child.is_named:
                words += self.expander(state, stdin).fields(child)
        return self._commands.run(words, state, stdin)

    def expander(self, state: State, stdin: str | None) -> Expander:
        return Expander(state, lambda node, inside: self.run(node, inside, stdin))

    def _command(self, node: Node, state: State, stdin: str | None) -> str:
        expander = self.expander(state, stdin)
        name, own = node.child_by_field_name("name"), state
        assigned = [child for child in node.children if child.type == "variable_assignment"]
        if assigned and name is not None and text_of(name):
            own = state.copy()
        for child in assigned:
            self._assign(child, own)
        arguments: list[str] = []
        choices: list[list[list[str]]] = []  # what each of them may be
        printed = ""
        for child in node.children:
            if child == name or child.type == "variable_assignment" or child.type.endswith("_redirect"):
                continue
            if child.type == "ERROR":
                printed += self._loose(child.children, state, stdin)
            elif child.is_named or child.type not in ("$", "="):
                choices.append(expander.alternatives(child))
                arguments += dict.fromkeys(field for fields in choices[-1] for field in fields)
        redirects = [child for child in node.children if child.type.endswith("_redirect")]
        stdin = self._streams.input_of(redirects, own, stdin, self.expander(own, None))
        for words in (expander.alternatives(name) if name is not None else [[]])[:8]:
            printed += self._commands.run([*words, *arguments], own, stdin)
            if words and is_wrapper(reveal(words[0])):  # which counts its arguments
                for chosen in _one_of_each(choices):
                    self._commands.run([*words, *chosen], own, stdin)
        if own is not state:
            state.folder, state.functions, state.files = own.folder, own.functions, own.files
        read = [*map(reveal, arguments), *self._streams.read_by(redirects, self.expander(own, None))]
        for redirect in redirects:
            printed = self._streams.pass_on(redirect, printed, state, read, self.expander(state, None))
        return printed

    def _redirected(self, node: Node, state: State, stdin: str | None) -> str:
        body = node.child_by_field_name("body")
        redirects = [child for child in node.children if child.type.endswith("_redirect")]
        inner = [child for redirect in redirects for child in redirect.children if redirect.type == "heredoc_redirect"]
        stdin = self._streams.input_of(redirects, state, stdin, self.expander(state, None))
        printed = self.run(body, state, stdin) if body else ""
        operands = text_of(body).split() if body is not None and len(body.text) < 1000 else []
        operands += self._streams.read_by(redirects, self.expander(state, None))
        for redirect in [*redirects, *(child for child in inner if child.type == "file_redirect")]:
            printed = self._streams.pass_on(
                redirect, printed, state, operands if body else None, self.expander(state, None)
            )
        for child in inner:  # what stands behind << on its line
            if child.type == "pipeline":
                printed = self._pipeline(child.named_children, state, printed)
            elif child.is_named and child.type not in ("file_redirect", "heredoc_body", *_NOTHING):
                printed += self.run(child, state, None)
        return printed

    def _loose(self, nodes: Sequence[Node], state: State, stdin: str | None) -> str:
        """Of what the parser made no sense of: words that stand together as a command, the rest as it is."""
        printed, words = "", list[str]()
        expander = self.expander(state, stdin)
        for node in nodes:
            if node.type in WORDS and text_of(node) not in LEADS:
                words += expander.fields(node)
            elif node.type in _SEPARATORS or node.is_named:
                if words:
                    printed += self._commands.run(words, state, stdin)
                    words = []
                if node.is_named:
                    printed += self.run(node, state, stdin)
        return printed + (self._commands.run(words, state, stdin) if words else "")


def _one_of_each(choices: Sequence[list[list[str]]]) -> Iterator[list[str]]:
    """The arguments with one value at a time, where some may have several."""
    most = max(map(len, choices), default=0)
    for at in range(min(most, 8) if most > 1 else 0):
        yield [field for fields in choices for field in fields[min(at, len(fields) - 1)]]


def _calls_itself_twice(body: Node, name: str) -> bool:
    """Whether a function starts itself in the background, or more than once."""
    calls, background, waiting, seen = 0, False, [body], 0
    while waiting and seen < 500:
        node, seen = waiting.pop(), seen + 1
        if node.type == "command" and text_of(node.child_by_field_name("name")) == name:
            calls += 1
        background = background or (node.type == "&" and not node.is_named)
        waiting += node.children
    return calls > 1 or (calls == 1 and background)
