"""A configuration, from config.json or translated from GGUF, into the fields of a catalog record."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from catalog.arithmetic.config import NESTED_TEXT
from catalog.errors import CatalogError
from catalog.importing.defaults import Family, family, source
from catalog.importing.documents import json_object
from catalog.importing.fields import NAMES, Values
from catalog.importing.kept import WORD, kept
from catalog.importing.layers import layers

CONFIG_LIMIT = 8 * 2**20
OWN_CODE = "auto_map"
WRAPPERS = ("thinker_config",)
"""Where models that also speak keep the part that reads and writes."""
FACTOR_LIMIT = 1_024
DEPTH_LIMIT = 16
SENSES = {"vision_config": "image", "vision_tower": "image", "visual": "image", "audio_config": "audio"}
NEEDED = ("num_layers", "hidden_size")
"""Without these a document is no configuration of a language model."""
USUAL_FEED = 4
"""Width of the feed-forward part over the hidden size, where a family leaves it out (GPT-2, Falcon, Bloom)."""


class Configuration(NamedTuple):
    """What a configuration says."""

    model_type: str
    fields: dict[str, Any]
    """Of a catalog record, by our names."""
    config: dict[str, str]
    """Everything that decides sizes, by the names of config.json."""
    assumed: tuple[str, ...]
    """What it does not say, and what is taken instead."""
    known: bool
    """Whether the family's defaults are known."""
    modality: str
    quantized: str | None
    """The method by which its weights are packed, where it says so."""


class Parts(NamedTuple):
    """A configuration and the one of the language model in it."""

    outer: dict[str, Any]
    place: str | None
    """The field that holds the inner one; None where they are the same."""
    inner: dict[str, Any]
    kind: Family | None
    """Of the language model."""
    name: str
    """``model_type`` of the language model."""


def read_config(raw: bytes, where: str) -> Configuration:
    """The configuration of a config.json. Raises CatalogError for one that asks to run code or makes no sense."""
    return configuration(json_object(raw, where), where)


def configuration(given: Mapping[str, Any], where: str, *, told: tuple[str, ...] = ()) -> Configuration:
    """The same of values that were read already; ``told`` is what was assumed before. Raises CatalogError."""
    _refuse_depth(given, where)
    _refuse_code(given, where)
    parts = _parts(given, where)
    whole = _with_defaults(parts)
    flat = whole if parts.place is None else {**whole, **whole[parts.place], **_tied(whole)}
    values = Values({name: value for name, value in flat.items() if name != parts.place}, where)
    fields = _fields(values, parts.name)
    return Configuration(
        model_type=str(whole["model_type"]),
        fields=fields,
        config=kept(whole),
        assumed=(*told, *_assumed(parts, values)),
        known=parts.kind is not None,
        modality="+".join(["text", *sorted({sense for name, sense in SENSES.items() if parts.outer.get(name)})]),
        quantized=_quantized(parts.outer),
    )


def _refuse_depth(given: Mapping[str, Any], where: str) -> None:
    level: list[Mapping[str, Any]] = [given]
    for _ in range(DEPTH_LIMIT):
        level = [value for one in level for value in one.values() if isinstance(value, Mapping)]
    if level:
        raise CatalogError(f"{where}: nested more than {DEPTH_LIMIT} levels deep", "a few levels, as models have them")


def _refuse_code(given: Mapping[str, Any], where: str) -> None:
    """Nothing would be run here, but who loads such a model runs its own code: the sizes that follow from it are not known."""
    inner = [value for value in given.values() if isinstance(value, Mapping)]
    if any(one.get(OWN_CODE) for one in (given, *inner)):
        raise CatalogError(
            f"{where}: has auto_map, so that its sizes follow from code of its own, which is never run",
            "a config.json of a family that transformers has; a copy without auto_map if it is one",
        )


