"""(c) The floor: import, load, restore, evaluate the suffix, print greedy tokens. No shellmate, no checks.

python floor.py MODEL CASE.json STATE TOKENS [--defaults]
"""

import json
import sys

from bare import Bare


def main(model: str, case: str, state: str, count: str, *flags: str) -> None:
    with open(case) as file:
        given = json.load(file)
    bare = Bare(model, given["depth"] + len(given["suffix"]), given["threads"], "--defaults" in flags)
    bare.restore(state)
    bare.evaluate(given["suffix"])
    sample, out = bare.greedy(), sys.stdout.buffer
    for n in range(int(count)):
        token = sample()
        out.write(bare.bytes_of(token))
        out.flush()
        if n + 1 < int(count):
            bare.evaluate([token])


if __name__ == "__main__":
    main(*sys.argv[1:])
