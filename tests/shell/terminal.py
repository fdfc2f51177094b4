"""A shell on a terminal of its own, with the widget, and a shellmate whose engine says what the test wants."""

import json
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pexpect
import pyte

import shellmate

CHECKOUT = Path(shellmate.__file__).parent.parent
PROGRAM = """#!{python}
import sys
sys.path[:0] = [{checkout!r}]
from tests.shell.fake import run
run({place!r})
"""
REAL_PROGRAM = """#!{python}
import sys
sys.path[:0] = [{checkout!r}]
from shellmate.__main__ import run
run()
"""
ARGUMENTS = {
    "bash": ["--norc", "--noprofile", "-i"],
    "zsh": ["-f", "-i"],
    "fish": ["-i", "-C", "set -g fish_greeting"],
}
KEY = "\x1bm"
DUMP = "\x07"  # Ctrl-G writes the line to a file
SETUP = {
    "bash": """PS1='$ '; bind -x '"\\C-g": printf "%s\\n%s" "$READLINE_POINT" "$READLINE_LINE" > {dump}.new; mv {dump}.new {dump}'
eval "$(shellmate init bash {options})" """,
    "zsh": """PS1='$ '; PROMPT_EOL_MARK=; _dump() {{ printf '%s\\n%s' $CURSOR "$BUFFER" > {dump}.new; command mv {dump}.new {dump} }}; zle -N _dump; bindkey '^G' _dump; bindkey -M vicmd '^G' _dump
eval "$(shellmate init zsh {options})" """,
    "fish": """function fish_prompt; printf '$ '; end; function fish_mode_prompt; end; set -g fish_autosuggestion_enabled 0
function _dump; begin; commandline -C; commandline; end > {dump}.new; command mv {dump}.new {dump}; end
bind \\cg _dump; bind -M insert \\cg _dump
shellmate init fish {options} | source""",
}


class Terminal:
    """`screen` is what a user would see; `asked` what reached shellmate."""

    def __init__(
        self,
        shell: str,
        program: str,
        place: Path,
        setup: str = "",
        options: str = "",
        real: bool = False,
        **variables: str,
    ):
        self.shell, self.place = shell, place
        (place / "bin").mkdir(exist_ok=True)
        # Where this is missing fish begins by reading all manual pages of the machine.
        (place / ".local/share/fish/generated_completions").mkdir(parents=True, exist_ok=True)
        script = place / "bin" / "shellmate"
        text = REAL_PROGRAM if real else PROGRAM
        script.write_text(text.format(python=sys.executable, checkout=str(CHECKOUT), place=str(place)))
        script.chmod(0o755)
        self.answer("ls -l")
        self.columns, self.rows = 80, 24
        self.screen = pyte.Screen(self.columns, self.rows)
        self.stream = pyte.Stream(self.screen)
        places = {f"SHELLMATE_{kind}_DIR": str(place / kind.lower()) for kind in ("CONFIG", "DATA", "CACHE", "STATE")}
        self.child = pexpect.spawn(
            program,
            ARGUMENTS[shell],
            env={
                "PATH": f"{place / 'bin'}:{os.environ['PATH']}",
                "HOME": str(place),
                "TERM": "xterm",
                "LANG": "C.UTF-8",
                "fish_features": "no-query-term",
                **places,
                **variables,
            },
            cwd=place,
            encoding="utf-8",
            codec_errors="surrogateescape",
            timeout=20,
            dimensions=(self.rows, self.columns),
        )
        rc = place / "rc"
        rc.write_text(f"{setup}\n{SETUP[shell].format(dump=place / 'dump', options=options)}\n")
        self.send(f" . {rc}; echo r''eady\r" if shell != "fish" else f" source {rc}; echo r''eady\r")
        self.wait(lambda: any(line.strip() == "ready" for line in self.screen.display), "the shell is ready")
        self.settle()

    def answer(self, *answers: str, delay: float = 0.0, error: str = "") -> None:
        """What shellmate's model will say: commands, or an error's kind."""
        (self.place / "answers.json").write_text(
            json.dumps({"answers": answers, "delay": delay, "error": error}), encoding="utf-8"
        )

    def asked(self) -> list[str]:
        """The questions that reached the model."""
        file = self.place / "asked.jsonl"
        return [json.loads(line) for line in file.read_text().splitlines()] if file.exists() else []

    def send(self, text: str) -> None:
        self.child.send(text)

    def press(self) -> None:
        self.send(KEY)

    def read(self, seconds: float = 0.05) -> None:
        """Show on the screen what the shell has written by now."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            try:
                self.stream.feed(self.child.read_nonblocking(65536, timeout=left))
            except (pexpect.TIMEOUT, pexpect.EOF):
                return

    def settle(self) -> None:
        """Until nothing has been written for a while."""
        before = None
        while before != (before := self.screen.display):
            self.read(0.15)

    def wait(self, until: Callable[[], object], what: str, seconds: float = 20.0) -> None:
        end = time.monotonic() + seconds
        while not until():
            self.read(0.01)
            if time.monotonic() > end:
                raise AssertionError(f"{what}; on the screen:\n{self.text()}")

    def text(self) -> str:
        return "\n".join(line.rstrip() for line in self.screen.display).rstrip()

    def line(self) -> tuple[int, str]:
        """The cursor's place, in the shell's own count, and the line that is being edited, byte for byte."""
        file = self.place / "dump"
        file.unlink(missing_ok=True)
        self.send(DUMP)
        self.wait(file.exists, "the line is dumped")
        point, _, line = file.read_text(encoding="utf-8", errors="surrogateescape").partition("\n")
        return int(point), line.removesuffix("\n") if self.shell == "fish" else line

    def becomes(self, line: str) -> None:
        """Wait until the line is this one, with the cursor at its end."""
        self.wait(lambda: self.line() == (len(line), line), f"the line becomes {line!r}")

    def close(self) -> None:
        self.child.close(force=True)
