"""Models, open or behind an API: what is true of the weights, without prices, ends and scores."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from catalog_import.sizes import reasons, sized
from catalog_import.text import Carried, Row, excluded, first_day, joined, read, truth

from catalog.records import Architecture

CURRENT = "genai-prices 0.2.3 and litellm 1.109.1 both list it or a notice names it as a replacement; no notice found"
SAME_ID = "the open model of the same id is carried; one id stands for one record"
ANSWERS = {
    "aws/amazon.nova-2-sonic-v1:0": "speech",
    "aws/amazon.nova-sonic-v1:0": "speech",
    "google/gemini-nano-banana-2.1": "image generation",
}
"""Modalities that the research gives as text: litellm 1.109.1 lists these as realtime and image_generation, and
genai-prices 0.2.3 prices their output as audio and as images."""
FROM_MEMORY = ("chat_template", "strengths")
"""Columns of open models that the research filled from memory throughout."""


def models(tables: Path, built: Mapping[str, Architecture]) -> Carried:
    """Open models with the sizes that their architectures give, then those behind an API, each id once."""
    rows = read(tables / "models.csv")
    opened = [row for row in rows if row["kind"] == "open"]
    taken = {row["model_id"] for row in opened}
    hosted = [row for row in rows if row["kind"] == "api" and row["model_id"] not in taken]
    current = listed(tables)
    why = reasons()
    weights = [sized(model(row), built.get(row["model_id"]), why.get(row["model_id"])) for row in opened]
    kept = weights + [model(row) | standing(row, current) for row in hosted]
    doubled = [row for row in rows if row["kind"] == "api" and row["model_id"] in taken]
    return Carried(kept, [excluded("models", f"{row['model_id']} (api)", SAME_ID) for row in doubled])


def model(row: Row) -> Row:
    """One model."""
    native, extended = contexts(row)
    released, remark = release(row)
    return {
        "id": row["model_id"],
        "name": row["name"],
        "family": row["family"],
        "vendor": row["vendor"],
        "kind": row["kind"],
        "release_date": released,
        "license": row["license"],
        "commercial_use": commercial(row),
        "license_conditions": "" if row["license_conditions"] == "permissive" else row["license_conditions"],
        "gated": truth(row["gated"]) if row["kind"] == "open" else "",
        "fine_tunable": tunable(row["fine_tunable"]),
        "fine_tune_note": row["api_fine_tune_status"] or ("" if row["kind"] == "open" else tune_note(row)),
        **dimensions(row),
        "native_context_tokens": native,
        "extended_context_tokens": extended,
        "extended_context_note": "YaRN rope scaling" if extended else "",
        "max_output_tokens": row["max_output_tokens"],
        "languages": ";".join(languages(row["languages"])),
        "modality": ANSWERS.get(row["model_id"], row["modality"]),
        "tool_use": truth(row["tool_use"]),
        "chat_template": row["chat_template"],
        "gguf_repo": row["gguf_repo"],
        "strengths": row["strengths"],
        "lifecycle": "open_weights" if row["kind"] == "open" else "unknown",
        "lifecycle_source": "",
        "lifecycle_as_of": "",
        "note": joined(row["notes"], unchecked(row), remark),
        "recalled_fields": ";".join(recalled(row)),
        "as_of": row["as_of"],
        "source": "recalled; dimensions checked against the published parameter count"
        if row["source"] == "recalled"
        else row["source"],
        "confidence": confidence(row),
    }


def dimensions(row: Row) -> Row:
    """What the size of a model and of its cache follow from."""
    return {
        "total_params": row["total_params"],
        "active_params": row["active_params"],
        "num_layers": row["num_layers"],
        "hidden_size": row["hidden_size"],
        "num_heads": row["num_heads"],
        "num_kv_heads": row["num_kv_heads"],
        "head_dim": row["head_dim"],
        "intermediate_size": row["intermediate_size"],
        "vocab_size": row["vocab_size"],
        "tied_embeddings": truth(row["tied_embeddings"]),
        "num_experts": row["num_experts"],
        "experts_per_token": row["experts_per_token"],
        "expert_size": row["moe_intermediate_size"] or (row["intermediate_size"] if row["num_experts"] else ""),
        "shared_expert_size": "" if row["shared_expert_ff"] == "0" else row["shared_expert_ff"],
        "dense_layers": row["dense_layers"],
        "attention": row["attention"],
        "sliding_window": row["sliding_window"],
        "full_attention_layers": row["full_attention_layers"],
        "sliding_or_linear_layers": row["sliding_or_linear_layers"],
        "mla_kv_lora_rank": row["mla_kv_lora_rank"],
        "mla_rope_dim": row["mla_rope_dim"],
        "mla_q_lora_rank": row["mla_q_lora_rank"],
        "kv_bytes_per_token": row["kv_bytes_per_token_bf16"],
        "param_check": {"exact": "exact", "": ""}.get(row["param_check"], "approximate"),
        "param_note": "" if row["param_check"] == "exact" else row["param_check"],
        "params_counted": "",
    }


def listed(tables: Path) -> set[str]:
    """Ids of API models that two price lists agree on or that a notice recommends."""
    prices = {f"{row['provider']}/{row['model_id']}": row["litellm_check"] for row in read(tables / "api_prices.csv")}
    notices = read(tables / "lifecycle.csv")
    recommended = {row["replacement"] for row in notices}
    agreed = {name for name, check in prices.items() if check == "agrees"}
    return agreed | {name for name in prices if name.partition("/")[2] in recommended}


def standing(row: Row, current: set[str]) -> Row:
    """That an API model is served, where two sources say so; notices of an end are a table of their own."""
    if row["lifecycle_status"] != "active/unknown" or row["model_id"] not in current:
        return {}
    return {"lifecycle": "current", "lifecycle_source": CURRENT, "lifecycle_as_of": row["as_of"]}


def contexts(row: Row) -> tuple[str, str]:
    """Native and extended context in tokens; the table's single column mixes them."""
    window = row["context_length"]
    stated = re.search(r"native (\d+)", row["notes"])
    trained = re.search(r"trained (\d+)k; \d+k with YaRN", row["notes"])
    native = stated.group(1) if stated else str(int(trained.group(1)) * 1024) if trained else window
    return native, window if window and int(window) > int(native) else ""


