"""For all tests."""

import signal
from typing import Any

import pytest

# A runner that was started in the background ignores SIGINT, and every process it starts would too.
signal.signal(signal.SIGINT, signal.default_int_handler)
signal.signal(signal.SIGHUP, signal.SIG_DFL)  # so does one that nohup started


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Those with the model come first, since they take longest."""
    items.sort(key=lambda item: not _is_with_model(item.nodeid))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Of several workers one has all tests with the model, which want the processor for themselves."""
    from xdist.scheduler import LoadScopeScheduling

    class Scheduling(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            return "model" if _is_with_model(nodeid) else nodeid

    return Scheduling(config, log)


def _is_with_model(nodeid: str) -> bool:
    return nodeid.startswith(("tests/model/", "tests/resident/"))
