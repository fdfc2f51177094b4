"""The prompts that have a line completed: what a file of such lines would have in its place."""

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
_REQUESTS = """# Requests, each in one line
count csv column mean
list the ten largest files
rename all jpg files to lower case
a function that checks whether a number is prime
commits of the last week by author
read a json file and print its keys
"""


def compose_infill(before: str, after: str) -> Prompt:
    """What a command has before the cursor, and behind it, as a Prompt whose answer goes between."""
    return Prompt((), "", infill=(_SCRIPT + before, f"{after}\n"))


def compose_request_infill(before: str) -> Prompt:
    """The beginning of a request in words, as a Prompt whose answer is its end."""
    return Prompt((), "", infill=(_REQUESTS + before, "\n"))