def _parts(given: Mapping[str, Any], where: str) -> Parts:
    wrapped = next((given[name] for name in WRAPPERS if isinstance(given.get(name), Mapping)), None)
    outer = dict(wrapped if wrapped is not None else given)
    outer["model_type"] = name = _model_type(outer.get("model_type") or given.get("model_type"), where)
    place = next((part for part in NESTED_TEXT if isinstance(outer.get(part), Mapping)), None)
    if place is None:
        return Parts(outer, None, outer, family(name), name)
    inner, whole = dict(outer[place]), family(name)
    stated = inner.get("model_type") or (whole.text if whole else None) or name
    inner_name = _model_type(stated, where)
    return Parts(outer, place, inner, family(inner_name), inner_name)


def _model_type(found: object, where: str) -> str:
    if found is None:
        raise CatalogError(f"{where}: no model_type", "the config.json of a model that transformers loads")
    if not isinstance(found, str) or not WORD.fullmatch(found):
        raise CatalogError(f"{where}: model_type is {str(found)[:60]!r}", "a word such as llama")
    return found


def _with_defaults(parts: Parts) -> dict[str, Any]:
    """The configuration with the usual names and the defaults of its family."""
    kind, inner = parts.kind, dict(parts.inner)
    if kind:
        inner |= {usual: inner[own] for own, usual in kind.renamed.items() if own in inner and usual not in inner}
        inner = {name: value for name, value in kind.defaults.items() if not _stated(name, inner)} | inner
    if parts.place is None:
        return inner
    tied = {} if "tie_word_embeddings" in parts.inner else _outer_tie(parts.outer)
    return {**tied, **parts.outer, parts.place: {"model_type": parts.name, **inner}}


def _stated(name: str, given: Mapping[str, Any]) -> bool:
    """Whether a field is there, under its own name or another of the same meaning."""
    return name in given or any(name in names and any(other in given for other in names) for names in NAMES.values())


def _outer_tie(outer: Mapping[str, Any]) -> dict[str, Any]:
    """Where neither part says it, the default of the whole model holds."""
    kind = family(str(outer["model_type"]))
    return {name: value for name, value in kind.defaults.items() if name == "tie_word_embeddings"} if kind else {}


def _tied(whole: Mapping[str, Any]) -> dict[str, Any]:
    return {"tie_word_embeddings": whole["tie_word_embeddings"]} if "tie_word_embeddings" in whole else {}


def _fields(values: Values, name: str) -> dict[str, Any]:
    """Fields of a record. Raises CatalogError for numbers that no model has."""
    found: dict[str, Any] = {
        ours: values.whole(ours)
        for ours in ("num_layers", "hidden_size", "num_heads", "intermediate_size", "vocab_size", *_LATENT)
    }
    for needed in NEEDED:
        if found[needed] is None:
            raise CatalogError(f"{values.where}: no {NAMES[needed][0]}", "the config.json of a language model")
    found["num_kv_heads"] = _kv_heads(values, found["num_heads"])
    found["head_dim"] = _head_dim(values, found)
    found["intermediate_size"] = found["intermediate_size"] or _usual_feed(values, found["hidden_size"])
    found["tied_embeddings"] = values.flag("tie_word_embeddings")
    return found | _experts(values, found["intermediate_size"]) | _context(values) | _reach(values, name, found)


_LATENT = ("mla_kv_lora_rank", "mla_q_lora_rank", "mla_rope_dim")


def _kv_heads(values: Values, heads: int | None) -> int | None:
    """As many as query heads unless said otherwise (transformers: ``num_key_value_heads`` is None)."""
    if values.flag("multi_query") and not values.flag("new_decoder_architecture"):
        return 1
    return values.whole("num_kv_heads") or heads


