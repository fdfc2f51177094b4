"""For all tests."""

import signal

# A runner that was started in the background ignores SIGINT, and every process it starts would too.
signal.signal(signal.SIGINT, signal.default_int_handler)
signal.signal(signal.SIGHUP, signal.SIG_DFL)  # so does one that nohup started
