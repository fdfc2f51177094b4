"""The prompt that has a command completed: what a file of such commands would have in its place."""

from shellmate.prompt.prompt import Prompt

# The model has learned from whole scripts: in one of short lines with comments it writes a short line.
_SCRIPT = """#!/bin/bash
# The ten largest files
find . -type f -printf '%s %p\\n' | sort -rn | head -10
# Commits of the last week
git log --oneline --since='1 week ago'
# Unpack an archive
tar -xzf archive.tar.gz -C /tmp
"""


def compose_infill(before: str, after: str) -> Prompt:
    """What a command has before the cursor, and behind it, as a Prompt whose answer goes between."""
    return Prompt((), "", infill=(_SCRIPT + before, f"{after}\n"))
