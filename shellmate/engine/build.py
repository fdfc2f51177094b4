"""What the installed llama.cpp was built for, and what this machine's processor can do.

The library is asked in a process of its own: one that was built for another processor may end that.
"""

import re
import signal
import subprocess
import sys
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from shellmate.core.errors import ModelError

_SECONDS = 20.0
_CHILD = "from shellmate.engine.build import tell_build; tell_build()"
# Sets of instructions by their names in /proc/cpuinfo, and in what llama.cpp says of itself.
_NAMES = {
    "avx": "AVX", "avx2": "AVX2", "fma": "FMA", "f16c": "F16C", "bmi2": "BMI2", "avx_vnni": "AVX_VNNI",
    "avx512f": "AVX512", "avx512vbmi": "AVX512_VBMI", "avx512_vnni": "AVX512_VNNI", "avx512_bf16": "AVX512_BF16",
    "amx_int8": "AMX_INT8", "asimd": "NEON", "asimddp": "DOTPROD", "i8mm": "MATMUL_INT8", "sve": "SVE", "sme": "SME",
}  # fmt: skip
_MATTER = ("AVX2", "FMA", "F16C", "NEON", "DOTPROD", "MATMUL_INT8")  # to the 4-bit weights that all models here have


@dataclass(frozen=True)
class Build:
    """`version` is llama.cpp's own; `features` are the sets of instructions that it uses, by its names."""

    version: str
    features: frozenset[str]

    def unused(self, processor: Collection[str]) -> list[str]:
        """What the processor has and this does without, of what makes a difference that is felt."""
        return [name for name in _MATTER if name in processor and name not in self.features]

    def missing(self, processor: Collection[str]) -> list[str]:
        """What this uses and the processor has not: it would be ended. Nothing where the processor is not known."""
        return [name for name in _NAMES.values() if processor and name in self.features and name not in processor]


def read_build() -> Build:
    """What is installed. Raises ModelError where it is not, cannot be loaded, or ends the process that loads it."""
    command = [sys.executable, "-P", "-c", _CHILD]
    try:
        done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=_SECONDS)
    except subprocess.TimeoutExpired as error:
        raise ModelError(f"llama.cpp cannot be loaded within {_SECONDS:g} s") from error
    if done.returncode < 0:
        raise ModelError(f"llama.cpp ends the process that loads it ({signal.Signals(-done.returncode).name})")
    if done.returncode:
        raise ModelError(done.stderr.strip().rpartition("\n")[2] or f"it ends with status {done.returncode}")
    version, _, system = done.stdout.partition("\n")
    return Build(version, frozenset(re.findall(r"(\w+) = 1", system)))


def tell_build() -> None:
    """Print for `read_build` what this process finds, or exit with the reason."""
    from shellmate.core.environment import Environment
    from shellmate.engine.binding import Log, build_of, load_binding

    try:
        binding = load_binding()
    except ModelError as error:
        raise SystemExit(error.message) from None
    Log(binding, verbose=False)
    system = binding.llama_print_system_info().decode("ascii", "replace")
    Environment.of_process().write(f"{build_of(binding)}\n{system}\n")


def processor_features(cpuinfo: Path = Path("/proc/cpuinfo")) -> frozenset[str]:
    """The sets of instructions of the processor, by llama.cpp's names; none where the system does not say (macOS)."""
    try:
        lines = cpuinfo.read_text(encoding="ascii", errors="replace").splitlines()
    except OSError:
        return frozenset()
    flags = next((line.partition(":")[2].split() for line in lines if re.match(r"(?i)(flags|features)\s*:", line)), [])
    return frozenset(_NAMES[flag] for flag in flags if flag in _NAMES)
