"""The words behind a program's name, read the way getopt reads them, with the help of its page."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from shellmate.request.command.commandline import Word
from shellmate.request.manual.optiontexts import OPTIONAL, REQUIRED, Entry
from shellmate.request.manual.pages import Page

DASHLESS = {"tar": "-{}", "ps": "{}"}  # programs whose first word is options without a dash, and how pages name them
# Options with an argument, for programs that are often not here, or whose pages do not say it.
KNOWN_TO_TAKE = {"sudo": "CDRTUghpru", "doas": "Cu"}
RUNS = ("-exec", "-execdir", "-ok", "-okdir")  # find's options whose argument is a command
WITHOUT_LETTERS = ("find", "test", "[")  # whose options are words: `-eq` is not `-e` and `-q`
_END_OF_EXEC = (";", "+")
_NUMBER = re.compile(r"-\d+")


@dataclass(frozen=True)
class Found:
    """An option: `name` as the page has it, `text` as it was written with its argument, `words` those it is made of."""

    name: str
    text: str
    meaning: str
    source: str
    at: int
    words: tuple[Word, ...] = ()


@dataclass
class OptionReader:
    """Takes word by word. `pages` are asked in order."""

    name: str
    pages: list[Page]
    words: Sequence[Word]
    _commands: list[str] = field(default_factory=list, init=False)
    _next: int = field(default=0, init=False)
    _ended: bool = field(default=False, init=False)

    def is_done(self) -> bool:
        return self._next >= len(self.words)

    def go_below(self, page: Page) -> None:
        """Ask the page of a program's command first from now on."""
        self.pages = [page, *self.pages]

    def label(self) -> str:
        """The program, with its commands."""
        return " ".join([self.name, *self._commands])

    def note_command(self, word: Word) -> None:
        self._commands.append(word.value)

    @property
    def commands(self) -> int:
        """How many of the program's own commands there were so far."""
        return len(self._commands)

    def take_word(self) -> Word:
        self._next += 1
        return self.words[self._next - 1]

    def take_rest(self) -> Sequence[Word]:
        rest, self._next = self.words[self._next :], len(self.words)
        return rest

    def take_until_end_of_exec(self) -> Sequence[Word]:
        """The words of a command that find runs, with the `;` or `+` behind it."""
        start = self._next
        left = range(start, len(self.words))
        end = next((at for at in left if self.words[at].value in _END_OF_EXEC), len(self.words) - 1)
        self._next = end + 1
        return self.words[start : self._next]

    def at_option(self) -> bool:
        value = self.words[self._next].value
        return not self._ended and len(value) > 1 and value.startswith("-")

    def take_option(self) -> list[Found]:
        """The options in the next word, with their arguments from the words behind it; none where it is no option."""
        word = self.words[self._next]
        if self._next == 0 and self._is_dashless(word.value):
            self._next += 1
            return self._dashless(word)
        if not self.at_option():
            return []
        self._next += 1
        if word.value == "--":
            self._ended = True
            return [
                Found("--", word.raw, "what is behind it is no option, even if it looks like one", "shellmate", word.at)
            ]
        return (
            self._whole(word)
            or self._letters(word)
            or self._number(word)
            or self._operator(word)
            or [self._unknown(word)]
        )

    def _look_up(self, name: str) -> tuple[Entry | None, str]:
        for page in self.pages:
            if entry := page.find_option(name):
                return entry, page.source
        return None, ""

    def _operator(self, word: Word) -> list[Found]:
        """What is no option but looks like one: find's `-o`."""
        for page in self.pages:
            if entry := page.find_operator(word.value):
                return [self._found(word.value, word.raw, entry, page.source, word, False)]
        return []

    def _whole(self, word: Word) -> list[Found]:
        """An option that is the word, or the word up to its `=`."""
        name, equals, _ = word.value.partition("=")
        entry, source = self._look_up(name)
        if not entry and name.startswith("--"):
            for page in self.pages:
                if entry := page.complete_option(name):
                    name, source = next(n for n in entry.names if n.startswith(name)), page.source
                    break
        if not entry or (equals and not name.startswith("--") and len(name) == 2):
            return []
        takes_next = not equals and self._takes_next(entry, name)
        return [self._found(name, word.raw, entry, source, word, takes_next)]

    def _takes_next(self, entry: Entry, name: str) -> bool:
        takes = entry.names.get(name, "")
        if takes == REQUIRED:
            return not (self.name == "find" and name in RUNS)
        # make's `-j [jobs]` may have its number in the next word; getopt's `--color[=WHEN]` may not.
        following = self.words[self._next].value if not self.is_done() else ""
        return takes == OPTIONAL and following.isdigit() and any(w.startswith("[") for w in entry.words[1:])

    def _letters(self, word: Word) -> list[Found]:
        """Short options in one word; none where the first letters are unknown."""
        value = word.value
        if value.startswith("--") or len(value) < 2 or (self.name in WITHOUT_LETTERS and len(value) > 2):
            return []
        found: list[Found] = []
        for at in range(1, len(value)):
            name = f"-{value[at]}"
            entry, source = self._look_up(name)
            takes = entry.names.get(name, "") if entry else ""
            if not entry and name[1] in KNOWN_TO_TAKE.get(self.name, ""):
                takes = REQUIRED
            elif not entry and (at == 1 or len(value) > 2):
                return []
            last = at == len(value) - 1
            if takes and not last:
                text = word.raw if at == 1 else name + value[at + 1 :]
                return [*found, self._found(name, text, entry, source, word, False)]
            text = word.raw if len(value) == 2 else name
            found.append(self._found(name, text, entry, source, word, takes == REQUIRED and last))
        return found

    def _number(self, word: Word) -> list[Found]:
        """`head -5`: the page has it as -NUM, or only the option that it is short for."""
        if not _NUMBER.fullmatch(word.value):
            return []
        for page in self.pages:
            for name in ("-", "-NUM", "-n"):
                entry = page.find_option(name)
                if entry and (name != "-" or entry.words[0].strip("-<>").lower() in ("number", "num", "n")):
                    return [self._found(name, word.raw, entry, page.source, word, False)]
        return []

    def _unknown(self, word: Word) -> Found:
        where = {"man": "its man page", "--help": "its --help", "bash": "bash's help", "fish": "fish's completion"}
        asked = [where[page.source] for page in self.pages[:1]]
        return Found(word.value, word.raw, f"{asked[0]} does not tell" if asked else "not known", "", word.at, (word,))

    def _found(self, name: str, text: str, entry: Entry | None, source: str, word: Word, takes_next: bool) -> Found:
        words = [word]
        if takes_next and not self.is_done():
            words.append(self.take_word())
            text = f"{text} {words[-1].raw}"
        meaning = entry.text if entry else "not known"
        return Found(name, text, meaning, source if entry else "", word.at, tuple(words))

    def _is_dashless(self, value: str) -> bool:
        pattern = DASHLESS.get(self.name)
        return bool(pattern and value.isalpha() and all(self._dashless_entry(letter)[0] for letter in value))

    def _dashless_entry(self, letter: str) -> tuple[Entry | None, str]:
        name = DASHLESS[self.name].format(letter)
        for page in self.pages:
            if entry := page.find_option(name) or page.find_word(name):
                return entry, page.source
        return None, ""

    def _dashless(self, word: Word) -> list[Found]:
        """tar's and ps's first word: each letter with an argument takes the next word that is left."""
        found = []
        for letter in word.value:
            entry, source = self._dashless_entry(letter)
            name = DASHLESS[self.name].format(letter)
            takes_next = entry and (entry.names.get(name) == REQUIRED or (not entry.names and len(entry.words) > 1))
            found.append(self._found(name, letter, entry, source, word, bool(takes_next)))
        return found
