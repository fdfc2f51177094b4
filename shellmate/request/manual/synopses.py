"""What a page's synopsis says about the words that are no options."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from shellmate.request.manual.pages import Page

_COMMAND = re.compile(r"<?(?:sub)?commands?>?|\{.*|object", re.IGNORECASE)
_OPTIONS = re.compile(r"<?\[?<?(?:options?|flags?)>?\]?(?:\.\.\.)?>?", re.IGNORECASE)
_OPERAND = re.compile(r"[A-Za-z][\w-]*(?:,\w+)*")
_SCRIPT_OPTIONS = frozenset(("-e", "-f", "--expression", "--file"))  # in place of sed's first operand
_QUOTED = re.compile(r"['‘“\"]([\w -]+)['’”\"]")
_INNERMOST = re.compile(r"\[[^\[\]]*\](?:\.\.\.|\s\.\.\.)?")


def takes_commands(page: Page) -> bool:
    """Whether the first word that is no option is a command of the program's own, as with git."""
    for line in page.synopsis:
        rest = line
        while rest != (shorter := _INNERMOST.sub(" ", rest)):
            rest = shorter
        tokens = [token for token in rest.split()[1:] if not _OPTIONS.fullmatch(token)]
        if tokens and _COMMAND.fullmatch(tokens[0].strip("|.")):
            return True
    return False


def mentions_word(page: Page, word: str) -> bool:
    """Whether the synopsis has the word itself, as that of git-remote has `add`."""
    return any(re.search(rf"(?<![\w<-]){re.escape(word)}(?![\w>-])", line) for line in page.synopsis)


def name_operands(page: Page, options: Sequence[str], count: int, commands: int = 0) -> list[str]:
    """The names that the synopsis has for so many words that are no options, given with these options and behind so
    many commands; empty where none of its lines fits."""
    fitting = []
    for line in page.synopsis[:6]:
        operands, needed = _operands_of(_QUOTED.sub(lambda found: found[1].replace(" ", "-"), line))
        if not _SCRIPT_OPTIONS.isdisjoint(options):
            operands = [each for each in operands if "if-no-other" not in each.name]
        if needed is not None and set(needed) <= set(options) and (names := _assign(operands[commands:], count)):
            mentioned = sum(bool(re.search(rf"(?<![\w-]){re.escape(name)}(?!\w)", line)) for name in options)
            fitting.append((len(needed) + mentioned, names))
    return max(fitting, key=lambda each: each[0])[1] if fitting else []


@dataclass(frozen=True)
class _Operand:
    name: str
    repeats: bool
    is_optional: bool


def _operands_of(line: str, inside_brackets: bool = False) -> tuple[list[_Operand], list[str] | None]:
    """The operands of a line in order; and the options it cannot do without, None where it is not understood."""
    operands: list[_Operand] = []
    needed: list[str] = []
    program, *tokens = _tokens_of(line) or [""]
    for token in tokens:
        inside = token.strip("[]{}<>.… ")
        repeats = token.rstrip("]").endswith(("...", "…"))
        optional = inside_brackets or token.startswith("[")
        if token == "..." and operands:
            operands[-1] = replace(operands[-1], repeats=True)
        elif token.startswith("-"):
            needed.append(token)
        elif _OPTIONS.fullmatch(inside) or (optional and inside.startswith("-")) or not inside:
            continue
        elif inside.startswith(program) and len(inside) <= len(program) + 1:
            return [], None  # another program's call, as pip3 behind that of pip
        elif _OPERAND.fullmatch(inside):
            operands.append(_Operand(inside, repeats, optional))
        elif name := re.match(r"[A-Za-z][\w-]+(?=\[)", token):  # MODE[,MODE]...
            operands.append(_Operand(name[0], repeats=False, is_optional=False))
        elif token.startswith("[") and token.endswith("]") and "|" not in token:  # [command [argument ...]]
            operands += _operands_of(f"program {token[1:-1]}", inside_brackets=True)[0]
        else:
            return [], None
    return operands, needed


def _tokens_of(line: str) -> list[str]:
    """Words, where a pair of brackets with what is in it is one."""
    tokens, depth, token = [], 0, ""
    for char in f"{line} ":
        depth += (char in "[{") - (char in "]}")
        if char == " " and depth <= 0:
            if token:
                tokens.append(token)
            token = ""
        else:
            token += char
    return tokens


def _assign(operands: Sequence[_Operand], count: int) -> list[str]:
    """A name for each of so many words: first for what is needed, then for what is optional, and what repeats takes all
    that are left over. Empty where it does not work."""
    needed = sum(not each.is_optional for each in operands)
    spare = max(count - needed, 0)
    taken = []
    for each in operands:
        if not each.is_optional or spare:
            taken.append(each)
            spare -= each.is_optional
    more = count - len(taken)
    if more <= 0:
        return [each.name for each in taken][:count]
    repeated = next((each for each in taken if each.repeats), None)
    if not repeated:
        return []
    return [each.name for each in taken for _ in range(1 + (more if each is repeated else 0))]
