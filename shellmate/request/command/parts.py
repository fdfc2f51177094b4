"""The parts of a command line, each with its meaning and where that meaning is from. Nothing of it is run."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from shellmate.core.errors import UsageError
from shellmate.request.command import shelltexts
from shellmate.request.command.commandline import OPERATOR, TEST, Word
from shellmate.request.command.options import RUNS, Found, OptionReader
from shellmate.request.command.part import NOWHERE, OWN, SHELL, Part
from shellmate.request.command.shellnames import BUILTINS, PREFIXES, SHELLS
from shellmate.request.command.simplecommands import FUNCTION, KEYWORD, PATTERN, Item, assigned_variable, read_items
from shellmate.request.manual.manuals import Manuals, is_system_program
from shellmate.request.manual.optiontexts import Entry
from shellmate.request.manual.pages import Page
from shellmate.request.manual.synopses import mentions_word, name_operands, takes_commands

MOST_NESTED, MOST_RUNNING = 8, 32

FURTHER_PAGES = {"apt": "apt-get", "perl": "perlrun"}  # which tell what the program's own page does not


class Explainer:
    """Takes command lines apart with the manuals at hand."""

    def __init__(self, manuals: Manuals) -> None:
        self._manuals = manuals
        self._functions: set[str] = set()
        self._running = 0  # the programs that are looked at, one run by the other

    def explain(self, text: str, depth: int = 0) -> list[Part]:
        """The parts in order. Raises UsageError where the text is no command line."""
        if depth > MOST_NESTED:
            raise UsageError(f"more than {MOST_NESTED} commands are inside of one another")
        parts = [part for item in read_items(text) for part in self._explain_item(item, depth)]
        return [replace(part, depth=depth) if part.depth < depth else part for part in parts]

    def knows(self, name: str) -> bool:
        """Whether a name is a program on this machine or a builtin."""
        return name in BUILTINS or bool(self._manuals.find_program(name))

    def completes(self, name: str, option: str) -> bool:
        """Whether a shell would complete an option of a program, whatever its page tells."""
        return self._manuals.completes(name, option)

    def defines(self, name: str) -> bool:
        """Whether what was explained so far has a function of that name."""
        return name in self._functions

    def _explain_item(self, item: Item, depth: int) -> list[Part]:
        if item.kind == OPERATOR:
            return [Part(item.text, "operator", shelltexts.OPERATORS.get(item.text, ""), SHELL)]
        if item.kind == KEYWORD:
            return [Part(item.text, "keyword", shelltexts.describe_keyword(item.text), SHELL)]
        if item.kind == FUNCTION:
            self._functions.add(item.text.removeprefix("function").strip(" ()"))
            return [Part(item.text, "keyword", shelltexts.FUNCTION, SHELL)]
        if item.kind == PATTERN:
            return [Part(item.text, "keyword", shelltexts.PATTERN, SHELL)]
        if item.kind == TEST:
            return [Part(item.text, "keyword", shelltexts.TESTS[item.text[:2]], SHELL)]
        parts = [*self._explain_words(item.words, depth), *self._explain_redirections(item, depth)]
        return sorted(parts, key=lambda part: part.at)  # stable: what is inside of a word stays behind it

    def _explain_redirections(self, item: Item, depth: int) -> Iterable[Part]:
        for token in item.redirections:
            if word := token.word:
                blank = " " if word.raw.startswith(("<(", ">(")) else ""
                text = f"{token.text}{blank}{word.raw}"
                yield Part(text, "redirection", shelltexts.describe_redirection(token), SHELL, at=token.at)
                yield from self._inside(word, token.at, depth)

    def _explain_words(self, words: Sequence[Word], depth: int) -> list[Part]:
        parts: list[Part] = []
        count = next((at for at, word in enumerate(words) if not assigned_variable(word)), len(words))
        for word in words[:count]:
            whom = f" for {words[count].raw} alone" if count < len(words) else ""
            meaning = f"sets the variable {assigned_variable(word)}{whom}"
            parts.append(Part(word.raw, "assignment", meaning, SHELL, at=word.at))
            parts += self._inside(word, word.at, depth)
        return parts + (self._explain_program(words[count:], depth) if count < len(words) else [])

    def _explain_program(self, words: Sequence[Word], depth: int) -> list[Part]:
        program, rest = words[0], words[1:]
        if program.variables or program.commands:
            part = Part(program.raw, "program", "runs the command that this becomes", SHELL, at=program.at)
            return [part, *self._inside(program, program.at, depth), *self._plain_arguments(rest, program.raw, depth)]
        name = program.value
        if name in self._functions:
            part = Part(program.raw, "program", "calls the function that was defined before", SHELL, at=program.at)
            return [part, *self._plain_arguments(rest, name, depth)]
        if self._running > MOST_RUNNING:
            raise UsageError(f"more than {MOST_RUNNING} programs run one another")
        page = self._manuals.page_of(name)
        about = page.about if page else ""
        meaning, source = (about, page.source) if page and about else (self._unknown(name), NOWHERE)
        part = Part(program.raw, "program", meaning, source, at=program.at)
        self._running += 1
        try:
            return [part, *self._explain_arguments(name.rpartition("/")[2], page, rest, depth)]
        finally:
            self._running -= 1

    def _unknown(self, name: str) -> str:
        if not self.knows(name):
            return "not a program on this machine"
        path = self._manuals.find_program(name)
        asked = "" if is_system_program(path) else ", and not the system's: it is not run to ask for its --help"
        return f"a program without a man page here{asked}"

    def _explain_arguments(self, name: str, page: Page | None, words: Sequence[Word], depth: int) -> list[Part]:
        """The parts of all that stands behind a program's name."""
        further = self._manuals.page_of(FURTHER_PAGES[name]) if page and name in FURTHER_PAGES else None
        reader = OptionReader(name, [each for each in (page, further) if each], words)
        parts: list[Part] = []
        operands: list[tuple[int, Word]] = []  # the places of their parts, and the words
        options: list[str] = []
        has_script = False
        own_words = PREFIXES.get(name, -1)
        while not reader.is_done():
            if len(operands) == own_words and not reader.at_option():
                rest = reader.take_rest()
                return self._named(parts, operands, reader, options) + self._explain_run(name, rest, depth)
            if found := reader.take_option():
                parts += self._option_parts(found, depth)
                options += [each.name for each in found]
                if name == "find" and found[-1].name in RUNS:
                    parts += self._explain_exec(reader.take_until_end_of_exec(), depth)
                continue
            word = reader.take_word()
            if name in SHELLS and "-c" in options and not has_script:
                parts += self._explain_script(word, depth)
                has_script = True
                continue
            if not operands and (command := self._explain_command(name, reader, word)):
                parts.append(command)
                continue
            operands.append((len(parts), word))
            parts += [self._argument(word, name), *self._inside(word, word.at, depth)]
        return self._named(parts, operands, reader, options)

    def _explain_command(self, name: str, reader: OptionReader, word: Word) -> Part | None:
        """The part for a command of a program, such as git's commit; the reader knows its page from then on."""
        page = reader.pages[0] if reader.pages else None
        if not page or reader.commands > 1 or word.raw != word.value:
            return None
        if not reader.commands and takes_commands(page):
            below = self._manuals.page_below(name, word.value)
            if below and below.about:
                reader.go_below(below)
                reader.note_command(word)
                return Part(word.raw, "command", below.about, below.source, at=word.at)
        elif not mentions_word(page, word.value):
            return None
        entry = page.find_word(word.value)
        if not entry:
            return None
        reader.note_command(word)
        return Part(word.raw, "command", entry.text, page.source, at=word.at)

    def _option_parts(self, found: Sequence[Found], depth: int) -> Iterable[Part]:
        for option in found:
            yield Part(option.text, "option", option.meaning, option.source, at=option.at)
            for word in option.words:
                yield from self._inside(word, option.at, depth)

    def _explain_run(self, name: str, words: Sequence[Word], depth: int) -> list[Part]:
        """What a program such as sudo or xargs is to run."""
        if len(words) == 1 and " " in words[0].value:
            return self._explain_script(words[0], depth)
        return self._explain_words(words, depth) if name == "env" else self._explain_program(words, depth)

    def _explain_exec(self, words: Sequence[Word], depth: int) -> list[Part]:
        if not words:
            return []
        inner = self._explain_program(words[:-1], depth) if len(words) > 1 else []
        parts = [
            replace(part, meaning="the file that was found", source=OWN) if part.text == "{}" else part
            for part in inner
        ]
        return [*parts, Part(words[-1].raw, "operator", "ends the command that find runs", OWN, at=words[-1].at)]

    def _explain_script(self, word: Word, depth: int) -> list[Part]:
        """A word that is a command line of its own, such as the one behind `bash -c`."""
        part = Part(word.raw, "argument", "a command line, run by it", OWN, at=word.at)
        try:
            inside = self.explain(word.value, depth + 1)
        except UsageError:
            return [part]
        return [part, *(replace(each, at=word.at) for each in inside)]

    def _plain_arguments(self, words: Sequence[Word], name: str, depth: int) -> Iterable[Part]:
        for word in words:
            yield self._argument(word, name)
            yield from self._inside(word, word.at, depth)

    def _argument(self, word: Word, name: str) -> Part:
        if expansion := shelltexts.describe_expansion(word):
            return Part(word.raw, "argument", expansion, SHELL, at=word.at)
        if word.commands:
            return Part(word.raw, "argument", shelltexts.SUBSTITUTIONS[word.commands[0][0]], SHELL, at=word.at)
        closes = name == "[" and word.value == "]"
        meaning = "ends the condition" if closes else f"an argument of {name}"
        return Part(word.raw, "argument", meaning, SHELL if closes else OWN, at=word.at)

    def _named(
        self, parts: list[Part], operands: Sequence[tuple[int, Word]], reader: OptionReader, options: list[str]
    ) -> list[Part]:
        """The parts, where arguments have what the page says about them, or the names that its synopsis gives them."""
        if not reader.pages:
            return parts
        page = reader.pages[0]
        names = name_operands(page, options, len(operands), reader.commands)
        for number, (place, word) in enumerate(operands):
            if parts[place].source != OWN:
                continue
            if entry := _entry_for(word, page, reader.name):
                parts[place] = replace(parts[place], meaning=entry.text, source=page.source)
            elif names:
                meaning = f"the {names[number]} argument of {reader.label()}"
                parts[place] = replace(parts[place], meaning=meaning, source=page.source)
        return parts

    def _inside(self, word: Word, at: int, depth: int) -> Iterable[Part]:
        """The parts of the commands inside of a word."""
        for opening, command in word.commands:
            if opening != "$((":
                yield from (replace(part, at=at) for part in self.explain(command, depth + 1))


def _entry_for(word: Word, page: Page, name: str) -> Entry | None:
    """What a page has under an argument itself, such as `if=` for dd's `if=disk.img`, or find's brackets."""
    key, equals, _ = word.value.partition("=")
    if key and equals:
        return page.find_word(key + equals)
    return page.find_operator(word.value) if name in ("find", "test", "[") else None
