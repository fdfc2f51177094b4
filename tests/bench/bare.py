"""llama.cpp through its ctypes layer and nothing else: the least that any Python program has to do.

Stands alone, so that the floor owes nothing to shellmate's own code. `defaults` leaves llama.cpp's settings as they
are (flash attention auto, weights repacked); without it they are shellmate's (no flash attention, K as Q8_0, weights mapped).
"""

import ctypes
import importlib.util
import json
import mmap
import sys
from types import ModuleType

LAYOUT = "K Q8_0"  # what a saved state depends on beside its tokens
BATCH = 512
SPARE = 512  # tokens of room behind the prompt, shellmate's default --max-tokens


def load_binding():
    """`llama_cpp.llama_cpp` without the package's `__init__`."""
    if "llama_cpp" not in sys.modules:
        package = ModuleType("llama_cpp")
        package.__path__ = list(importlib.util.find_spec("llama_cpp").submodule_search_locations)
        sys.modules["llama_cpp"] = package
    import llama_cpp.llama_cpp as binding

    return binding


def bare_behind(model: str, case: str, state: str, flags: tuple[str, ...]) -> tuple["Bare", list[int]]:
    """A model that has restored a case's state and evaluated its suffix, and that suffix."""
    with open(case) as file:
        given = json.load(file)
    bare = Bare(model, given["depth"] + len(given["suffix"]), given["threads"], "--defaults" in flags)
    bare.restore(state)
    bare.evaluate(given["suffix"])
    return bare, given["suffix"]


class Bare:
    """One model, one context, one sequence."""

    def __init__(self, model: str, tokens: int, threads: int, defaults: bool):
        self.lib = lib = load_binding()
        self._log = lib.llama_log_callback(lambda *_: None)
        lib.llama_log_set(self._log, ctypes.c_void_p(0))
        lib.llama_backend_init()
        params = lib.llama_model_default_params()
        params.n_gpu_layers = 0
        if not defaults:
            params.use_extra_bufts = False
        self.model = lib.llama_model_load_from_file(model.encode(), params)
        self.vocabulary = lib.llama_model_get_vocab(self.model)
        settings = lib.llama_context_default_params()
        settings.n_ctx = -(-(tokens + SPARE) // 256) * 256
        settings.n_batch = settings.n_ubatch = BATCH
        settings.n_threads = settings.n_threads_batch = threads
        settings.n_seq_max = 1
        if not defaults:
            settings.flash_attn_type = 0
            settings.type_k = 8  # GGML_TYPE_Q8_0
        self.context = lib.llama_init_from_model(self.model, settings)
        if not self.context:
            raise SystemExit("llama.cpp gave no context")

    def evaluate(self, tokens: list[int]) -> None:
        """Evaluate tokens behind those that are there."""
        for start in range(0, len(tokens), BATCH):
            part = tokens[start : start + BATCH]
            array = (self.lib.llama_token * len(part))(*part)
            if self.lib.llama_decode(self.context, self.lib.llama_batch_get_one(array, len(part))):
                raise SystemExit("llama_decode failed")

    def save(self, path: str) -> None:
        size = self.lib.llama_state_seq_get_size(self.context, 0)
        state = (ctypes.c_uint8 * size)()
        written = self.lib.llama_state_seq_get_data(self.context, state, size, 0)
        with open(path, "wb") as file:
            file.write(memoryview(state)[:written])

    def restore(self, path: str) -> None:
        """Read a state from a plain file, mapped: there is no quicker way."""
        with open(path, "rb") as file:
            mapped = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_COPY)
        state = (ctypes.c_uint8 * len(mapped)).from_buffer(mapped)
        if not self.lib.llama_state_seq_set_data(self.context, state, len(mapped), 0):
            raise SystemExit(f"llama.cpp refuses the state {path}")

    def greedy(self):
        """A greedy sampler: a function that gives the next token."""
        sampler = self.lib.llama_sampler_init_greedy()
        return lambda: self.lib.llama_sampler_sample(sampler, self.context, -1)

    def bytes_of(self, token: int) -> bytes:
        buffer = ctypes.create_string_buffer(256)
        length = self.lib.llama_token_to_piece(self.vocabulary, token, buffer, 256, 0, False)
        return buffer.raw[:length]
