"""What was measured, as far as it was."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any

_FIGURE = "(`median`, `min`, `max`, `runs`); `null` where it was not measured."
# What --json prints, for the reference; `a[].b` is b in each object of the list a.
KEYS = {
    "machine.cpu": "The processor's name.",
    "machine.cores": "The physical cores that this process may use.",
    "machine.processors": "All processors that there are.",
    "machine.memory": "Bytes of memory.",
    "machine.system": "The operating system and its version.",
    "machine.python": "The version of Python.",
    "machine.shellmate": "The version of shellmate.",
    "machine.llama_cpp_python": "The version of llama-cpp-python.",
    "machine.load": "How many processes wanted to run, on average in the last minute.",
    "runs": "How often each thing was to be measured.",
    "models[].name": "A name of the catalogue, or a path.",
    "models[].bytes": "How large its file is.",
    "models[].threads[].threads": "How many threads computed.",
    "models[].threads[].prompt_tokens_per_s": f"Tokens of a prompt that are evaluated in a second {_FIGURE}",
    "models[].threads[].generation_tokens_per_s": f"Tokens that are written in a second {_FIGURE}",
    "models[].threads[].cold_start_s": f"Seconds to the first byte, the model's file not in memory {_FIGURE}",
    "models[].threads[].warm_start_s": f"Seconds to the first byte, the model's file in memory {_FIGURE}",
    "models[].threads[].resident_start_s": f"Seconds to the first byte, with a resident engine {_FIGURE}",
    "models[].threads[].peak_memory_bytes": f"The most memory {_FIGURE}",
    "models[].threads[].private_memory_bytes": f"The same without the model's file {_FIGURE}",
    "models[].answers[].effort": "The effort that the questions were asked with.",
    "models[].answers[].runs": "How many answers do what they should; `parses`, how many parse, without a sandbox.",
    "models[].answers[].of": "Of how many.",
    "models[].answers[].seconds": f"To a whole answer {_FIGURE}",
    "models[].answers[].failed": "The others: `question`, and `why`.",
    "models[].error": "Why there are no more figures; `null` where there are all.",
    "notes": "What has to be known about the figures, a text each.",
    "suggestions[].name": "A setting.",
    "suggestions[].value": "The value that suits this machine.",
    "suggestions[].reason": "Why.",
    "interrupted": "Whether Ctrl-C ended it before its end.",
}


@dataclass(frozen=True)
class Figure:
    """One thing, measured several times."""

    values: tuple[float, ...]

    @classmethod
    def of(cls, values: Sequence[float | None]) -> "Figure | None":
        """None where it was not measured once."""
        known = tuple(value for value in values if value is not None)
        return cls(known) if known else None

    @property
    def median(self) -> float:
        return median(self.values)

    @property
    def spread(self) -> float:
        """Half of the way from the lowest value to the highest."""
        return (max(self.values) - min(self.values)) / 2

    def to_json(self) -> dict[str, Any]:
        return {
            "median": round(self.median, 4),
            "min": round(min(self.values), 4),
            "max": round(max(self.values), 4),
            "runs": len(self.values),
        }


@dataclass
class ThreadFigures:
    """With so many `threads`: tokens a second of evaluating a prompt and of writing, seconds to the first byte with the
    model's file out of memory and in it, and bytes of memory at the most."""

    threads: int
    prompt: Figure | None = None
    generation: Figure | None = None
    cold: Figure | None = None
    warm: Figure | None = None
    resident: Figure | None = None
    peak: Figure | None = None
    private: Figure | None = None

    def to_json(self) -> dict[str, Any]:
        named = {
            "prompt_tokens_per_s": self.prompt,
            "generation_tokens_per_s": self.generation,
            "cold_start_s": self.cold,
            "warm_start_s": self.warm,
            "resident_start_s": self.resident,
            "peak_memory_bytes": self.peak,
            "private_memory_bytes": self.private,
        }
        return {"threads": self.threads} | {key: figure and figure.to_json() for key, figure in named.items()}


@dataclass(frozen=True)
class Outcome:
    """What became of the answer to a question: `why` is empty where it does what it should."""

    words: str
    seconds: float
    why: str = ""


@dataclass
class EffortFigures:
    """The answers with an effort, so far; where they could not be run, `only_parsed` is all that is known of them."""

    effort: str
    only_parsed: bool = False
    outcomes: list[Outcome] = field(default_factory=list)

    @property
    def good(self) -> int:
        return sum(not outcome.why for outcome in self.outcomes)

    @property
    def seconds(self) -> Figure | None:
        """To a whole answer; one value for each question."""
        return Figure.of([outcome.seconds for outcome in self.outcomes])

    def __str__(self) -> str:
        return f"{self.good} of {len(self.outcomes)}{' parse' if self.only_parsed else ''}"

    def to_json(self) -> dict[str, Any]:
        failed = [{"question": o.words, "why": o.why} for o in self.outcomes if o.why]
        return {
            "effort": self.effort,
            "parses" if self.only_parsed else "runs": self.good,
            "of": len(self.outcomes),
            "seconds": self.seconds and self.seconds.to_json(),
            "failed": failed,
        }


@dataclass
class ModelFigures:
    """`name` is as the user calls it: of the catalogue, or a path. `error` says why there are no more figures."""

    name: str
    size: int = 0
    rows: list[ThreadFigures] = field(default_factory=list)
    efforts: list[EffortFigures] = field(default_factory=list)
    error: str = ""

    @property
    def title(self) -> str:
        return Path(self.name).name if "/" in self.name else self.name

    @property
    def usual(self) -> EffortFigures | None:
        """The answers with the most effort that was taken."""
        return next((e for e in reversed(self.efforts) if e.outcomes), None)

    def to_json(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "bytes": self.size,
            "threads": [row.to_json() for row in self.rows],
            "answers": [effort.to_json() for effort in self.efforts],
            "error": self.error or None,
        }
