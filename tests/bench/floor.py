"""(c) The floor: import, load, restore, evaluate the suffix, print greedy tokens. No shellmate, no checks.

python floor.py MODEL CASE.json STATE TOKENS [--defaults]
"""

import sys

from bare import bare_behind


def main(model: str, case: str, state: str, count: str, *flags: str) -> None:
    bare, _ = bare_behind(model, case, state, flags)
    sample, out = bare.greedy(), sys.stdout.buffer
    for n in range(int(count)):
        token = sample()
        out.write(bare.bytes_of(token))
        out.flush()
        if n + 1 < int(count):
            bare.evaluate([token])


if __name__ == "__main__":
    main(*sys.argv[1:])
