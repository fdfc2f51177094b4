"""Other prefixes for the same question: each is a window beside the prompt, in sequences of its own."""

from collections.abc import Sequence

from shellmate.engine.blob import Frame
from shellmate.engine.context import LlamaContext
from shellmate.engine.contexts import Contexts
from shellmate.engine.loading import ModelLoader
from shellmate.engine.several import Window, logprobs_of
from shellmate.engine.states import PromptStates
from shellmate.engine.tokenized import frame_of, tokenize_whole
from shellmate.prompt.prompt import Prompt

_BYTES_PER_TOKEN = 2  # of prompts, at the least: those that are there have 3
_MARKS = 8  # tokens that a template puts around a message


def estimate_tokens(prompts: Sequence[Prompt]) -> int:
    """How many tokens prompts have, rather too many, while no vocabulary is there to count them with."""
    messages = [m.content for prompt in prompts for m in (*prompt.prefix, *prompt.examples)]
    texts = [*messages, *(prompt.suffix for prompt in prompts)]
    return sum(len(text.encode("utf-8", "replace")) // _BYTES_PER_TOKEN + _MARKS for text in texts)


class Windows:
    """Opens windows beside the prompt that a context holds."""

    def __init__(self, model: ModelLoader, states: PromptStates, contexts: Contexts):
        self._model, self._states, self._contexts = model, states, contexts

    def open(
        self, context: LlamaContext, prompts: Sequence[Prompt], opening: str, counts: Sequence[int], room: int
    ) -> tuple[LlamaContext, list[Window]]:
        """The windows of prompts behind their opening, for the counts of sequences that are not the first window's,
        with room for so many tokens each; in a larger context where the one that is there is too small."""
        vocabulary = self._model.vocabulary
        begun = vocabulary.tokenize(opening, special=False)
        frames = [frame_of(vocabulary, Prompt(prompt.prefix, "")) for prompt in prompts]
        wholes = [tokenize_whole(vocabulary, f, p.suffix) + begun for f, p in zip(frames, prompts, strict=True)]
        size = len(context.held) + sum(map(len, wholes)) + estimate_tokens(prompts) + sum(counts) * room
        context = self._contexts.obtain(self._model.weights_for(frames[0]), size, sum(counts))
        windows, first = [], counts[0]
        for prompt, frame, whole, count in zip(prompts, frames, wholes, counts[1:], strict=True):
            start = len(frame.prefix)
            position = self._restore(context, first, prompt, frame)
            context.evaluate_beside(first, position, whole[start:])
            windows.append(Window(first, count, position + len(whole) - start, logprobs_of(context, -1)))
            first += count
        return context, windows

    def _restore(self, context: LlamaContext, sequence: int, prompt: Prompt, frame: Frame) -> int:
        """Have a sequence hold what is in front of a prompt's question; the position of the question."""
        end = len(frame.prefix)
        if context.held[:end] == frame.prefix:
            context.copy_sequence(sequence, end=end)
        else:
            self._states.restore_beside(context, sequence, prompt.prefix, frame)
        pairs = zip(prompt.examples[::2], prompt.examples[1::2], strict=True)
        alone = [Prompt(prompt.prefix, "", turns=pair) for pair in pairs]
        return max([end, *(self._states.add_example(context, sequence, each, end) for each in alone)])


def share_out(count: int, shares: int) -> list[int]:
    """So many in shares that are as equal as can be, the larger ones first."""
    return [count // shares + (share < count % shares) for share in range(shares)]
