"""Hugging Face as a source, through huggingface_hub: mirrors (HF_ENDPOINT), proxies and HF_TOKEN work.

`hf_hub_download` is not used: it begins a broken download from its first byte (since huggingface_hub 1) and
tries for half a minute where there is no network. Its two halves are called instead: the file's metadata, with
a deadline, and `http_get`, which goes on with a partial file.
"""

import os
import re
import warnings
from collections.abc import Callable
from pathlib import Path
from threading import Thread
from typing import Any, cast

from shellmate.core.environment import Environment
from shellmate.core.paths import PRIVATE_FILE
from shellmate.core.progress import progress
from shellmate.models.catalogue import Model
from shellmate.models.faults import NO_ROOM, NO_WRITING, SourceError, need_room, writing_in
from shellmate.models.installed import hash_stream
from shellmate.models.words import megabytes, short_on_a_terminal

ANSWER_WITHIN = 4.0  # seconds for each step of the first request
GIVE_UP_AFTER = 8.0  # seconds for all of it, name resolution included


def fetch_from_hub(model: Model, parts: Path, target: Path, env: Environment, quiet: bool = False) -> None:
    """Download the model through a partial file in `parts`, going on where an earlier attempt stopped.

    `target` gets its name when the bytes are right. Raises SourceError where Hugging Face cannot be reached or
    has other bytes (the partial file stays for the next attempt unless its bytes are wrong); ModelError where
    the disk is full or cannot be written.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        url = _find_file(model)
        partial = parts / f"{model.sha256[:16]}.partial"
        with writing_in(parts):
            have = partial.stat().st_size if partial.exists() else 0
            if have > model.bytes:
                partial.unlink()
                have = 0
            need_room(parts, model.bytes - have)
            _download(url, partial, model, env, quiet)
            right = _is_right(partial, model, env, quiet)
            if not right and have:  # the partial file may have been damaged: once more from its first byte
                _download(url, partial, model, env, quiet)
                right = _is_right(partial, model, env, quiet)
            if not right:
                raise SourceError("Hugging Face sent wrong bytes")
            partial.replace(target)


def _find_file(model: Model) -> str:
    """The file's URL, once the Hub has said that it is there with the right size and SHA-256."""
    _silence()
    from huggingface_hub import get_hf_file_metadata, hf_hub_url

    url = hf_hub_url(model.hub_repository, model.hub_file)
    metadata = _within(GIVE_UP_AFTER, lambda: get_hf_file_metadata(url, timeout=ANSWER_WITHIN))
    if metadata.size not in (None, model.bytes):
        raise SourceError(f"Hugging Face has another file ({metadata.size:,} bytes)")
    if re.fullmatch("[0-9a-f]{64}", metadata.etag or "") and metadata.etag != model.sha256:
        raise SourceError("Hugging Face has another file (its SHA-256 differs)")
    return url


def _silence() -> None:
    import logging

    from huggingface_hub.utils.logging import set_verbosity
    from huggingface_hub.utils.tqdm import disable_progress_bars

    set_verbosity(logging.CRITICAL)
    disable_progress_bars()


def _within(seconds: float, ask: Callable[[], Any]) -> Any:
    """What `ask` returns. Raises SourceError where it fails or takes longer.

    A thread, because resolving a name heeds no timeout; one that hangs does not keep the process from ending.
    """
    outcome: list[Any] = []

    def run() -> None:
        try:
            outcome.append(ask())
        except Exception as error:  # the kinds change with huggingface_hub's versions and its HTTP libraries
            outcome.append(error)

    thread = Thread(target=run, daemon=True)
    thread.start()
    thread.join(seconds)
    if not outcome:
        raise SourceError("Hugging Face cannot be reached")
    if isinstance(outcome[0], Exception):
        raise _explain(outcome[0]) from outcome[0]
    return outcome[0]


def _explain(error: Exception) -> SourceError:
    status = getattr(getattr(error, "response", None), "status_code", None)
    return SourceError(f"Hugging Face answers {status}" if status else "Hugging Face cannot be reached")


def _download(url: str, partial: Path, model: Model, env: Environment, quiet: bool) -> None:
    from huggingface_hub.file_download import http_get
    from huggingface_hub.utils._headers import build_hf_headers

    what = short_on_a_terminal(env, f"fetching {model.name}", f"({megabytes(model.bytes)}) from Hugging Face")
    with partial.open("ab") as file, progress(env, what, model.bytes, "B", quiet) as done:
        partial.chmod(PRIVATE_FILE)
        watched = _Watched(file, done)
        try:
            http_get(
                url,
                cast(Any, watched),  # all that it is asked for is write()
                resume_size=file.tell(),
                headers=build_hf_headers() | {"Accept-Encoding": "identity"},
                expected_size=model.bytes,
                displayed_filename=model.file,
            )
        except Exception as error:
            if isinstance(error, OSError) and error.errno in NO_ROOM | NO_WRITING:
                raise
            raise SourceError("Hugging Face broke off the download") from error


class _Watched:
    """A file open for writing that tells how far it has got."""

    def __init__(self, file: Any, done: Callable[[int], None]):
        self.file, self.done, self.at = file, done, 0
        self._tell_how_far()

    def write(self, data: bytes) -> int:
        written: int = self.file.write(data)
        self._tell_how_far()
        return written

    def _tell_how_far(self) -> None:
        now = self.file.tell()
        self.done(now - self.at)
        self.at = now

    def __getattr__(self, name: str) -> Any:
        return getattr(self.file, name)


def _is_right(partial: Path, model: Model, env: Environment, quiet: bool) -> bool:
    """Whether the bytes are the model's, which then are on the disk for good; else the file is removed."""
    with (
        partial.open("rb") as file,
        progress(env, f"checking {model.name}", model.bytes, "B", quiet) as done,
    ):
        digest = hash_stream(file, done)
        os.fsync(file.fileno())
    if digest != model.sha256:
        partial.unlink()
    return digest == model.sha256
