"""The block of code in a chat model's answer, found while the answer comes."""

import re

_FENCE = re.compile(r"( *)(`{3,}|~{3,})([^\n`]*)")
_IN_BACKTICKS = re.compile(r"(`{1,3})([^`\n]+)\1")
_LANGUAGES = dict.fromkeys(("sh", "shell", "zsh", "fish", "console", "bash"), "bash")
_LANGUAGES |= {"py": "python", "python3": "python", "python": "python", "sql": "sql", "sqlite": "sql"}


class Block:
    """Finds the first block of code in one of the `languages`, else the first of all, else all that was said. With
    `continues` what stands in front of a bare fence is code, which that fence ends."""

    def __init__(self, languages: frozenset[str], continues: bool):
        self._languages, self._continues = languages, continues
        self._rest, self._seen = "", ""  # what is not looked at yet; the lines in front of the block
        self._fence, self._indent, self._other = "", 0, ""  # `_other` is the fence of a block in another language
        self._within_line, self._blank, self._begun = False, "", False
        self.language: str | None = None  # None until the block has been found, empty where it says none
        self.closed = False

    def feed(self, text: str) -> str:
        """The code that is certain, without blank lines at its beginning and end."""
        self._rest += text
        code = ""
        while self._rest and not self.closed:
            if self.language is not None:
                before = self._rest
                code += self._read_code()
                if self._rest == before:
                    break
                continue
            line, newline, rest = self._rest.partition("\n")
            if not newline:
                break
            self._rest = rest
            code += self._look_at(line)
            self._seen += line + newline
        return code

    def finish(self) -> str:
        """What the answer's end decides. A fence cut off in its middle is no code."""
        code = self.feed("\n") if self._rest and self.language is None else ""
        if self.language is not None:
            return code
        if self._languages:
            again = Block(frozenset(), self._continues)
            code = again.feed(self._seen) + again.finish()
            self.language, self.closed = again.language, again.closed
            return code
        self.language = ""
        only = _IN_BACKTICKS.fullmatch(self._seen.strip())
        text = only[2] if only else self._seen.rstrip()
        return text if self._continues else text.lstrip("\r\n")

    def _look_at(self, line: str) -> str:
        """A line in front of the block."""
        mark = _FENCE.fullmatch(line.rstrip())
        if not mark:
            return ""
        named = re.search(r"[\w+#.-]+", mark[3])
        language = _LANGUAGES.get(named[0].lower(), "") if named else ""
        if self._other:
            if not named and mark[2].startswith(self._other):
                self._other = ""
        elif self._continues and not named and self._seen.strip():
            self.language, self.closed = "", True
            return self._seen.rstrip()
        elif language and self._languages and language not in self._languages:
            self._other = mark[2]
        else:
            self.language, self._fence, self._indent = language, mark[2], len(mark[1])
        return ""

    def _read_code(self) -> str:
        """The next line of the block, or as much as is certain of one that has no end yet."""
        line, newline, rest = self._rest.partition("\n")
        if not self._within_line:
            bare = line.strip()
            if set(bare) == {self._fence[0]} and len(bare) >= len(self._fence):
                self.closed = True
                return ""
            if not newline and (not bare or set(bare) == {self._fence[0]}):
                return ""
            if not bare:
                self._rest, self._blank = rest, self._blank + ("\n" if self._begun else "")
                return ""
            line = line[min(self._indent, len(line) - len(line.lstrip(" "))) :]
        held = "\r" if line.endswith("\r") and not newline else ""
        code, self._blank = self._blank + line.removesuffix("\r"), "\n" if newline else ""
        self._rest, self._within_line, self._begun = rest if newline else held, not newline, True
        return code
