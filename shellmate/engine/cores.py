"""How many threads are worth having."""

import os
from pathlib import Path


def physical_cores() -> int:
    """The cores this process may run on, hyperthreads not counted: two threads on one core only get in each other's
    way. Where the system does not say (macOS), the processors."""
    usable = os.sched_getaffinity(0) if hasattr(os, "sched_getaffinity") else set(range(os.cpu_count() or 1))
    siblings = set()
    for cpu in usable:
        try:
            siblings.add(Path(f"/sys/devices/system/cpu/cpu{cpu}/topology/thread_siblings_list").read_text())
        except OSError:
            return len(usable)
    return len(siblings)
