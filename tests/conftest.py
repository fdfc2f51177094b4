"""For all tests."""

import signal

import pytest

# A runner that was started in the background ignores SIGINT, and every process it starts would too.
signal.signal(signal.SIGINT, signal.default_int_handler)
signal.signal(signal.SIGHUP, signal.SIG_DFL)  # so does one that nohup started


@pytest.hookimpl(tryfirst=True)  # before the groups are read
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Of several workers one has the tests with the model, which want the processor for themselves, and begins at once:
    they take longest."""
    for item in items:
        if item.get_closest_marker("model"):
            item.add_marker(pytest.mark.xdist_group("model"))
    items.sort(key=lambda item: item.get_closest_marker("model") is None)
