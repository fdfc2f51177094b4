"""What can go wrong with an endpoint elsewhere, in words that say what to do; none are the question's or the key."""

import json
import re
from collections.abc import Sequence
from typing import Any

from shellmate.core.errors import ModelError, ShellmateError, UsageError

_MOST_NAMES = 8
_TOO_LONG = re.compile(
    r"context_length_exceeded|exceed_context_size|maximum context length|context (size|window|length)"
    r"|prompt is too long"
)
_CODE = re.compile(r"[\w.-]{1,60}")
_CHECK = "check base_url, or set engine = local"
_SLOW = "where it is slow, set remote_timeout to more"
_KEY = "set SHELLMATE_API_KEY"


class RefusedError(ModelError):
    """The endpoint has answered with a `status` that is no answer."""

    def __init__(self, status: int, message: str, mend: str = ""):
        super().__init__(message, mend)
        self.status = status


def unreachable(address: str, error: Exception, timeout: float) -> ModelError:
    """For an httpx error that came before any answer; only of a failed connection the error's own words are told."""
    kind = type(error).__name__
    if "Timeout" in kind and kind != "ConnectTimeout":
        return ModelError(f"cannot reach {address}: no answer within {timeout:g} s", _SLOW)
    if kind == "ConnectTimeout":
        why = "the host does not answer"
    elif kind in ("ConnectError", "ProxyError"):
        why = re.sub(r"^\[[^\]]*\] ?|\s*\(_ssl\.c:\d+\)", "", " ".join(str(error).split()))[:120].lower()
    else:
        why = "it hung up" if kind in ("RemoteProtocolError", "ReadError", "WriteError") else "the connection failed"
    return ModelError(f"cannot reach {address}: {why or 'the connection failed'}", _CHECK)


def broken_off(address: str, error: Exception | None, timeout: float) -> ShellmateError:
    """For an answer that has begun and has no end."""
    if error and "Timeout" in type(error).__name__:
        return ShellmateError(f"{address} has said nothing for {timeout:g} s", _SLOW)
    return ShellmateError(f"the answer of {address} broke off", "ask again")


def no_api(address: str) -> ModelError:
    return ModelError(f"{address} does not answer as OpenAI's API does", "check base_url, which usually ends in /v1")


def refused(address: str, model: str, status: int, text: str, has_key: bool) -> ShellmateError:
    """For a status that is no answer, with the body's text, of which only the code of the error is told."""
    if _is_too_long(text):
        return UsageError(f"the question does not fit the context of {model}", "give it less input")
    code = _code_of(text)
    if status in (401, 403):
        return RefusedError(status, f"{address} wants {'another' if has_key else 'a'} key", _KEY)
    if status == 429:
        return RefusedError(status, f"{address} takes no more questions for now{_told(code)}", "wait, and ask again")
    if status >= 500:
        return RefusedError(status, f"{address} has failed with {status}{_told(code)}", "ask again later")
    return RefusedError(status, f"{address} refuses the question with {status}{_told(code)}", "check remote_model")


def redirected(address: str, status: int, host: str) -> RefusedError:
    mend = "set base_url to where it is, if that is meant"
    return RefusedError(status, f"{address} sends on to {printable(host) or 'nowhere'}", mend)


def missing(address: str, model: str, names: Sequence[str]) -> RefusedError:
    """For what is not there, where the endpoint has models of such `names`, or does not tell them."""
    if model in names:
        return RefusedError(404, f"{address} has no chat completions for {model}", "set remote_model to another")
    if not names:
        mend = "check remote_model, and base_url, which usually ends in /v1"
        return RefusedError(404, f"{address} has no model {model}, or no chat completions", mend)
    more = ", ..." if len(names) > _MOST_NAMES else ""
    listed = ", ".join(printable(name) for name in names[:_MOST_NAMES])
    return RefusedError(404, f"{address} has no model {model or 'without a name'}", f"set remote_model: {listed}{more}")


def ended(address: str, model: str, error: Any) -> ShellmateError:
    """For an error that comes in place of the rest of an answer."""
    text = json.dumps({"error": error})
    if _is_too_long(text):
        return UsageError(f"the question does not fit the context of {model}", "give it less input")
    return ShellmateError(f"{address} ended the answer with an error{_told(_code_of(text))}", "ask again")


def names_model(text: str) -> bool:
    """Whether an error's text says that there is no such model."""
    return "model_not_found" in text


def printable(text: str) -> str:
    """What a stranger has sent, fit for one line of a terminal."""
    return "".join(c for c in text if c.isprintable())[:80]


def _is_too_long(text: str) -> bool:
    return bool(_TOO_LONG.search(text.lower()))


def _code_of(text: str) -> str:
    """The error's code or type, where it is a word."""
    try:
        given = json.loads(text)
    except (ValueError, RecursionError):
        return ""
    error = given.get("error") if isinstance(given, dict) else None
    codes = [error.get(name) for name in ("code", "type")] if isinstance(error, dict) else []
    return next((code for code in codes if isinstance(code, str) and _CODE.fullmatch(code)), "")


def _told(code: str) -> str:
    return f" ({code})" if code else ""
