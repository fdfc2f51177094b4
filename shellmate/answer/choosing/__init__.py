"""Which of several answers is the right one."""
