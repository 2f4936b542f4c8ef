"""Layers that predict a token further ahead (MTP, arXiv:2412.19437 section 2.2): in the checkpoint, not in the model.

transformers leaves them out on loading; their parts are read from vLLM 0.32, ``model_executor/models/*_mtp.py``, and each
builder reaches a published count to the unit (docs/parameters.md, counted: stored).
"""

from __future__ import annotations

from catalog.arithmetic.attention import grouped
from catalog.arithmetic.config import Fields
from catalog.arithmetic.hybrid import NEMOTRON, QWEN_ATTENTION, nemotron_mixer, qwen_feed
from catalog.arithmetic.regular import TWO_NORMS, norms
from catalog.arithmetic.sparse import streams_head
from catalog.arithmetic.tensors import Layer, Tensor, linear, norm, within


def joined(f: Fields, layer: Layer, *, tables: bool) -> tuple[Tensor, ...]:
    """DeepSeek's: one more layer, fed with the token and the state before it; ``tables`` where it has embeddings of its own.

    Raises UnknownField.
    """
    hidden, words = f.whole("hidden_size"), f.whole("vocab_size")
    own = (Tensor("embed_tokens", (words, hidden)), Tensor("shared_head.head", (words, hidden))) if tables else ()
    one = (
        *layer.tensors,
        *norms(f, ("enorm", "hnorm", "shared_head.norm")),
        *linear("eh_proj", 2 * hidden, hidden),
        *own,
    )
    return one * f.whole("num_nextn_predict_layers", default=0)


def deepseek_v4(f: Fields, layer: Layer) -> tuple[Tensor, ...]:
    """DeepSeek-V4's: one more layer with a window alone, and streams of its own. Raises UnknownField."""
    hidden, streams = f.whole("hidden_size"), f.whole("hc_mult")
    one = (
        *layer.tensors,
        *linear("e_proj", hidden, hidden),
        *linear("h_proj", hidden, hidden),
        *norms(f, ("enorm", "hnorm", "norm")),
        *streams_head(hidden, streams),
    )
    return within("mtp", one) * f.whole("num_nextn_predict_layers", default=0)


def qwen(f: Fields) -> tuple[Tensor, ...]:
    """Qwen's: a layer of full attention between a matrix that joins and a norm. Raises UnknownField."""
    hidden, layers = f.whole("hidden_size"), f.whole("mtp_num_hidden_layers", default=0)
    layer = (*within("self_attn", grouped(f, QWEN_ATTENTION)), *within("mlp", qwen_feed(f)), *norms(f, TWO_NORMS))
    around = (*linear("fc", 2 * hidden, hidden), *norms(f, ("norm", "pre_fc_norm_hidden", "pre_fc_norm_embedding")))
    return within("mtp", (*layer * layers, *around)) if layers else ()


def nemotron(f: Fields) -> tuple[Tensor, ...]:
    """Nemotron 3's: attention, then experts. Raises UnknownField."""
    hidden, times = f.whole("hidden_size"), f.whole("num_nextn_predict_layers", default=0)
    if not times:
        return ()
    parts = tuple(
        tensor
        for letter in f.text("mtp_hybrid_override_pattern")
        for tensor in (*nemotron_mixer(f, NEMOTRON[letter])[0], *norm("norm", hidden))
    )
    around = (*linear("eh_proj", 2 * hidden, hidden), *norms(f, ("enorm", "hnorm", "final_layernorm")))
    return within("mtp", (*parts, *around)) * times
