"""What may be done about an answer instead of running it."""

import os
from dataclasses import dataclass, replace

from shellmate.answer.answer import Answer
from shellmate.answer.check import check_syntax
from shellmate.answer.runprompt import Action
from shellmate.core.environment import Environment
from shellmate.core.errors import ShellmateError
from shellmate.repl.clipboard import copy


@dataclass(frozen=True)
class Deciding:
    """On the `terminal`, a descriptor, that the question is asked on."""

    env: Environment
    terminal: int

    def actions(self) -> dict[str, Action]:
        return {"e": self.edit, "c": self.copy}

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

    def say(self, text: str) -> None:
        os.write(self.terminal, f"{text}\n".encode("utf-8", "replace"))
