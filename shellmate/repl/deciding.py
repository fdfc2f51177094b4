"""What may be done about an answer instead of running it."""

import os
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from shellmate.answer.answer import Answer
from shellmate.answer.check import check_syntax
from shellmate.answer.runprompt import Action
from shellmate.core.environment import Environment
from shellmate.core.errors import ShellmateError
from shellmate.repl.clipboard import copy

if TYPE_CHECKING:
    from shellmate.request.command.parts import Explainer


@dataclass(frozen=True)
class Deciding:
    """On the `terminal`, a descriptor, that the question is asked on, in colours as `color` says; `open_explainer`
    makes what knows the parts of commands."""

    env: Environment
    terminal: int
    open_explainer: "Callable[[], Explainer]"
    color: str = "auto"

    def actions(self, answer: Answer) -> dict[str, Action]:
        """Of Python there are no parts to be explained."""
        explaining: dict[str, Action] = {"x": self.explain} if answer.language == "shell" else {}
        return {"e": self.edit, "c": self.copy, **explaining}

    def edit(self, answer: Answer) -> Answer:
        from shellmate.repl.lineedit import edit_on_terminal

        code = edit_on_terminal(self.terminal, answer.code)
        if code.strip() == answer.code.strip():
            return answer
        if not code.strip() or not check_syntax(answer.language, code).valid:
            self.say("that does not parse; it is as it was before")
            return answer
        return replace(answer, code=code, faults=())

    def copy(self, answer: Answer) -> Answer:
        try:
            copy(self.env, answer.code)
            self.say("asked the terminal to copy it")
        except ShellmateError as error:
            self.say(str(error))
        return answer

    def explain(self, answer: Answer) -> Answer:
        from shellmate.answer.showing.partlist import list_parts

        try:
            parts = self.open_explainer().explain(answer.code)
        except ShellmateError as error:
            self.say(str(error))
            return answer
        columns = os.get_terminal_size(self.terminal).columns
        for line in list_parts(parts, columns, self.env.colours(self.color, True)):
            os.write(self.terminal, line.encode("utf-8", "replace"))
        return answer

    def say(self, text: str) -> None:
        os.write(self.terminal, f"{text}\n".encode("utf-8", "replace"))
