"""A GGUF, loaded in two halves: its vocabulary with the chat template, and its weights.

Nearly all of the 0.2 s that loading takes is the vocabulary, in one thread; the weights are mapped in 0.06 s. Apart,
the weights can be ready, and a KV state restored, while the vocabulary is still being read.
"""

import ctypes
from pathlib import Path
from typing import Any

from shellmate.core.errors import ModelError
from shellmate.engine.binding import Log

_LONGEST_PIECE = 256  # bytes, of nearly all tokens


class Vocabulary:
    """Text to tokens and back, and the template; no weights. Raises ModelError where the file is no model."""

    def __init__(self, binding: Any, path: Path, log: Log):
        self.binding = binding
        params = binding.llama_model_default_params()
        params.vocab_only = True
        self._model = _load(binding, path, params, log)
        self._pointer = binding.llama_model_get_vocab(self._model)
        self.size: int = binding.llama_vocab_n_tokens(self._pointer)

    @property
    def chat_template(self) -> str:
        """The template in the file's metadata. Raises ModelError where there is none."""
        template = self.binding.llama_model_chat_template(self._model, None)
        if not template:
            raise ModelError("the model has no chat template", "take an instruct model")
        return str(template, "utf-8", "replace")

    @property
    def architecture(self) -> str:
        """The file's `general.architecture`, such as qwen2."""
        name = ctypes.create_string_buffer(256)
        self.binding.llama_model_meta_val_str(self._model, b"general.architecture", name, len(name))
        return name.value.decode("utf-8", "replace")

    def tokenize(self, text: str, *, special: bool, start: bool = False) -> list[int]:
        """The text's tokens. With `special`, text such as <|im_end|> is a control token, else it is just text;
        with `start`, a token that marks the beginning goes first where the model wants one."""
        data = text.encode("utf-8", "replace")
        room = len(data) + 8
        tokens = (ctypes.c_int32 * room)()
        count = self.binding.llama_tokenize(self._pointer, data, len(data), tokens, room, start, special)
        return list(tokens[:count])

    @property
    def infill_tokens(self) -> tuple[int, int, int]:
        """What goes in front of a text's beginning, of its end, and of what goes between. Raises ModelError where the
        model was not trained to write between."""
        binding = self.binding
        marks = (binding.llama_vocab_fim_pre, binding.llama_vocab_fim_suf, binding.llama_vocab_fim_mid)
        before, after, between = (mark(self._pointer) for mark in marks)
        if min(before, after, between) < 0:
            raise ModelError("the model cannot complete a command", "take a coder model, such as qwen2.5-coder-0.5b")
        return before, after, between

    def bytes_of(self, token: int) -> bytes:
        """What a token adds to the text; nothing for a control token."""
        buffer = ctypes.create_string_buffer(_LONGEST_PIECE)
        length = self.binding.llama_token_to_piece(self._pointer, token, buffer, len(buffer), 0, False)
        if length < 0:
            buffer = ctypes.create_string_buffer(-length)
            length = self.binding.llama_token_to_piece(self._pointer, token, buffer, len(buffer), 0, False)
        return buffer.raw[:length]

    def ends_generation(self, token: int) -> bool:
        return bool(self.binding.llama_vocab_is_eog(self._pointer, token))

    def close(self) -> None:
        if self._model:
            self.binding.llama_model_free(self._model)
            self._model = None


class Weights:
    """Mapped, not copied, so that they stay shared and need not be read again. Raises ModelError where they are not
    whole. `architecture` and `vocabulary_size` are those of the vocabulary, which is not read again."""

    def __init__(self, binding: Any, path: Path, log: Log, architecture: str, vocabulary_size: int):
        self.binding, self.vocabulary_size = binding, vocabulary_size
        params = binding.llama_model_default_params()
        # Repacking would copy the weights into private memory and cost its time at every start.
        params.use_extra_bufts = False
        params.load_mode = binding.LLAMA_LOAD_MODE_MMAP
        params.n_gpu_layers = 0
        overrides = (binding.llama_model_kv_override * 3)()  # the last one, all zero, ends the list
        overrides[0].key, overrides[0].tag = b"tokenizer.ggml.model", binding.LLAMA_KV_OVERRIDE_TYPE_STR
        overrides[0].value.val_str = b"none"
        overrides[1].key, overrides[1].tag = f"{architecture}.vocab_size".encode(), binding.LLAMA_KV_OVERRIDE_TYPE_INT
        overrides[1].value.val_i64 = vocabulary_size
        params.kv_overrides = overrides
        self.pointer = _load(binding, path, params, log)
        self.context_length: int = binding.llama_model_n_ctx_train(self.pointer)

    def close(self) -> None:
        if self.pointer:
            self.binding.llama_model_free(self.pointer)
            self.pointer = None


def _load(binding: Any, path: Path, params: Any, log: Log) -> Any:
    model = binding.llama_model_load_from_file(str(path).encode(), params)
    if not model:
        raise ModelError(
            f"{path.name} cannot be loaded: {log.last_error or 'llama.cpp gives no reason'}",
            "check the file with `shellmate model verify`, or give another with --model",
        )
    return model
