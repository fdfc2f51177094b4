"""`model = auto`: the best model that is here, that the memory has room for and that answers soon enough."""

import os
from pathlib import Path

from shellmate.core.paths import Paths
from shellmate.models.catalogue import CATALOGUE, Model
from shellmate.models.installed import place_of

AUTO = "auto"
CODERS = ("qwen2.5-coder-1.5b", "qwen2.5-coder-0.5b")  # best first; the last one is fetched where there is none
_ROOM = 1.5  # times its file a model takes, with its context
# Seconds for a command by the 0.5 B model on one core, as `make bench` and `make accuracy` have them, and how many are
# not too long, by effort. With `careful` a small model hands over to a larger one: sooner done than by that one alone.
TAKES = {"fast": 1.0, "balanced": 2.4, "careful": 4.0}
_MAY_TAKE = {"fast": 1.5, "balanced": 3.0, "careful": 8.0}


def choose_model(paths: Paths, effort: str, cores: int, memory: int | None = None) -> str:
    """The name of the best installed model for so many physical cores and bytes of memory, by default what is
    available here."""
    memory = available_memory() if memory is None else memory
    suitable = (name for name in CODERS if _is_here(CATALOGUE[name], paths) and fits(CATALOGUE[name], memory))
    return next((name for name in suitable if _is_quick(CATALOGUE[name], effort, cores)), CODERS[-1])


def larger_model(name: str, paths: Paths) -> str | None:
    """An installed model that is better than the named one and fits into the memory that is available."""
    better = CODERS[: CODERS.index(name)] if name in CODERS else ()
    memory = available_memory()
    return next((n for n in better if _is_here(CATALOGUE[n], paths) and fits(CATALOGUE[n], memory)), None)


def fits(model: Model, memory: int) -> bool:
    return _ROOM * model.bytes <= memory


def _is_here(model: Model, paths: Paths) -> bool:
    try:
        return place_of(model, paths).stat().st_size == model.bytes
    except OSError:
        return False


def _is_quick(model: Model, effort: str, cores: int) -> bool:
    times = model.bytes / CATALOGUE[CODERS[-1]].bytes
    return TAKES[effort] * times / max(cores, 1) <= _MAY_TAKE[effort]


def available_memory() -> int:
    """Bytes that programs may still have: what Linux says is available, elsewhere half of what there is."""
    try:
        lines = Path("/proc/meminfo").read_text(encoding="ascii").splitlines()
        return next(int(line.split()[1]) << 10 for line in lines if line.startswith("MemAvailable:"))
    except (OSError, StopIteration, ValueError):
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") // 2
