"""What headers say is stored: parameters by type, apart from scales and buffers."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

PACKED = re.compile(r"\.(qweight|weight_packed|absmax|quant_map|nested_absmax|weight_format)$|_blocks$|\.quant_state\.")
"""Names under which several values share one stored number: GPTQ, AWQ, compressed-tensors, bitsandbytes, MXFP4."""
SCALES = re.compile(
    r"(_scale|_scale_inv|_scale_2|_scales|\.scales?|\.qzeros|\.g_idx|_zero_point|weight_shape|global_scale|\.SCB)$"
)
BUFFERS = re.compile(
    r"(rotary_emb\.inv_freq|\.masked_bias|\.attn\.bias|position_ids|num_batches_tracked|rotary_pos_emb\.inv_freq)$"
    r"|^rope_(freqs|factors_long|factors_short)\.weight$"
)
"""Stored beside the parameters, but computed and not trained."""
OTHER_TOWER = re.compile(
    r"(^|\.)(vision|visual|vit|audio|image|mm|speech|multi_modal|multimodal|embed_vision|embed_audio|patch_merger|connector|mlp1)"
    r"[a-z_0-9]*\."
)
"""What sees or hears, beside the language model."""
PREDICTION = re.compile(r"(^|\.)(mtp|nextn)\b")
"""Of layers that guess further tokens, where their names say so."""
LAYER = re.compile(r"(?:^|\.)(?:layers|blk|h|blocks|block)\.(\d{1,6})\.")
HEAD = re.compile(r"(^|\.)(lm_head|output|embed_out)\.(weight|qweight)$")
EMBEDDING = re.compile(r"(^|\.)(embed_tokens|token_embd|wte|word_embeddings|tok_embeddings)\.weight$")
NO_PARAMETERS = frozenset({"I64", "I16", "BOOL"})
PACKED_TYPES = frozenset({"I32", "U32", "U16", "U8"})


class Tensor(NamedTuple):
    """One tensor of a header."""

    name: str
    dtype: str
    shape: tuple[int, ...]
    values: int


@dataclass
class Tally:
    """Sums over tensors, taken one by one so that no list of them is kept."""

    tensors: int = 0
    parameters: int = 0
    other_towers: int = 0
    prediction: int = 0
    weight_bytes: int = 0
    head: bool = False
    vocab: int | None = None
    packed: str | None = None
    left_out: int = 0
    types: Counter[str] = field(default_factory=Counter)
    layers: Counter[int] = field(default_factory=Counter)

    def add(self, tensors: Iterable[Tensor]) -> None:
        """Count some more."""
        for tensor in tensors:
            self.tensors += 1
            self._count(tensor)

    def _count(self, tensor: Tensor) -> None:
        name = tensor.name
        if SCALES.search(name) or BUFFERS.search(name) or tensor.dtype in NO_PARAMETERS:
            self.left_out += tensor.values
            self.packed = self.packed or (name if name.endswith((".qzeros", ".g_idx")) else None)
            return
        if PACKED.search(name) or tensor.dtype in PACKED_TYPES:
            self.packed = self.packed or name
        self.types[tensor.dtype] += tensor.values
        self.parameters += tensor.values
        self._place(tensor)

    def _place(self, tensor: Tensor) -> None:
        if OTHER_TOWER.search(tensor.name):
            self.other_towers += tensor.values
        elif PREDICTION.search(tensor.name):
            self.prediction += tensor.values
        elif layer := LAYER.search(tensor.name):
            self.layers[int(layer[1])] += tensor.values
        elif HEAD.search(tensor.name):
            self.head = True
        elif EMBEDDING.search(tensor.name) and len(tensor.shape) == 2:
            self.vocab = self.vocab or tensor.shape[0]

    def frozen(self) -> Stored:
        """What was found."""
        return Stored(
            parameters=self.parameters,
            language=self.parameters - self.other_towers,
            types=tuple(self.types.most_common()),
            tensors=self.tensors,
            weight_bytes=self.weight_bytes,
            output_head=self.head,
            vocab=self.vocab,
            packed=self.packed,
            prediction=self.prediction,
            layers=tuple(sorted(self.layers.items())),
        )


class Stored(NamedTuple):
    """What the headers of a model say."""

    parameters: int
    """Without scales and buffers."""
    language: int
    """The same without what sees or hears."""
    types: tuple[tuple[str, int], ...]
    """Parameters by type, most first."""
    tensors: int
    weight_bytes: int
    output_head: bool
    """Whether there is a matrix for the output, apart from the embedding."""
    vocab: int | None
    """Rows of the embedding."""
    packed: str | None
    """A tensor that holds several values in one number: then ``parameters`` is not the model's count."""
    prediction: int
    """Parameters of layers that are named for guessing further tokens; they are among ``parameters``."""
    layers: tuple[tuple[int, int], ...]
    """Number of each layer of the language model, and its parameters."""

    def beyond(self, layers: int) -> int:
        """Parameters of prediction layers: named so, or counted on after the last of ``layers`` (DeepSeek-V3)."""
        return self.prediction + sum(size for number, size in self.layers if number >= layers)
