"""The way in: the console script and `python -m shellmate`."""

import os
import signal
import sys


def run() -> None:
    """Nothing is begun yet while the imports run, so Ctrl-C may end the process as it is, without a traceback."""
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
    if sys.argv[1:2] == ["init"] and _print_widget():
        return
    from shellmate.resident.forked import end_as, run_forked

    status = run_forked(sys.argv[1:], os.environ)
    if status is not None:
        end_as(status)
    from shellmate.cli.main import run as run_command

    run_command()


def _print_widget() -> bool:
    """Every shell that starts waits for this, so where it is plain it is done without the command line's machinery."""
    from shellmate.shell.quick import render_plain

    widget = render_plain(sys.argv[2:], os.environ)
    if widget is None or sys.stdout is None:
        return False
    try:
        os.write(sys.stdout.fileno(), widget.encode())
    except BrokenPipeError:
        os._exit(1)
    except OSError as error:
        os.write(2, f"shellmate: {error.strerror}\n".encode())
        os._exit(1)
    os._exit(0)


if __name__ == "__main__":
    run()