def release(row: Row) -> tuple[str, str]:
    """The day of release and a remark where the day is not known: then the repository's, if it fits, else the first."""
    known, created = row["release_date"], row["hf_created"]
    if len(known) in (0, 10):
        return known, ""
    day = created if created.startswith(known) else first_day(known)
    return day, "" if "release month approximate" in row["notes"] else f"release known to the month or year: {known}"


def recalled(row: Row) -> list[str]:
    """Columns of a record that rest on memory although its source was looked up."""
    if row["kind"] == "api":
        return []
    looked_up = "release" in row["notes"] or row["release_date"] >= "2026"
    dated = [] if looked_up or not row["release_date"] else ["release_date"]
    return [*dated, *(name for name in FROM_MEMORY if row[name])]


def commercial(row: Row) -> str:
    """Yes only where nothing is attached."""
    if row["commercial_use"] == "y":
        return "yes" if row["license_conditions"] == "permissive" else "conditions"
    return {"n": "no"}.get(row["commercial_use"], "unknown")


def tunable(text: str) -> str:
    """Whether new training is possible, and where."""
    if text.startswith("self-host"):
        return "self_host"
    if "closing" in text:
        return "closing"
    if "verify" in text:
        return "unknown"
    return "hosted" if text.startswith(("API (", "Bedrock")) else "no"


def tune_note(row: Row) -> str:
    """What the table says beyond yes and no."""
    text = row["fine_tunable"]
    return "" if text in ("no", "API (closing)") else text


def languages(text: str) -> list[str]:
    """Codes where they are listed, ``multilingual-N`` where only a number is."""
    if text in ("", "code"):
        return []
    count = re.match(r"(\d+)\+? langs", text)
    listed_codes = re.findall(r"\b[a-z]{2}\b", text.partition("incl.")[2] if count else text.replace("(mostly)", ""))
    return listed_codes + ([f"multilingual-{count.group(1)}"] if count else [])


def unchecked(row: Row) -> str:
    """How far the dimensions were checked, where they were not wholly; the text tower is computed here to the unit."""
    checked = re.sub(r"; text tower .*", "", row["dims_verification"])
    checked = checked.replace("recalled dims, verified: reproduce", "recalled, verified: they reproduce")
    return "" if checked.startswith(("verified", "not public")) else f"dimensions {checked}"


def confidence(row: Row) -> str:
    """What the table's marks amount to; recalled stays recalled."""
    marks = row["dims_verification"] + row["source"]
    if "recalled" in marks:
        return "recalled"
    return "verified" if marks.startswith("verified") else "sourced"
