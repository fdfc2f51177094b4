"""What is asked before anything is run, with one key."""

import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from shellmate.answer.answer import Answer
from shellmate.answer.danger import CAUTION
from shellmate.answer.foresight import foresight_in_words
from shellmate.answer.run import ask_key, judge_fit
from shellmate.answer.showing.sanitise import make_visible

Action = Callable[[Answer], Answer]  # what it goes on with

_MEANINGS = {"y": "run it", "e": "edit it", "c": "copy it", "x": "explain it", "a": "another answer"}


def ask_to_run(
    terminal: int,
    answer: Answer | None,
    actions_for: Callable[[Answer], Mapping[str, Action]],
    cwd: Path,
    variables: Mapping[str, str],
) -> Answer | None:
    """The answer to run, None where it is not to be. The actions for an answer are by their keys, of e, c, x and a;
    what one of them gives is judged anew. Raises as `judge_fit`, and as the actions do."""
    shown = ""
    while True:
        verdict = judge_fit(answer)
        assert answer
        if answer.language == "shell" and answer.code != shown:
            _say(terminal, foresight_in_words(verdict, answer.code, cwd, variables))
        shown, actions = answer.code, actions_for(answer)
        warning = f"caution, it {make_visible(verdict.reasons[0])}: " if verdict.level == CAUTION else ""
        key = ask_key(terminal, f"{warning}run it? [{'/'.join(['y', *actions, 'N'])}] ")
        if key == "y":
            return answer
        if key == "?":
            _say(terminal, [f"{each}  {_MEANINGS[each]}" for each in ("y", *actions)] + ["n  leave it"])
        elif key in actions:
            answer = actions[key](answer)
        else:
            return None


def _say(terminal: int, lines: Sequence[str]) -> None:
    for line in lines:
        os.write(terminal, f"{make_visible(line)}\n".encode("utf-8", "replace"))
