"""A loaded GGUF: its vocabulary, tokens and chat template."""

import ctypes
from pathlib import Path
from typing import Any

from shellmate.core.errors import ModelError
from shellmate.engine.binding import Log


class LlamaModel:
    """Weights are mapped, not copied, so that they stay shared and need not be read again."""

    def __init__(self, binding: Any, path: Path, log: Log):
        self.binding = binding
        params = binding.llama_model_default_params()
        # Repacking would copy the weights into private memory and cost its time at every start.
        params.use_extra_bufts = False
        params.load_mode = binding.LLAMA_LOAD_MODE_MMAP
        params.n_gpu_layers = 0
        binding.llama_backend_init()
        self.pointer = binding.llama_model_load_from_file(str(path).encode(), params)
        if not self.pointer:
            raise ModelError(
                f"{path.name} cannot be loaded: {log.last_error or 'llama.cpp gives no reason'}",
                "check the file with `shellmate model verify`, or give another with --model",
            )
        self.vocabulary = binding.llama_model_get_vocab(self.pointer)
        self.context_length: int = binding.llama_model_n_ctx_train(self.pointer)
        self._buffer = ctypes.create_string_buffer(256)

    @property
    def chat_template(self) -> str:
        """The template in the file's metadata. Raises ModelError where there is none."""
        template = self.binding.llama_model_chat_template(self.pointer, None)
        if not template:
            raise ModelError("the model has no chat template", "take an instruct model")
        return template.decode("utf-8", "replace")

    def tokenize(self, text: str, *, special: bool, start: bool = False) -> list[int]:
        """The text's tokens. With `special`, text such as <|im_end|> is a control token, else it is just text;
        with `start`, a token that marks the beginning goes first where the model wants one."""
        data = text.encode("utf-8", "replace")
        room = len(data) + 8
        tokens = (ctypes.c_int32 * room)()
        count = self.binding.llama_tokenize(self.vocabulary, data, len(data), tokens, room, start, special)
        return list(tokens[:count])

    def bytes_of(self, token: int) -> bytes:
        """What a token adds to the text; nothing for a control token."""
        length = self.binding.llama_token_to_piece(self.vocabulary, token, self._buffer, 256, 0, False)
        if length < 0:
            buffer = ctypes.create_string_buffer(-length)
            length = self.binding.llama_token_to_piece(self.vocabulary, token, buffer, -length, 0, False)
            return buffer.raw[:length]
        return self._buffer.raw[:length]

    def ends_generation(self, token: int) -> bool:
        return self.binding.llama_vocab_is_eog(self.vocabulary, token)

    def close(self) -> None:
        if self.pointer:
            self.binding.llama_model_free(self.pointer)
            self.pointer = None
