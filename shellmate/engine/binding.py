"""llama.cpp's functions, without the rest of llama-cpp-python.

`import llama_cpp` brings numpy, jinja2 and diskcache and takes 0.14 s; its ctypes layer alone takes 0.03 s. The
package's own `__init__` is therefore passed over by an empty module of its name.
"""

import ctypes
import importlib.util
import sys
from functools import cache
from types import ModuleType
from typing import Any, ClassVar

from shellmate.core.errors import ModelError

# How long OpenMP's threads spin at a barrier before they sleep. With the library's own default, one other busy
# process on a core made an answer of 18 tokens take 26 s; so it takes 4 s, and no longer than before where all is idle.
THREAD_VARIABLES = {"GOMP_SPINCOUNT": "1000"}
_ERROR = 4  # GGML_LOG_LEVEL_ERROR


def load_binding() -> Any:
    """The module `llama_cpp.llama_cpp`. Raises ModelError where it is missing or broken."""
    try:
        if "llama_cpp" not in sys.modules:
            found = importlib.util.find_spec("llama_cpp")
            if found is None or not found.submodule_search_locations:
                raise ImportError("llama-cpp-python is not installed")
            package = ModuleType("llama_cpp")
            package.__path__ = list(found.submodule_search_locations)
            sys.modules["llama_cpp"] = package
        import llama_cpp.llama_cpp as binding
    except (ImportError, OSError, RuntimeError, AttributeError) as error:
        raise ModelError(
            f"llama-cpp-python cannot be loaded: {error}",
            "install it anew: pip install --force-reinstall llama-cpp-python",
        ) from error
    return binding


class Log:
    """llama.cpp's log, kept off stderr unless `verbose`; the last error is kept for the message. There is one for the
    process: the last Log that was made gets all of it."""

    _last: ClassVar["Log"]

    def __init__(self, binding: Any, verbose: bool):
        self.last_error = ""
        self._verbose = verbose
        Log._last = self
        binding.llama_log_set(_callback_of(binding), ctypes.c_void_p(0))

    def _receive(self, level: int, text: bytes) -> None:
        if level == _ERROR:
            self.last_error = text.decode("utf-8", "replace").strip()
        if self._verbose:
            from shellmate.core.environment import Environment

            Environment.of_process().stderr.write(text.decode("utf-8", "replace"))


@cache
def _callback_of(binding: Any) -> Any:
    """What llama.cpp calls for as long as the process lives, also for one model when the one that was loaded behind it
    is gone."""
    return binding.llama_log_callback(lambda level, text, _: Log._last._receive(level, text))


def build_of(binding: Any) -> str:
    """What identifies the llama.cpp that wrote a KV state."""
    return (binding.llama_version() or b"unknown").decode()
