"""What is known of a file, under the names that it gets."""

from posixpath import basename

from shellmate.answer.judging.call import Call
from shellmate.answer.judging.marks import UNKNOWN, reveal

_WRITERS = ("tee", "sponge")
_COPIERS = ("cp", "mv", "install", "ln", "gcp", "gmv")


def follow_files(call: Call) -> None:
    """Take notice of what a command writes, copies, moves or links."""
    if call.program in _WRITERS:
        for word in call.operands():
            call.state.write(reveal(word), UNKNOWN if call.stdin is None else call.stdin)
    elif call.program in _COPIERS and call.state.files:
        operands = [reveal(word) for word in call.operands(("-t", "--target-directory", "-m", "-o", "-g", "-S"))]
        into = call.value_of("-t", "--target-directory")
        *sources, target = [*operands, into] if into else operands or [""]
        for source in sources:
            if (text := call.state.written(source)) is not None:
                call.state.write(target, text)
                call.state.write(f"{target.rstrip('/')}/{basename(source)}", text)
