"""What the words of a shell command expand to, as far as it can be told from the command."""

import re
from collections.abc import Callable, Iterator
from itertools import product
from typing import Any

from shellmate.answer.judging.escapes import decode_escapes
from shellmate.answer.judging.marks import EMPTY, HOME, UNKNOWN, reveal, shield
from shellmate.answer.judging.parameters import apply
from shellmate.answer.judging.state import MOST_ALTERNATIVES, State

MOST_FIELDS = 256
_LONGEST_EXPANDED = 50_000  # characters that a word may get longer by
_LONGEST_BRACE = 400  # characters
_PARAMETER = re.compile(r"\$\{([#!]?)(\w+|[@*#?$!-])(\[[^\]]*\])?")
_RANGE = re.compile(r"(-?\d+|[A-Za-z])\.\.(-?\d+|[A-Za-z])(?:\.\.-?\d+)?")
_TILDE = re.compile(r"~([\w.+-]*)(?=/|$)")
_UNSPLIT = frozenset((" ", "\t", "\n", UNKNOWN))  # of IFS: what splits anyway
_SPECIAL = {"#": "1", "?": "0", "$": "12345", "!": "12346", "-": "himBH", "0": "bash", "_": UNKNOWN}
Node = Any  # of tree-sitter, which comes without types for all of it


def text_of(node: Node) -> str:
    return node.text.decode(errors="replace") if node.text else ""


class Expander:
    """Expands the words of one command, `run` being what runs the commands in them and gives what they print."""

    def __init__(self, state: State, run: Callable[[Node, State], str]):
        self._state, self._run = state, run

    def fields(self, node: Node) -> list[str]:
        """The words that a word stands for, shielded: those of all the values it may have."""
        return list(dict.fromkeys(field for fields in self.alternatives(node) for field in fields))[:MOST_FIELDS]

    def alternatives(self, node: Node) -> list[list[str]]:
        """The lists of words that a word may stand for, one for each of the values of what is in it."""
        return [list(split_fields(text, self._state))[:MOST_FIELDS] for text in self.texts(node)]

    def values(self, node: Node) -> list[str]:
        """The values that a word may have where it is not split, as plain text."""
        return [reveal(expand_tilde(text, self._state)) for text in self.texts(node)]

    def texts(self, node: Node, quoted: bool = False) -> list[str]:
        """The texts that a word may be before it is split, shielded where they are quoted."""
        match node.type:
            case "raw_string":
                return [shield(text_of(node)[1:-1]) or EMPTY]
            case "ansi_c_string":
                return [shield(decode_escapes(text_of(node)[2:-1])) or EMPTY]
            case "string":
                return [text or EMPTY for text in self._joined(node, True)]
            case "string_content" | "heredoc_content":
                return [shield(re.sub(r'\\(["$`\\])|\\\n', r"\1", text_of(node)))]
            case "simple_expansion":
                return self._parameter(text_of(node)[1:], quoted)
            case "expansion":
                return self._expansion(node, quoted)
            case "command_substitution" | "subshell":
                text = self._run(node, self._state.copy()).rstrip("\n")
                return [shield(text) if quoted else text]
            case "process_substitution":
                self._state.files[place := f"/dev/fd/{63 + len(self._state.files)}"] = self._run(
                    node, self._state.copy()
                )
                return [place]
            case "arithmetic_expansion":
                self._run(node, self._state.copy())
                return [UNKNOWN]
            case "brace_expression" | "comment":
                return [text_of(node)]
            case _ if node.child_count and node.named_child_count:
                return self._joined(node, quoted)
            case _:
                return [shield(text_of(node)) if quoted else _unescape(text_of(node))]

    def _joined(self, node: Node, quoted: bool) -> list[str]:
        """The texts of a node of several, with what the parser leaves out between them."""
        texts, at, source = [""], node.start_byte, node.text
        most = len(source) + _LONGEST_EXPANDED
        for child in node.children:
            gap = source[at - node.start_byte : child.start_byte - node.start_byte].decode(errors="replace")
            at = child.end_byte
            if not child.is_named and child.type in ('"', '$"'):
                own = [shield(gap) if quoted else gap]
            else:
                own = [(shield(gap) if quoted else gap) + text for text in self.texts(child, quoted)]
            texts = [(one + other)[:most] for one, other in product(texts, own)][:MOST_ALTERNATIVES]
        return texts

    def _parameter(self, name: str, quoted: bool, index: str = "") -> list[str]:
        state = self._state
        if index.strip("[]") in ("@", "*") and name in state.arrays:
            return [" ".join(state.arrays[name])]
        if name in ("@", "*"):
            return [" ".join(state.arguments) if state.arguments is not None else UNKNOWN]
        if name.isdigit() and name != "0":
            given = state.arguments or ()
            values: tuple[str, ...] = (reveal(given[int(name) - 1]) if int(name) <= len(given) else UNKNOWN,)
        elif name in _SPECIAL:
            values = (_SPECIAL[name],)
        elif index and name in state.arrays:
            values = tuple(reveal(word) for word in state.arrays[name][:MOST_ALTERNATIVES])
        else:
            values = state.values(name)
        quoted = quoted and name not in state.globbed
        return [shield(value) if quoted else self._split_by_ifs(value) for value in values]

    def _split_by_ifs(self, value: str) -> str:
        """A value with a blank wherever the shell splits it."""
        signs = {ord(sign): " " for sign in self._state.values("IFS")[0] if sign not in _UNSPLIT}
        return value.translate(signs) if signs else value

    def _expansion(self, node: Node, quoted: bool) -> list[str]:
        found = _PARAMETER.match(text_of(node))
        if not found:
            self._run(node, self._state.copy())
            return [UNKNOWN]
        before, name, index = found[1], found[2], found[3] or ""
        for child in node.children:
            for inner in child.children_by_field_name("index"):
                self.texts(inner)
        if before == "#":
            return [UNKNOWN]
        values = self._parameter(name, quoted, index)
        if name == "PWD" and values == ["."]:
            values = [f"{HOME}/folder"]
        if before == "!":
            values = [value for name in values for value in self._parameter(reveal(name), quoted)]
        operators = [text_of(child) for child in node.children_by_field_name("operator") if text_of(child) not in "!"]
        if not operators or index.strip("[]") in ("@", "*") or name in ("@", "*"):
            return values
        operands = self._operands(node)
        changed = [new for value in values for new in apply(operators[0], reveal(value), operands)]
        if operators[0] in ("=", ":="):
            self._state.assign(name, changed)
        kept = list(dict.fromkeys(changed))[:MOST_ALTERNATIVES]
        return [shield(value) if quoted else self._split_by_ifs(value) for value in kept]

    def _operands(self, node: Node) -> list[str]:
        """What stands behind the operators of ${...}, one text for each of them."""
        operands: list[str] = []
        for at, child in enumerate(node.children[1:-1], 1):
            if node.field_name_for_child(at) == "operator":
                operands.append("")
            elif operands:
                operands[-1] += reveal(self.texts(child)[0])
        return operands


