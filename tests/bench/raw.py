"""llama.cpp alone: single tokens evaluated in a tight loop behind the prefix, nothing sampled; prints tokens/s.

python raw.py MODEL CASE.json STATE TOKENS [--defaults]
"""

import sys
import time

from bare import bare_behind


def main(model: str, case: str, state: str, count: str, *flags: str) -> None:
    bare, suffix = bare_behind(model, case, state, flags)
    bare.lib.llama_synchronize(bare.context)
    token = (bare.lib.llama_token * 1)(suffix[-1])
    decode, synchronize, context = bare.lib.llama_decode, bare.lib.llama_synchronize, bare.context
    start = time.perf_counter()
    for _ in range(int(count)):
        if decode(context, bare.lib.llama_batch_get_one(token, 1)):
            raise SystemExit("llama_decode failed")
        synchronize(context)
    print(int(count) / (time.perf_counter() - start))


if __name__ == "__main__":
    main(*sys.argv[1:])
