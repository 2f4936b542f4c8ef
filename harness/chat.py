"""The one place where a prompt and an item become the model's tokens, by the model's own chat template.

Training and evaluation both come through here, so a row is trained behind exactly the tokens it is asked with.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

import jinja2

from harness.errors import InputError
from harness.protocol import Prompt, Row

IGNORED = -100
"""The label that torch's cross-entropy leaves out."""
PROBE = Row(id="probe", input="Which one is it?", output="this one")


class Encoded(NamedTuple):
    """A training row in tokens; those from ``target_start`` on are trained, the stop token last."""

    input_ids: list[int]
    target_start: int

    @property
    def labels(self) -> list[int]:
        """The tokens that are trained, the others ignored."""
        return [IGNORED] * self.target_start + self.input_ids[self.target_start :]


def load_tokenizer(folder: Path) -> Any:
    """The tokenizer of a checked model folder. Raises InputError when transformers cannot read it or lacks a template."""
    from transformers import AutoTokenizer  # noqa: PLC0415 - seconds to import

    try:
        tokenizer = AutoTokenizer.from_pretrained(folder, local_files_only=True, trust_remote_code=False)
    except (OSError, ValueError, KeyError, ImportError) as error:
        raise InputError(
            f"{folder}: its tokenizer cannot be read ({one_line(error)})", "copy its files again"
        ) from error
    if not tokenizer.chat_template:
        raise InputError(
            f"{folder}: has no chat template", "use an instruction-tuned model, or add chat_template.jinja"
        )
    return tokenizer


def one_line(error: Exception) -> str:
    """The first line of an error's text, shortened."""
    return (str(error).splitlines() or [type(error).__name__])[0][:200]


def turns(prompt: Prompt, text: str) -> list[dict[str, str]]:
    """The conversation that asks for an item: system, worked examples, then the item."""
    opening = [{"role": "system", "content": prompt.system}] if prompt.system else []
    for shot in prompt.shots:
        opening += [{"role": "user", "content": shot.input}, {"role": "assistant", "content": shot.output}]
    return [*opening, {"role": "user", "content": text}]


def render(tokenizer: Any, messages: list[dict[str, str]], *, ask: bool) -> str:
    """A conversation as the template writes it; ``ask`` opens the model's turn. Raises InputError where it fails."""
    try:
        text = tokenizer.apply_chat_template(messages, tokenize=False, add_generation_prompt=ask)
    except (jinja2.TemplateError, TypeError, ValueError, KeyError, OverflowError) as error:
        raise InputError(
            f"the model's chat template fails ({one_line(error)})", "it must take system, user and assistant turns"
        ) from error
    return str(text)


def prompt_text(tokenizer: Any, prompt: Prompt, text: str) -> str:
    """What the model reads before it answers an item."""
    return render(tokenizer, turns(prompt, text), ask=True)


def encode(tokenizer: Any, text: str) -> list[int]:
    """Tokens of a rendered text; the template has written the special ones already."""
    return list(tokenizer(text, add_special_tokens=False)["input_ids"])


def prompt_ids(tokenizer: Any, prompt: Prompt, text: str) -> list[int]:
    """The tokens that the model reads before it answers an item."""
    return encode(tokenizer, prompt_text(tokenizer, prompt, text))


def encode_row(tokenizer: Any, prompt: Prompt, row: Row) -> Encoded:
    """A training row: the prompt's tokens as in evaluation, the answer's, and the token that ends the turn."""
    asked = prompt_text(tokenizer, prompt, row.input)
    whole = render(tokenizer, [*turns(prompt, row.input), {"role": "assistant", "content": row.output}], ask=False)
    if not whole.startswith(asked):
        raise InputError(
            "the model's chat template writes a finished turn unlike the one it asks for", "use another model"
        )
    before, answer = encode(tokenizer, asked), encode(tokenizer, whole[len(asked) :])
    return Encoded(before + answer[: stop_place(tokenizer, answer) + 1], len(before))


def stop_ids(tokenizer: Any) -> frozenset[int]:
    """Tokens that end a turn: generation stops at any of them."""
    eos = tokenizer.eos_token_id
    return frozenset(eos if isinstance(eos, list) else [eos]) - {None}


def stop_place(tokenizer: Any, answer: list[int]) -> int:
    """Where the turn ends. A model trained without its stop token would never stop; raises InputError."""
    stops = stop_ids(tokenizer)
    places = [place for place, token in enumerate(answer) if token in stops]
    if not places:
        raise InputError(
            f"the model's chat template never ends a turn with its stop token {tokenizer.eos_token!r}",
            "use another model, or one whose eos_token is the template's end of turn",
        )
    return places[-1]


def check_template(tokenizer: Any, prompt: Prompt) -> None:
    """Raises InputError unless the template takes the prompt and ends a turn with the stop token."""
    encode_row(tokenizer, prompt, PROBE)


def encode_rows(tokenizer: Any, prompt: Prompt, rows: list[Row], *, limit: int) -> list[Encoded]:
    """All rows in tokens. Raises InputError with how many are longer than ``limit``: nothing is cut silently."""
    encoded = [encode_row(tokenizer, prompt, row) for row in rows]
    long = [row.id for row, tokens in zip(rows, encoded, strict=True) if len(tokens.input_ids) > limit]
    if long:
        longest = max(len(tokens.input_ids) for tokens in encoded)
        raise InputError(
            f"{len(long)} of {len(rows)} rows are longer than max_seq_length {limit} and would lose their answer (row {long[0]})",
            f"the longest has {longest} tokens: raise max_seq_length, or shorten the rows or the prompt",
        )
    return encoded