def split_fields(text: str, state: State) -> Iterator[str]:
    """The words that a text stands for once its braces are expanded and it is split at its blanks."""
    for one in expand_braces(text):
        yield from (expand_tilde(field, state) for field in one.split())


def expand_tilde(text: str, state: State) -> str:
    found = _TILDE.match(text)
    if not found:
        return text
    whose = found[1]
    home = (state.values("PWD")[0] if whose == "+" else HOME) if whose in ("", "+", "-") else f"/home/{whose}"
    return ("/root" if whose == "root" else home) + text[found.end() :]


def expand_braces(text: str) -> list[str]:
    """The texts that {a,b} and {1..3} stand for; of a long range its ends, of a long text all that is between them."""
    if "{" not in text:
        return [text]
    if len(text) > _LONGEST_BRACE:
        return [text, *dict.fromkeys(part for part in re.split(r"[{},]", text) if part)]
    ends = _ends_of_braces(text)
    for start, end in ends.items():
        parts = _parts_of_brace(text, start, end, ends)
        if parts:
            tails = expand_braces(text[end + 1 :])
            heads = [one for part in parts[:MOST_FIELDS] for one in expand_braces(part)]
            return [text[:start] + head + tail for head in heads[:MOST_FIELDS] for tail in tails][:MOST_FIELDS]
    return [text]


def _ends_of_braces(text: str) -> dict[int, int]:
    """Where the braces end that are closed, in the order of where they begin."""
    opened: list[int] = []
    ends = {}
    for at, char in enumerate(text):
        if char == "{" and text[max(at - 1, 0)] != "$":
            opened.append(at)
        elif char == "}" and opened:
            ends[opened.pop()] = at
    return dict(sorted(ends.items()))


def _parts_of_brace(text: str, start: int, end: int, ends: dict[int, int]) -> list[str]:
    """What a brace stands for; nothing where it stands for itself."""
    parts, at = [""], start + 1
    while at < end:
        behind = ends.get(at, at) + 1
        if text[at] == ",":
            parts.append("")
        else:
            parts[-1] += text[at:behind]
        at = behind
    if len(parts) > 1:
        return parts
    found = _RANGE.fullmatch(parts[0])
    return _range(found[1], found[2]) if found else []


def _range(first: str, last: str) -> list[str]:
    letters = first.isalpha() and last.isalpha()
    if first.isalpha() != last.isalpha():
        return [first, last]
    low, high = (ord(first), ord(last)) if letters else (int(first), int(last))
    step = 1 if high >= low else -1
    numbers = [*[*range(low, high, step)][:60], high] if abs(high - low) < 10_000 else [low, high]
    return [chr(number) if letters else str(number) for number in numbers]


def _unescape(text: str) -> str:
    return re.sub(r"\\(.)", lambda found: "" if found[1] == "\n" else shield(found[1]), text, flags=re.DOTALL)
