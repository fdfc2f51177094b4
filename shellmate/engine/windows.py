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


def estimate_tokens(prompt: Prompt, others: Sequence[Prompt]) -> int:
    """How many tokens there are beside a prompt's own in windows for others, rather too many, while no vocabulary is
    there to count them with."""
    own = [other.prefix for other in others if other.prefix != prompt.prefix]
    texts = [*(message.content for prefix in own for message in prefix), *(other.suffix for other in others)]
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
        own = sum(len(w) - _length_held(context, f) for f, w in zip(frames, wholes, strict=True))
        size = len(context.held) + own + sum(counts) * room
        context = self._contexts.obtain(self._model.weights_for(frames[0]), size, sum(counts))
        windows, first = [], counts[0]
        for prompt, frame, whole, count in zip(prompts, frames, wholes, counts[1:], strict=True):
            end = len(frame.prefix)
            if _length_held(context, frame):
                context.copy_sequence(first, end=end)
            else:
                self._states.restore_beside(context, first, prompt.prefix, frame)
            context.evaluate_beside(first, end, whole[end:])
            windows.append(Window(first, count, len(whole), logprobs_of(context, -1)))
            first += count
        return context, windows


def _length_held(context: LlamaContext, frame: Frame) -> int:
    """The length of a frame's prefix where a context holds it, else 0."""
    end = len(frame.prefix)
    return end if context.held[:end] == frame.prefix else 0


def share_out(count: int, shares: int) -> list[int]:
    """So many in shares that are as equal as can be, the larger ones first."""
    return [count // shares + (share < count % shares) for share in range(shares)]
