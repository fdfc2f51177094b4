"""OpenAI's HTTP API from the asking side: a request, and the deltas of its answer as they come.

The shapes are those of the API reference of OpenAI's `/v1/chat/completions` and `/v1/completions`.
"""

import json
import re
import time
from collections.abc import Callable, Generator, Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from shellmate.core.errors import ModelError, ShellmateError, UsageError
from shellmate.engine.endpoint import chatfaults
from shellmate.engine.endpoint.chatwire import Wire, end_soon
from shellmate.engine.endpoint.hosts import address_of, is_loopback
from shellmate.engine.events import read_events

if TYPE_CHECKING:
    import httpx

CHAT, COMPLETIONS = "/chat/completions", "/completions"
_CONNECT = 10.0  # seconds
_PAUSES = (0.5, 1.0)  # seconds in front of the second and the third attempt, where the endpoint names none
_LONGEST_PAUSE = 5.0
_MOST_REFUSAL = 1 << 16  # bytes of a refusal that are read
_OPTIONAL = ("seed", "stream_options", "temperature", "top_p")  # some servers refuse the one or the other


@dataclass(frozen=True)
class Delta:
    """A further piece of an answer; `finish` is stop or length in the last one, `usage` is the API's own."""

    text: str = ""
    finish: str = ""
    usage: dict[str, Any] | None = None


