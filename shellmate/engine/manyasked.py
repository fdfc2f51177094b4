"""Several answers to one question, asked for at once in threads."""

import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from queue import Empty, SimpleQueue

from shellmate.engine.engine import Candidate, Effort, Sampling, Usage
from shellmate.prompt.prompt import Prompt

_MOST_THREADS = 8
_WARM = 0.8  # the temperature of all but the first: the first ones would all be the same
_GRACE = 0.5  # seconds that the others have in any case, once the first has ended
_STEP = 0.1  # by which each candidate counts as less likely than the one before: an endpoint's own are not asked for

Write = Callable[[Prompt, Sampling, Usage], Iterator[str]]  # an answer's pieces, the first of which is its opening


@dataclass
class Question:
    """One of the requests, and what has come of it."""

    number: int
    prompt: Prompt
    sampling: Sampling
    usage: Usage = field(default_factory=Usage)
    text: str = ""
    ended: bool = False


def questions_of(prompt: Prompt, also: Sequence[Prompt], sampling: Sampling, count: int) -> list[Question]:
    """So many requests, shared out among the prompts; the first of each prompt is asked at the sampling's own
    temperature."""
    prompts, questions = [prompt, *also], []
    for number in range(count):
        warm = replace(sampling, temperature=max(sampling.temperature, _WARM), seed=sampling.seed + number)
        asked = prompts[number % len(prompts)]
        questions.append(Question(number, asked, warm if number >= len(prompts) else sampling))
    return questions


class Asking:
    """Asks questions, `write` being how one is answered, and `hang_up` what ends all that are still being answered.

    Of the effort count `behind`, and once the first answer has ended, how much longer than it the others may take:
    `patience` times as long, in time, and `seconds` in all. Its bounds in tokens do not: no answer here is cut for
    them, since it would have to be asked for again.
    """

    def __init__(
        self,
        write: Write,
        hang_up: Callable[[], None],
        questions: list[Question],
        effort: Effort,
        show: Callable[[str], None] | None,
    ):
        self._write, self._hang_up, self._effort, self._show = write, hang_up, effort, show
        self._first, *others = questions
        self._others = deque(others)
        self._asked = [self._first]
        self._news: SimpleQueue[tuple[Question, str | BaseException | None]] = SimpleQueue()
        self._over = False

    def candidates(self) -> tuple[list[Candidate], Usage]:
        """The distinct answers, the first one first. Raises what went wrong with that; what went wrong with another is
        only one candidate less."""
        start = time.monotonic()
        openings = self._first.prompt.openings
        fitting = [opening for opening in openings if opening.startswith(self._effort.behind)]
        if self._effort.behind and not fitting:
            return [Candidate("".join(openings[:1]), 0.0, 0, finished=False)], Usage()
        try:
            self._begin(deque([self._first]), 1)
            if len(fitting) == len(openings):
                self._begin_others()
            if not self._wait(start):
                return [Candidate(self._first.text, 0.0, 0, finished=False)], self._spent(start)
        finally:
            self._over = True
            if not all(question.ended for question in self._asked):
                self._hang_up()
        return self._distinct(), self._spent(start)

    def _begin_others(self) -> None:
        self._asked += self._others
        self._begin(self._others, min(_MOST_THREADS - 1, len(self._others)))

    def _begin(self, questions: deque[Question], threads: int) -> None:
        for _ in range(threads):
            threading.Thread(target=self._answer, args=(questions,), daemon=True).start()

    def _answer(self, questions: deque[Question]) -> None:
        while not self._over:
            try:
                question = questions.popleft()
            except IndexError:
                return
            try:
                for piece in self._write(question.prompt, question.sampling, question.usage):
                    self._news.put((question, piece))
                self._news.put((question, None))
            except BaseException as error:  # it is raised where it is waited for
                self._news.put((question, error))

    def _wait(self, start: float) -> bool:
        """Take what comes, until all that is waited for is there; False where the first opens with something else than
        what the others are to be looked for behind."""
        until: float | None = None
        while not all(question.ended for question in self._asked):
            try:
                question, news = self._news.get(timeout=None if until is None else max(0.0, until - time.monotonic()))
            except Empty:
                return True
            is_first = question is self._first
            if isinstance(news, BaseException):
                if is_first:
                    raise news
                question.text, question.ended = "", True
            elif news is None:
                question.ended = True
            else:
                question.text += news
                if is_first and not question.text.startswith(self._effort.behind):
                    return False
                if is_first and len(self._asked) == 1:
                    self._begin_others()
                if is_first and self._show:
                    self._show(question.text)
            if is_first and question.ended:
                took = time.monotonic() - start
                until = start + min(max(self._effort.seconds, took), took * max(self._effort.patience, 1.0) + _GRACE)
        return True

    def _distinct(self) -> list[Candidate]:
        """What has ended whole, and the first in any case."""
        found: dict[str, Candidate] = {}
        for question in self._asked:
            is_first, is_whole = question is self._first, question.ended and question.usage.finish == "stop"
            if is_first or (is_whole and question.text.strip()):
                rank = -_STEP * len(found)
                candidate = Candidate(question.text, rank, max(question.usage.tokens, 1), is_whole, is_first)
                found.setdefault(question.text.strip(), candidate)
        return list(found.values())

    def _spent(self, start: float) -> Usage:
        """What all of them have cost; the time is that which has passed."""
        spent = replace(self._first.usage)
        for question in self._asked[1:]:
            spent.evaluated_tokens += question.usage.evaluated_tokens
            spent.tokens += question.usage.tokens
        spent.generation_seconds = time.monotonic() - start - spent.prompt_seconds
        return spent
