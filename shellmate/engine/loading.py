"""The parts of a model, brought up beside each other and beside everything else."""

import threading
from pathlib import Path
from typing import Any

from shellmate.engine.background import Background
from shellmate.engine.binding import Log, load_binding
from shellmate.engine.blob import Frame
from shellmate.engine.model import Vocabulary, Weights


class ModelLoader:
    """The vocabulary, which takes longest, begins at once; the weights when a frame says what they have to be told.

    What fails to load raises where it is wanted.
    """

    def __init__(self, path: Path, verbose: bool):
        self._path, self._verbose = path, verbose
        self._library = Background(self._load_library)
        self._vocabulary = Background(self._load_vocabulary)
        self._weights: Background[Weights] | None = None
        self._is_closed = False
        self._once = threading.Lock()

    def _load_library(self) -> tuple[Any, Log]:
        binding = load_binding()
        log = Log(binding, self._verbose)
        binding.llama_backend_init()
        return binding, log

    def _load_vocabulary(self) -> Vocabulary:
        binding, log = self._library.result()
        return Vocabulary(binding, self._path, log)

    @property
    def binding(self) -> Any:
        return self._library.result()[0]

    @property
    def vocabulary(self) -> Vocabulary:
        return self._vocabulary.result()

    def weights_for(self, frame: Frame) -> Weights:
        binding, log = self._library.result()
        with self._once:
            if self._weights is None:
                about = frame.architecture, frame.vocabulary_size
                self._weights = Background(lambda: Weights(binding, self._path, log, *about))
        return self._weights.result()

    def close(self) -> None:
        """Give back the memory, which takes 60 ms, beside whatever comes next: mostly that is the process's end. Once,
        however often it is called: two threads that free the same memory end the process."""
        with self._once:
            was_closed, self._is_closed = self._is_closed, True
        if not was_closed:
            Background(self._free)

    def _free(self) -> None:
        for part in (self._weights, self._vocabulary):
            if part and part.succeeded():
                part.result().close()