class ChatApi:
    """An endpoint such as http://localhost:8080/v1. It may be used by several threads at once.

    `timeout` is how many seconds it may say nothing. Raises UsageError for an address or a key that cannot be one.
    """

    def __init__(self, base_url: str, model: str, api_key: str, timeout: float, say: Callable[[str], None]):
        self._url = base_url.strip().rstrip("/").removesuffix(CHAT)
        self.address = address_of(self._url)
        self._model, self._timeout, self._say = model, timeout, say
        self._key = api_key.strip()
        if not (self._key.isascii() and all("!" <= c <= "~" for c in self._key)):
            raise UsageError("the API key has characters that no key has", "set SHELLMATE_API_KEY anew")
        self._unwanted: set[str] = set()  # what the endpoint has refused to be told
        self._wire: Wire | None = None

    def stream(
        self, path: str, body: dict[str, Any], has_all: Callable[[], bool] = lambda: False
    ) -> Generator[Delta, None, None]:
        """The deltas of what `body` asks for. To close it before its end ends the connection. Once the asker `has_all`,
        the end is waited for a moment only, and may be missing. Raises ModelError where there is no answer,
        ShellmateError where one has no end, UsageError where the question is too long."""
        import httpx

        response, ending = self._send(path, body), None
        try:
            finish = ""
            for delta in self._read(response):
                finish = finish or delta.finish
                yield delta
                if ending is None and has_all():
                    ending = end_soon(response)
            if not finish and ending is None:
                raise chatfaults.broken_off(self.address, None, self._timeout)
        except (httpx.HTTPError, httpx.StreamError) as error:
            if ending is None:
                raise chatfaults.broken_off(self.address, error, self._timeout) from error
        finally:
            if ending is not None:
                ending.cancel()
            response.close()

    def hang_up(self) -> None:
        """End whatever is being answered, in other threads too."""
        wire, self._wire = self._wire, None
        if wire:
            wire.cut()

    def close(self) -> None:
        wire, self._wire = self._wire, None
        if wire:
            wire.cut()
            wire.client.close()

    def open(self) -> Wire:
        """The client, made when it is first needed; before threads share it."""
        if self._wire is None:
            import ssl

            import httpx

            headers = {"User-Agent": "shellmate", "Accept": "text/event-stream", "Content-Type": "application/json"}
            if self._key:
                headers["Authorization"] = f"Bearer {self._key}"
            timeout = httpx.Timeout(self._timeout, connect=min(self._timeout, _CONNECT))
            parts = urlsplit(self._url)
            # A proxy has no way to this machine's own addresses, and what goes there is not to leave it.
            here = is_loopback(parts.hostname or "")
            # To read the certificates of the world takes 40 ms; without them nothing is trusted.
            verify = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT) if here and parts.scheme == "http" else True
            self._wire = Wire(httpx.Client(headers=headers, timeout=timeout, trust_env=not here, verify=verify))
        return self._wire

    def _send(self, path: str, body: dict[str, Any]) -> "httpx.Response":
        """The response whose body is the answer; it is to be closed."""
        wire, url, pauses, sent_on = self.open(), self._url_of(path), list(_PAUSES), False
        while True:
            asked = self._wanted(body)
            response = self._request(wire, "POST", url, asked)
            if response.status_code == 200:
                return response
            text = _read_refusal(response)
            if response.is_redirect and not sent_on:
                url, sent_on = self._follow(url, response), True
            elif response.status_code in (400, 422) and self._learn(asked, text):
                continue
            elif self._is_passing(response.status_code) and pauses:
                self._wait(response, pauses.pop(0), text)
            elif (response.status_code == 404 or chatfaults.names_model(text)) and path == CHAT:
                raise chatfaults.missing(self.address, self._model, self._names(wire))
            else:
                raise self._refusal(response, text)

    def _request(self, wire: Wire, method: str, url: str, body: dict[str, Any] | None) -> "httpx.Response":
        import httpx

        if wire.is_cut:
            raise chatfaults.broken_off(self.address, None, self._timeout)
        content = None if body is None else json.dumps(body, ensure_ascii=False).encode("utf-8", "replace")
        try:
            request = wire.client.build_request(method, url, content=content, extensions={"trace": wire.note})
            return wire.client.send(request, stream=True, follow_redirects=False)
        except httpx.InvalidURL as error:
            raise UsageError(f"base_url is no address: {self.address}") from error
        except httpx.HTTPError as error:
            raise chatfaults.unreachable(self.address, error, self._timeout) from error

    def _wanted(self, body: dict[str, Any]) -> dict[str, Any]:
        wanted = {name: value for name, value in body.items() if name not in self._unwanted}
        if "max_tokens" in self._unwanted:
            wanted["max_completion_tokens"] = body["max_tokens"]
        return wanted

    def _learn(self, asked: dict[str, Any], text: str) -> bool:
        """Take from a refusal what is not to be told again; whether that makes a difference."""
        named = {name for name in _OPTIONAL if name in asked and re.search(rf"\b{name}\b", text)}
        if "max_tokens" in asked and "max_completion_tokens" in text:
            named.add("max_tokens")
        self._unwanted |= named
        return bool(named)

    def _is_passing(self, status: int) -> bool:
        return status == 429 or (status >= 500 and status not in (501, 505))

    def _wait(self, response: "httpx.Response", pause: float, text: str) -> None:
        asked = response.headers.get("retry-after", "")
        seconds = float(asked) if re.fullmatch(r"\d{1,6}(\.\d+)?", asked) else pause
        if seconds > _LONGEST_PAUSE:
            raise self._refusal(response, text)
        if seconds > 1:
            self._say(f"shellmate: {self.address} wants us to wait {seconds:g} s")
        time.sleep(seconds)

    def _follow(self, url: str, response: "httpx.Response") -> str:
        """Where the same host says that the same is to be asked; the words and the key go to no other."""
        target = str(response.next_request.url) if response.next_request else ""
        here, there = urlsplit(url), urlsplit(target)
        same_place = there.netloc == here.netloc or (there.scheme, there.netloc) == ("https", here.hostname)
        if response.status_code not in (307, 308) or not same_place or (here.scheme, there.scheme) == ("https", "http"):
            raise chatfaults.redirected(self.address, response.status_code, there.netloc.rpartition("@")[2])
        return target

    def _refusal(self, response: "httpx.Response", text: str) -> ShellmateError:
        return chatfaults.refused(self.address, self._model, response.status_code, text, bool(self._key))

    def _names(self, wire: Wire) -> list[str]:
        """The endpoint's models, as far as it tells them."""
        with suppress(ModelError, ValueError, TypeError, KeyError):
            response = self._request(wire, "GET", self._url_of("/models"), None)
            text = _read_refusal(response)
            return [str(model["id"]) for model in json.loads(text)["data"]] if response.status_code == 200 else []
        return []

    def _url_of(self, path: str) -> str:
        parts = urlsplit(self._url)
        return parts._replace(path=parts.path.rstrip("/") + path).geturl()

    def _read(self, response: "httpx.Response") -> Iterator[Delta]:
        """An answer in events, or in one piece from a server that cannot send it in several."""
        if "json" in response.headers.get("content-type", ""):
            yield from self._deltas(response.read().decode("utf-8", "replace"), "message")
            return
        finish, told, half = "", False, ""
        for data in read_events(response.iter_bytes()):
            if data.strip() == "[DONE]":
                if not finish:
                    yield Delta(finish="stop")
                return
            for delta in self._deltas(data, "delta"):
                finish, told = finish or delta.finish, True
                text = half + delta.text
                half = text[-1] if "\ud800" <= text[-1:] <= "\udbff" else ""
                whole = text.removesuffix(half).encode("utf-16", "surrogatepass").decode("utf-16", "replace")
                yield Delta(whole, delta.finish, delta.usage)
        if not told:
            raise chatfaults.no_api(self.address)

    def _deltas(self, data: str, kind: str) -> Iterator[Delta]:
        try:
            given = json.loads(data)
            if error := given.get("error"):
                raise chatfaults.ended(self.address, self._model, error)
            choices = given.get("choices") or [{}]
            said = (choices[0].get(kind) or {}).get("content") or choices[0].get("text") or ""
            finish, usage = choices[0].get("finish_reason") or "", given.get("usage")
        except (ValueError, AttributeError, LookupError, TypeError, RecursionError) as error:
            raise chatfaults.no_api(self.address) from error
        if not isinstance(said, str):
            raise chatfaults.no_api(self.address)
        finish = {"": "", "length": "length"}.get(finish, "stop")
        yield Delta(said, finish, usage if isinstance(usage, dict) else None)


def _read_refusal(response: "httpx.Response") -> str:
    """The text of a response that is no answer, as much as may be of use; it is closed."""
    import httpx

    body = b""
    with suppress(httpx.HTTPError, httpx.StreamError):
        for chunk in response.iter_bytes():
            body += chunk
            if len(body) > _MOST_REFUSAL:
                break
    response.close()
    return body.decode("utf-8", "replace")
