"""From pieces to an answer: code is shown while it is written, checked, and written anew where it does not parse."""

from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from shellmate.answer.check import Verdict, can_continue, check_syntax
from shellmate.answer.fence import Closed, Code, FenceParser, Opened
from shellmate.answer.showing.display import Display
from shellmate.core.errors import NoAnswerError
from shellmate.engine.engine import Engine, Sampling, Usage
from shellmate.prompt.prompt import FENCES, Prompt

ATTEMPTS = 3
TRIALS = 9  # attempts where an answer is tried out: most of them come from one batch
_WARMER = 0.7  # the temperature of the second and third attempt: the first one's tokens have failed
_LANGUAGES = {fence[0].strip("`\n"): language for language, fence in FENCES.items() if len(fence) == 1}


@dataclass(frozen=True)
class Answer:
    """Code that passed its check, in `language` shell or python; `cut` where --max-tokens ended it. `faults` say in
    words what does not suit its input. `message` is all that the model said, fences included."""

    language: str
    code: str
    cut: bool = False
    faults: tuple[str, ...] = ()
    message: str = ""


@dataclass
class _Draft:
    """A candidate while it is written; `checked` counts the characters in lines that passed."""

    message: str = ""
    opening: str = ""
    language: str = ""
    code: str = ""
    checked: int = 0
    verdict: Verdict = Verdict(True)  # noqa: RUF009  frozen
    closed: bool = False


class NoCandidateError(NoAnswerError):
    """No candidate passed; `code` is the last one."""

    def __init__(self, code: str, message: str, mend: str):
        super().__init__(message, mend)
        self.code = code


FindFaults = Callable[[str, str], list[str]]  # what does not suit the input, in words, in code of a language


def write_answer(
    engine: Engine,
    prompt: Prompt,
    sampling: Sampling,
    open_display: Callable[[str], Display],
    find_faults: FindFaults = lambda language, code: [],
    refused: Collection[str] = (),
    try_out: FindFaults = lambda language, code: [],
) -> tuple[Answer, Usage]:
    """Have an answer written and shown; the answer, and what all candidates have cost. One that does not parse, does
    not suit the input, fails where the whole of it is tried out, or is the very code that is `refused` makes room for
    the next, which begins with what can no longer be taken back. When none suits, or one comes twice, the first that
    parses is the answer.

    Raises NoCandidateError when the last attempt fails too. What was not finished is not an answer.
    """
    display: Display | None = None

    def preview(text: str) -> None:
        nonlocal display
        if (candidate := read_candidate(text)).code:
            display = display or open_display(candidate.language)
            if candidate.code.startswith(display.released):
                display.preview(candidate.code)

    answered, draft, tried, spent = "", _Draft(), 0, Usage()
    spare: list[tuple[Answer, Usage]] = []
    for attempt in range(TRIALS):
        draft, insists = _Draft(), False
        generation = engine.generate(prompt, _for_attempt(sampling, attempt), answered)
        generation.preview = preview
        try:
            for piece in _until_closed(generation.pieces, draft):
                display = display or open_display(draft.language)
                if draft.closed:  # the whole of it is judged before any of what came with its end is shown
                    continue
                _show(draft, display, piece, find_faults, refused)
                if not draft.verdict.valid:
                    break
            spent.add(generation.usage)
            cut = generation.usage.finish == "length"
            verdict = draft.verdict if not draft.verdict.valid else check_syntax(draft.language, draft.code)
            display = display or open_display(draft.language)
            if verdict.valid:
                faults = tuple(_find_all_faults(draft, find_faults, refused))
                if not faults and (faults := tuple(try_out(draft.language, draft.code))):
                    tried += 1
                answer = Answer(draft.language, draft.code, cut, faults, draft.message)
                if not answer.faults:
                    display.finish(draft.code)
                    return answer, spent
                said_all = display.released.rstrip() == draft.code.rstrip()  # and none of it can be taken back
                insists = said_all or any(answer.code == earlier.code for earlier, _ in spare)
                spare.append((answer, generation.usage))
            display.retract()
        except BaseException:
            if display:
                display.abandon()
            raise
        draft.verdict = verdict
        if cut or insists or attempt + 1 - tried >= ATTEMPTS:
            break
        answered = draft.opening + display.released if display.released else ""
    for answer, usage in spare:
        if display and answer.code.startswith(display.released):
            display.finish(answer.code)
            return answer, replace(spent, finish=usage.finish, model=usage.model)
    if display:
        display.abandon()
    mend = "give a larger --max-tokens" if cut else "say it in other words, or give a --temperature"
    raise NoCandidateError(draft.code, f"no answer that parses ({draft.verdict.reason})", mend)


def read_candidate(text: str) -> Answer:
    """The answer in a whole text; its code is empty where there is none."""
    draft = _Draft()
    for _ in _until_closed(iter([text]), draft):
        pass
    return Answer(draft.language, draft.code, message=text)


def _for_attempt(sampling: Sampling, attempt: int) -> Sampling:
    if attempt == 0:
        return sampling
    return replace(sampling, temperature=max(sampling.temperature, _WARMER), seed=sampling.seed + attempt)


def _until_closed(pieces: Iterable[str], draft: _Draft) -> Iterator[str]:
    """Feed the pieces to the fence parser; yield after each one that brought code, end at the closing fence."""
    parser = FenceParser()
    for piece in pieces:
        draft.message += piece
        grown = _note(draft, parser.feed(piece), piece)
        if grown and piece.endswith("\n```"):  # the end: the whole is judged before it is shown
            _note(draft, parser.finish(), "")
        if grown:
            yield draft.code
        if draft.closed:
            return
    if _note(draft, parser.finish(), ""):
        yield draft.code


def _note(draft: _Draft, events: Iterable[Any], piece: str) -> bool:
    """Take the events of the first block into the draft; whether they brought code."""
    grown = False
    for event in events:
        match event:
            case Opened(language):
                draft.language = _LANGUAGES.get(language, language)
                draft.opening = f"```{language}\n"
            case Code(text) if not draft.closed:
                draft.code += text
                grown = True
            case Closed():
                draft.closed = True
    return grown


def _find_all_faults(draft: _Draft, find_faults: FindFaults, refused: Collection[str]) -> list[str]:
    if draft.code.strip() in {code.strip() for code in refused}:
        return ["this is the code as it was"]
    return find_faults(draft.language, draft.code)


def _show(draft: _Draft, display: Display, code: str, find_faults: FindFaults, refused: Collection[str]) -> None:
    """Check the lines that are whole, show what there is. Behind a fault nothing counts as checked, nor does what is
    the beginning of what is refused."""
    end = code.rfind("\n") + 1
    if end > draft.checked:
        draft.verdict = can_continue(draft.language, code[:end])
        if not draft.verdict.valid:
            return
        again = any(f"{other.strip()}\n".startswith(code[:end].lstrip()) for other in refused)
        if not again and not find_faults(draft.language, code[:end]):
            draft.checked = end
    if code.startswith(display.released):
        display.update(code, draft.checked)
