"""The way in: the console script and `python -m shellmate`."""

import signal


def run() -> None:
    """Nothing is begun yet while the imports run, so Ctrl-C may end the process as it is, without a traceback."""
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
    from shellmate.cli.main import run as run_command

    run_command()


if __name__ == "__main__":
    run()