def _head_dim(values: Values, found: Mapping[str, Any]) -> int | None:
    nope, rope = values.whole("nope_dim"), values.whole("mla_rope_dim")
    if nope and rope:
        return nope + rope
    heads: int | None = found["num_heads"]
    return values.whole("head_dim") or (found["hidden_size"] // heads or None if heads else None)


def _usual_feed(values: Values, hidden: int) -> int | None:
    """Families that name the field and leave it null mean four times the width."""
    null = any(name in values.flat for name in ("n_inner", "ffn_hidden_size"))
    return hidden * USUAL_FEED if null or values.given("n_embd") or values.given("multi_query") else None


def _experts(values: Values, feed: int | None) -> dict[str, Any]:
    count = values.whole("num_experts")
    if not count or count == 1:
        return {}
    width = values.whole("expert_size") or feed
    shared, copies = values.whole("shared_expert_size"), values.whole("shared_experts")
    return {
        "num_experts": count,
        "experts_per_token": values.whole("experts_per_token"),
        "expert_size": width,
        "shared_expert_size": shared or (copies * width if copies and width else None),
        "dense_layers": values.whole("dense_layers"),
    }


def _context(values: Values) -> dict[str, Any]:
    """Native tokens, and the longer context where YaRN goes beyond what the configuration allows by itself."""
    native = values.whole("context")
    kind, factor = _scaling(values, "rope_type") or _scaling(values, "type"), _scaling(values, "factor")
    beyond = kind == "yarn" and _scaling(values, "original_max_position_embeddings") == native
    if native is None or not beyond or not isinstance(factor, int | float) or not 1 < factor <= FACTOR_LIMIT:
        return {"native_context_tokens": native}
    return {
        "native_context_tokens": native,
        "extended_context_tokens": int(native * factor),
        "extended_context_note": f"YaRN, factor {factor:g}, set in its config.json",
    }


def _scaling(values: Values, name: str) -> Any:
    """A field of the rotary scaling, under its older or its newer name."""
    return values.flat.get(f"rope_scaling.{name}", values.flat.get(f"rope_parameters.{name}"))


def _reach(values: Values, name: str, found: Mapping[str, Any]) -> dict[str, Any]:
    """Attention in words, and layers that do not look at every token."""
    heads, shared = found["num_heads"], found["num_kv_heads"]
    base = "mha" if shared == heads else "mqa" if shared == 1 else "gqa"
    base = ("mla+dsa" if values.given("index_topk") else "mla") if found["mla_kv_lora_rank"] else base
    kinds = layers(values, name, found["num_layers"])
    words = f"hybrid {kinds.words}" if kinds.recurrent else f"{base}+{kinds.words}" if kinds.words else base
    return {
        "attention": words if heads else None,
        "sliding_window": kinds.window,
        "full_attention_layers": kinds.full,
        "sliding_or_linear_layers": kinds.other,
    }


def _assumed(parts: Parts, values: Values) -> Iterator[str]:
    """In words, what was taken because the document does not say it."""
    if parts.kind is None:
        yield f"{parts.name} is an unknown architecture: the usual names of fields, as many KV heads as heads unless given"
    taken = [name for ours in _SHOWN if (name := _defaulted(NAMES[ours], parts))]
    if taken:
        stated = ", ".join(f"{name} {values.flat.get(name)}" for name in taken)
        yield f"not stated, so the default of {parts.name} in {source()}: {stated}"
    for name in sorted(values.uneven):
        yield f"{name} differs from layer to layer: the most frequent value"


_SHOWN = ("num_layers", "hidden_size", "num_heads", "num_kv_heads", "head_dim", "intermediate_size", "vocab_size", "context",
          "num_experts", "experts_per_token", "expert_size")  # fmt: skip


def _defaulted(names: tuple[str, ...], parts: Parts) -> str | None:
    """The field of these names whose value is the family's default."""
    if parts.kind is None:
        return None
    own = {own for own, usual in parts.kind.renamed.items() if usual in names}
    stated = any(name in parts.inner for name in (*names, *own))
    return None if stated else next((name for name in names if name in parts.kind.defaults), None)


def _quantized(outer: Mapping[str, Any]) -> str | None:
    found = outer.get("quantization_config")
    method = found.get("quant_method") if isinstance(found, Mapping) else None
    return method if isinstance(method, str) and WORD.fullmatch(method) else None
