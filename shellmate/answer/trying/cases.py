"""What a question says its function gives, tried on the answer."""

import ast
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

_MOST = 20
_SAID = re.compile(r"^\W*(?P<call>[A-Za-z_][\w.]*\(.*\))\s*(?:==|=>|->|➞|→|=|returns|gives)\s*(?P<want>\S.*?)\s*$")
_COMMENT = re.compile(r"\s+#.*$")
_SCRIPT = """
import json, math
def close(a, b):
    if isinstance(a, float) or isinstance(b, float):
        try:
            return math.isclose(a, b, rel_tol=1e-6, abs_tol=1e-9)
        except TypeError:
            return False
    if type(a) is type(b) and isinstance(a, (list, tuple)):
        return len(a) == len(b) and all(map(close, a, b))
    return a == b
def say(*verdict):
    print("\\n" + TOKEN + json.dumps(verdict), flush=True)
names = {"__name__": "answer"}
try:
    exec(compile(CODE, "<answer>", "exec"), names)
except BaseException as error:
    say("", type(error).__name__ + ": " + str(error), "")
else:
    for call, want in CASES:
        try:
            wanted = eval(want, names)
        except Exception:
            continue
        say(call, "does not end", "")
        try:
            got = eval(call, names)
        except BaseException as error:
            say(call, "raises " + type(error).__name__ + ": " + str(error)[:200], "")
            break
        if not close(got, wanted):
            say(call, "gives " + repr(got)[:200], want)
            break
    else:
        say()
"""

Run = Callable[[str], str | None]  # a script to what it says; None where it could not be run


@dataclass(frozen=True)
class Case:
    """An expression and what it should be, both as Python text."""

    call: str
    want: str


def find_cases(words: str) -> list[Case]:
    """The examples in a question: of a docstring's `>>>`, and lines such as `f(1) == 2` or `f(1) -> 2`."""
    cases = dict.fromkeys([*_doctests(words), *_sayings(words)])
    return list(cases)[:_MOST]


def _doctests(words: str) -> Iterator[Case]:
    if ">>>" not in words:
        return
    import doctest  # with it comes the debugger

    try:
        examples = doctest.DocTestParser().get_examples(words)
    except ValueError:
        return
    for example in examples:
        wants = (example.want.strip(), example.want.strip().partition("\n")[0])
        want = next((want for want in wants if want and _is_expression(want)), "")
        if want and not example.exc_msg and _is_expression(example.source):
            yield Case(example.source.strip(), want)


def _sayings(words: str) -> Iterator[Case]:
    for line in words.splitlines():
        said = _SAID.match(line.strip().removeprefix("assert "))
        if not said or line.lstrip().startswith(("def ", ">>>", "class ")):
            continue
        want = next((w for w in (said["want"], _COMMENT.sub("", said["want"]).rstrip(".,;")) if _is_expression(w)), "")
        if want and _is_expression(said["call"]):
            yield Case(said["call"], want)


def _is_expression(text: str) -> bool:
    try:
        ast.parse(text.strip(), mode="eval")
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return True


def find_failure(code: str, cases: list[Case], run: Run) -> str:
    """The first case that an answer fails, in words; empty where it fails none, or could not be tried."""
    import secrets

    token = secrets.token_hex(16)
    pairs = [(case.call, case.want) for case in cases]
    said = run(f"TOKEN, CODE, CASES = {token!r}, {code!r}, {pairs!r}\n{_SCRIPT}")
    if said is None:
        return ""
    verdicts = [line.removeprefix(token) for line in said.splitlines() if line.startswith(token)]
    if not verdicts:
        return "it does not run"
    call, what, want = (*json.loads(verdicts[-1]), "", "", "")[:3]
    if not what:
        return ""
    return f"{call} {what}".strip() + (f", not {want}" if want else "")
