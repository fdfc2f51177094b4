"""What the widgets call: the lines that could take the place of the one that was typed."""

from dataclasses import dataclass, replace

import click

from shellmate.answer.answer import read_candidate
from shellmate.answer.check import check_syntax
from shellmate.answer.danger import DANGER, judge
from shellmate.cli.app import App
from shellmate.core.errors import NoAnswerError, ShellmateError
from shellmate.engine.engine import Effort, Engine, Sampling
from shellmate.prompt.infill import compose_infill
from shellmate.prompt.library import PromptLibrary
from shellmate.prompt.prompt import compose
from shellmate.request.request import Request
from shellmate.shell.init import SHELLS
from shellmate.shell.line import Line, Replacement, complete_command, mark_danger, replace_words, write_lines
from shellmate.shell.preview import Preview

ALTERNATIVES = 3
# A second sequence doubles the time of each token, and nobody waits for an alternative much longer than the first.
QUICK = Effort(sequences=1, patience=1.2)
LONGEST = 160  # tokens of a command


@click.command(hidden=True)
@click.option("--shell", type=click.Choice(SHELLS), required=True)
@click.option("--keep-comment", is_flag=True)
@click.option("--no-comments", is_flag=True, help="The shell takes # for a command.")
@click.pass_obj
def line(app: App, shell: str, keep_comment: bool, no_comments: bool) -> None:
    """Read a command line from stdin as Line.read has it; write what could replace it, best first, and itself."""
    typed = Line.read(app.env.stdin.read() if app.env.stdin else b"", shell)
    # bash takes its line away meanwhile, zsh puts the cursor at the end, fish leaves it where it is.
    preview = Preview(app.env, below=shell != "bash", is_covered=shell == "fish" and "\n" in typed.after)
    try:
        preview.show("...", at_once=True)
        app.configured["offline"] = True  # a key press fetches nothing
        engine = app.open_engine(show_progress=preview.progress)
        try:
            lines = _Writer(app, engine, preview, shell, keep_comment and not no_comments).write(typed)
        finally:
            engine.close()
    except ShellmateError as error:
        preview.say(f"shellmate: {error}")
        raise
    finally:
        preview.clear()
    marked = [_mark(line, not no_comments) for line in lines]
    app.env.write(write_lines([*marked, typed.as_it_is], shell))


def _mark(line: Replacement, has_comments: bool) -> Replacement:
    verdict = judge("shell", line.before + line.after)
    return mark_danger(line, verdict.reasons[0], has_comments) if verdict.level == DANGER else line


@dataclass
class _Writer:
    app: App
    engine: Engine
    preview: Preview
    shell: str
    keep_comment: bool

    def write(self, typed: Line) -> list[Replacement]:
        """Up to three different lines that parse. Raises NoAnswerError where there is none."""
        lines = self._complete(typed) if typed.is_command else self._translate(typed)
        distinct = [line for line in dict.fromkeys(lines) if line != typed.as_it_is]
        if not distinct:
            raise NoAnswerError("no command for that", "say it in other words")
        return distinct[:ALTERNATIVES]

    def _translate(self, typed: Line) -> list[Replacement]:
        prompt = compose(Request(typed.question, "shell", None), PromptLibrary.of(self.app.paths))
        candidates, _ = self.engine.generate_several(
            prompt, self._sampling(), ALTERNATIVES, effort=QUICK, show=self._show_code
        )
        codes = [read_candidate(candidate.text).code for candidate in candidates]
        lines = [replace_words(typed, code, self.keep_comment) for code in codes if code.strip()]
        return [line for line in lines if self._parses(line)]

    def _complete(self, typed: Line) -> list[Replacement]:
        def show(middle: str) -> None:
            self.preview.show(typed.before + middle)

        prompt = compose_infill(typed.before, typed.after)
        sampling = replace(self._sampling(), stop="\n")
        candidates, _ = self.engine.generate_several(prompt, sampling, ALTERNATIVES, effort=QUICK, show=show)
        lines = [complete_command(typed, candidate.text) for candidate in candidates]
        return [line for line in lines if self._parses(line)]

    def _parses(self, line: Replacement) -> bool:
        return check_syntax("shell", line.before + line.after, self.shell).valid

    def _show_code(self, text: str) -> None:
        self.preview.show(read_candidate(text).code)

    def _sampling(self) -> Sampling:
        return Sampling(LONGEST, self.app.setting("temperature"), seed=self.app.setting("seed"))
