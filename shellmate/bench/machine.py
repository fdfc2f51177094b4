"""What is measured on: the processor, its cores, the memory, the system, the versions."""

import os
import platform
import subprocess
import sys
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from shellmate import __version__
from shellmate.engine.cores import physical_cores

_BUSY = 0.5  # of the cores: what else runs then shows in every figure


@dataclass(frozen=True)
class Machine:
    """`cores` are the physical ones that this process may use, `processors` all that there are; `memory` in bytes;
    `load` is the mean number of processes that wanted to run in the last minute."""

    cpu: str
    cores: int
    processors: int
    memory: int
    system: str
    python: str
    shellmate: str
    llama_cpp_python: str
    load: float

    @classmethod
    def here(cls) -> "Machine":
        return cls(
            cpu=cpu_name(),
            cores=physical_cores(),
            processors=os.cpu_count() or 1,
            memory=os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE"),
            system=system_name(),
            python=platform.python_version(),
            shellmate=__version__,
            llama_cpp_python=_version_of("llama_cpp_python"),
            load=os.getloadavg()[0],
        )

    @property
    def is_busy(self) -> bool:
        return self.load > _BUSY * self.cores

    def __str__(self) -> str:
        cores = f"{self.cores} core{'s' if self.cores > 1 else ''}"
        threads = f" ({self.processors} processors)" if self.processors != self.cores else ""
        return (
            f"{self.cpu}, {cores}{threads}, {self.memory / 1e9:.1f} GB of memory, {self.system}, "
            f"Python {self.python}, shellmate {self.shellmate}, llama-cpp-python {self.llama_cpp_python}"
        )


def cpu_name() -> str:
    """As the system has it, such as "AMD EPYC 7763"; the architecture where it has no name for it."""
    if sys.platform == "darwin":
        asked = subprocess.run(["sysctl", "-n", "machdep.cpu.brand_string"], capture_output=True, text=True)
        return asked.stdout.strip() or platform.machine()
    try:
        lines = Path("/proc/cpuinfo").read_text("utf-8", "replace").splitlines()
    except OSError:
        return platform.machine()
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, "") or platform.machine()


def system_name() -> str:
    """Such as "Debian GNU/Linux 12, Linux 6.1.0" or "macOS 14.5"."""
    if sys.platform == "darwin":
        return f"macOS {platform.mac_ver()[0]}"
    kernel = f"{platform.system()} {platform.release()}"
    try:
        about = platform.freedesktop_os_release()
    except OSError:
        return kernel
    return f"{about.get('NAME', '')} {about.get('VERSION_ID', '')}".strip() + f", {kernel}"


def _version_of(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "unknown"
