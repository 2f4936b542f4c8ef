"""What of a configuration goes into the catalog: the fields that may decide sizes, in a form that is safe to read back."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from catalog.arithmetic.config import flatten

KEPT = re.compile(
    r"size|layer|head|rank|expert|window|pattern|interval|position|bias|tie_|conv|mamba|state|n_ctx|n_embd|n_inner"
    r"|nextn|mtp|dim|dense|moe|hybrid|attn|norm|gate|multi_query|decoder_arch|depth|hidden|width|channels|patch|tiles"
    r"|kernel|merge|index_|laurel|altup|groups|block|chunk|use_|model_type|spatial|num_|^d_|^n_|ratio|height|pos_emb"
)
"""Names of fields that may decide sizes."""
DROPPED = re.compile(
    r"token|dropout|initializer|eps|loss|coef|scal|theta|_act|2id|id2|quantization|dtype|version|name_or_path|prompt"
    r"|processor|architectures|(?<!conv_L_)cache"
)
LAYER_PATTERN = re.compile(r"[M*E-]{1,8192}")
"""Of Nemotron: a letter for each layer."""
TEXT_LIMIT, LIST_LIMIT = 8_192, 8_192
WORD = re.compile(r"[A-Za-z][A-Za-z0-9_.-]{0,63}")


def kept(whole: Mapping[str, Any]) -> dict[str, str]:
    """Whatever may decide sizes, as the catalog keeps it."""
    flat = flatten(_plain({name: value for name, value in whole.items() if name != "model_type"}))
    return {name: text for name, text in flat.items() if _wanted(name) and len(text) <= TEXT_LIMIT}


def _plain(values: Mapping[str, Any]) -> dict[str, Any]:
    """Without texts and lists that no size is written as: in the catalog's form of a list ``*`` repeats."""
    inner = {name: _plain(value) if isinstance(value, Mapping) else value for name, value in values.items()}
    return {name: value for name, value in inner.items() if not isinstance(value, str | list) or _writable(value)}


def _writable(value: str | list[Any]) -> bool:
    if isinstance(value, str):
        return "*" not in value or bool(LAYER_PATTERN.fullmatch(value))
    words = all(WORD.fullmatch(one) if isinstance(one, str) else isinstance(one, int | float) for one in value)
    return words and len(value) <= LIST_LIMIT


def _wanted(name: str) -> bool:
    last = name.rpartition(".")[2]
    return bool(KEPT.search(last)) and not DROPPED.search(name)
