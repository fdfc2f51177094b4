"""What commands read on their standard input, and where what they print goes."""

from collections.abc import Iterable, Sequence
from itertools import takewhile
from typing import TYPE_CHECKING

from shellmate.answer.judging.findings import CAUTION
from shellmate.answer.judging.marks import FETCHED, SECRET, UNKNOWN, reveal
from shellmate.answer.judging.paths import is_secret, is_startup
from shellmate.answer.judging.readings import substituted_in
from shellmate.answer.judging.redirections import find_in_redirection
from shellmate.answer.judging.state import State
from shellmate.answer.judging.words import Expander, Node, text_of

if TYPE_CHECKING:
    from shellmate.answer.judging.commands import Commands

_CONNECTIONS = ("/dev/tcp/", "/dev/udp/")


class Streams:
    """The redirections of a script, whose findings go to that of `commands`."""

    def __init__(self, commands: "Commands"):
        self._commands = commands

    def input_of(self, redirects: Iterable[Node], state: State, stdin: str | None, expander: Expander) -> str | None:
        """What a command reads on its standard input."""
        for redirect in redirects:
            kinds = {child.type: child for child in redirect.children}
            if redirect.type == "heredoc_redirect" and "heredoc_body" in kinds:
                body = kinds["heredoc_body"]
                quoted = text_of(kinds["heredoc_start"])[:1] in "\"'\\" if "heredoc_start" in kinds else True
                for command in () if quoted or body.named_child_count else substituted_in(text_of(body)):
                    self._commands.reader.read(command, state.copy())
                stdin = text_of(body) if quoted or not body.child_count else reveal(expander.texts(body, True)[0])
            elif redirect.type == "herestring_redirect" and redirect.named_children:
                stdin = "\n".join(expander.values(redirect.named_children[-1]))
            elif redirect.type == "file_redirect" and "<" in kinds:
                target = redirect.child_by_field_name("destination")
                places = expander.values(target) if target is not None else []
                unread = UNKNOWN + SECRET if any(is_secret(place, state.folder) for place in places) else UNKNOWN
                unread = FETCHED if any(place.startswith(_CONNECTIONS) for place in places) else unread
                stdin = next((text for place in places if (text := state.written(place)) is not None), unread)
        return stdin

    def read_by(self, redirects: Iterable[Node], expander: Expander) -> list[str]:
        """The files that are read on standard input."""
        targets = [r.child_by_field_name("destination") for r in redirects if any(c.type == "<" for c in r.children)]
        return [place for target in targets if target is not None for place in expander.values(target)]

    def find_emptied(self, before: Sequence[Node], node: Node) -> None:
        """Find a file that tee writes to while those before it in a pipeline read it."""
        words = text_of(node).split()
        if "tee" not in words[:2] or {"-a", "--append"} & set(words):
            return
        read = {word for earlier in before for word in text_of(earlier).split()}
        if written := next((word for word in words[1:] if not word.startswith("-") and word in read), None):
            self._commands.reader.find(CAUTION, f"empties {written} before it is read")

    def pass_on(
        self, node: Node, printed: str, state: State, operands: Sequence[str] | None, expander: Expander
    ) -> str:
        """What is still printed once a redirection has taken its part, which is judged; `operands` are those of the
        command, None where there is none."""
        target = node.child_by_field_name("destination")
        if node.type != "file_redirect" or target is None:
            return printed
        operator = "".join(text_of(child) for child in takewhile(lambda child: child != target, node.children))
        for place in expander.fields(target):
            self._commands.reader.findings += find_in_redirection(operator, place, printed, state, operands)
            if ">" in operator and is_startup(place, state.folder):
                self._commands.reader.read(printed.replace(UNKNOWN, ""), state.copy())
            if ">" in operator and not place.isdigit():
                if ">>" not in operator:
                    self._commands.note_overwritten(place, state)
                state.write(reveal(place), printed)
        own = operator.lstrip("0123456789")
        elsewhere = own.startswith(">") and operator[:1] != "2" and text_of(target) not in ("2", "/dev/stderr")
        return "" if (elsewhere or own.startswith("&>")) and text_of(target) != "1" else printed
