"""Exit codes and the errors that carry them, in one place."""

from enum import IntEnum


class ExitCode(IntEnum):
    """What the process ends with; the numbers are an interface."""

    ANSWERED = 0
    FAILED = 1
    USAGE = 2
    MODEL = 3
    NO_ANSWER = 4
    REFUSED = 5
    TIMED_OUT = 124
    INTERRUPTED = 130

    @property
    def meaning(self) -> str:
        """When it is used, for the manual."""
        return _MEANINGS[self]


_MEANINGS = {
    ExitCode.ANSWERED: "Answered, or done.",
    ExitCode.FAILED: "Failed; what happened is said on stderr.",
    ExitCode.USAGE: "The words, options, settings or input do not make a request.",
    ExitCode.MODEL: "The model is missing, damaged or cannot be loaded.",
    ExitCode.NO_ANSWER: "No answer passed the checks; what there was goes to stderr.",
    ExitCode.REFUSED: "Refused to run, or judged, what is dangerous.",
    ExitCode.TIMED_OUT: "--timeout passed.",
    ExitCode.INTERRUPTED: "Interrupted.",
}


class ShellmateError(Exception):
    """An error that a user can act on: what happened, and what mends it.

    `message` and `mend` are plain sentences without a final full stop; `mend` may be empty.
    """

    exit_code: int = ExitCode.FAILED

    def __init__(self, message: str, mend: str = ""):
        super().__init__(message)
        self.message = message
        self.mend = mend

    def __str__(self) -> str:
        return f"{self.message}; {self.mend}" if self.mend else self.message


class UsageError(ShellmateError):
    """The words, options, settings or input do not make a request."""

    exit_code = ExitCode.USAGE


class ModelError(ShellmateError):
    """The model is missing, damaged or cannot be loaded."""

    exit_code = ExitCode.MODEL


class NoAnswerError(ShellmateError):
    """No candidate passed the checks."""

    exit_code = ExitCode.NO_ANSWER


class RefusedError(ShellmateError):
    """What would do harm is not run."""

    exit_code = ExitCode.REFUSED


class SnippetFailedError(ShellmateError):
    """What was run for the user failed; its exit status is ours."""

    def __init__(self, message: str, status: int):
        super().__init__(message)
        self.exit_code = status


class TimedOut(BaseException):
    """--timeout passed. Like an interrupt it may come anywhere, and is no error of what it comes in, which may go on
    without what it cannot use."""
