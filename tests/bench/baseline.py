"""(b) The script that a user would write with llama-cpp-python.

python baseline.py MODEL MESSAGES.json MAX_TOKENS
"""

import json
import sys

from llama_cpp import Llama


def main(model: str, messages: str, max_tokens: str) -> None:
    with open(messages) as file:
        told = json.load(file)
    llama = Llama(model_path=model, n_ctx=4096, verbose=False)
    stream = llama.create_chat_completion(told, stream=True, temperature=0, max_tokens=int(max_tokens))
    for part in stream:
        print(part["choices"][0]["delta"].get("content") or "", end="", flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
