"""The resident engines: those that run, and what those that were killed have left."""

import os
from collections.abc import Iterator
from shlex import quote

from shellmate.cli.checks.finding import Finding, ok, warning
from shellmate.cli.checks.patient import Patient
from shellmate.core.errors import UsageError
from shellmate.resident.address import Address, addresses_in, check_length
from shellmate.resident.processes import Running, find_running


def check_resident(patient: Patient) -> Iterator[Finding]:
    try:
        check_length(patient.app.address)
    except UsageError as error:
        yield warning("resident", error.message, 'export SHELLMATE_RUNTIME_DIR="$(mktemp -d)"')
        return
    running = []
    for address in addresses_in(patient.paths.runtime):
        if health := Running(address, 0).health():
            running.append(f"{address.name} runs (process {health['pid']})")
        elif process := find_running(address):
            text = f"{address.name} does not answer (process {process.pid})"
            yield warning("resident", text, f"kill -9 {process.pid}" if process.pid else "")
        elif address.is_there:
            yield _stale(address)
    yield ok("resident", ", ".join(running) or "none runs")


def _stale(address: Address) -> Finding:
    """A socket that nobody listens at: `App.keep_warm` starts no process where there is a socket already."""
    where = quote(os.fspath(address.socket))
    text = f"{address.name} was killed, and its socket keeps a key press from starting another"
    return warning("resident", text, f"rm -f {where}")
