"""Rebuild catalog/data from the research tables: ``python scripts/import_catalog.py --from DIR [--to catalog/data]``.

The committed files are the truth and may be edited by hand; this shows how they came about and lets further rows be
carried over by naming them in ``OPEN_MODELS`` or ``API_MODELS``.
"""

from __future__ import annotations

import argparse
import csv
import re
from collections.abc import Iterable, Mapping
from pathlib import Path

Row = dict[str, str]

OPEN_MODELS: Mapping[str, str] = {
    "meta-llama/Llama-3.1-8B-Instruct": "llama",
    "meta-llama/Llama-3.1-70B-Instruct": "llama",
    "meta-llama/Llama-3.1-405B-Instruct": "llama",
    "meta-llama/Llama-3.2-1B-Instruct": "llama",
    "meta-llama/Llama-3.2-3B-Instruct": "llama",
    "meta-llama/Llama-3.3-70B-Instruct": "llama",
    "mistralai/Mistral-7B-Instruct-v0.1": "mistral",
    "mistralai/Mistral-7B-Instruct-v0.2": "mistral",
    "mistralai/Mistral-7B-Instruct-v0.3": "mistral",
    "mistralai/Mistral-Nemo-Instruct-2407": "mistral",
    "mistralai/Ministral-8B-Instruct-2410": "mistral",
    "mistralai/Mistral-Small-24B-Instruct-2501": "mistral",
    "mistralai/Mistral-Small-3.2-24B-Instruct-2506": "",
    "mistralai/Mixtral-8x7B-Instruct-v0.1": "mixtral",
    "mistralai/Ministral-3-3B-Instruct-2512": "",
    "mistralai/Ministral-3-8B-Instruct-2512": "",
    "mistralai/Ministral-3-14B-Instruct-2512": "",
    "mistralai/Mistral-Small-4-119B-2603": "",
    "Qwen/Qwen2.5-0.5B-Instruct": "qwen2",
    "Qwen/Qwen2.5-1.5B-Instruct": "qwen2",
    "Qwen/Qwen2.5-3B-Instruct": "qwen2",
    "Qwen/Qwen2.5-7B-Instruct": "qwen2",
    "Qwen/Qwen2.5-14B-Instruct": "qwen2",
    "Qwen/Qwen2.5-32B-Instruct": "qwen2",
    "Qwen/Qwen2.5-72B-Instruct": "qwen2",
    "Qwen/Qwen3-0.6B": "qwen3",
    "Qwen/Qwen3-1.7B": "qwen3",
    "Qwen/Qwen3-4B": "qwen3",
    "Qwen/Qwen3-8B": "qwen3",
    "Qwen/Qwen3-14B": "qwen3",
    "Qwen/Qwen3-32B": "qwen3",
    "Qwen/Qwen3-4B-Instruct-2507": "qwen3",
    "Qwen/Qwen3-30B-A3B-Instruct-2507": "qwen3_moe",
    "Qwen/Qwen3.5-0.8B": "",
    "Qwen/Qwen3.5-2B": "",
    "Qwen/Qwen3.5-4B": "",
    "Qwen/Qwen3.5-9B": "",
    "Qwen/Qwen3.5-27B": "",
    "Qwen/Qwen3.5-35B-A3B": "",
    "Qwen/Qwen3.6-27B": "",
    "Qwen/Qwen3.6-35B-A3B": "",
    "Qwen/Qwen3.8-27B": "",
    "CohereLabs/aya-23-8B": "cohere",
    "CohereLabs/aya-expanse-8b": "cohere",
    "CohereLabs/aya-expanse-32b": "cohere",
    "CohereLabs/tiny-aya-global": "cohere",
    "google/gemma-2-2b-it": "gemma2",
    "google/gemma-2-9b-it": "gemma2",
    "google/gemma-3-270m-it": "gemma3_text",
    "google/gemma-3-1b-it": "gemma3_text",
    "google/gemma-3-4b-it": "",
    "google/gemma-3-12b-it": "",
    "google/gemma-3-27b-it": "",
    "google/gemma-4-E2B-it": "",
    "google/gemma-4-E4B-it": "",
    "google/gemma-4-12B-it": "",
    "google/gemma-4-26B-A4B-it": "",
    "google/gemma-4-31B-it": "",
    "microsoft/phi-4": "phi3",
    "microsoft/Phi-4-mini-instruct": "phi3",
    "microsoft/Phi-3.5-mini-instruct": "phi3",
    "HuggingFaceTB/SmolLM2-135M-Instruct": "llama",
    "HuggingFaceTB/SmolLM2-360M-Instruct": "llama",
    "HuggingFaceTB/SmolLM2-1.7B-Instruct": "llama",
    "HuggingFaceTB/SmolLM3-3B": "smollm3",
    "TinyLlama/TinyLlama-1.1B-Chat-v1.0": "llama",
    "openai/gpt-oss-20b": "",
    "openai/gpt-oss-120b": "",
    "ibm-granite/granite-4.1-3b": "granite",
    "ibm-granite/granite-4.1-8b": "granite",
    "ibm-granite/granite-4.1-30b": "granite",
    "allenai/OLMo-2-1124-7B-Instruct": "olmo2",
    "allenai/Olmo-3-7B-Instruct": "olmo3",
    "utter-project/EuroLLM-9B-Instruct": "llama",
    "swiss-ai/Apertus-8B-Instruct-2509": "",
}
"""Id to ``model_type`` of its config.json; empty where the text formula does not apply."""

API_MODELS = (
    "openai/gpt-4o",
    "openai/gpt-4o-mini",
    "openai/gpt-4.1",
    "openai/gpt-4.1-mini",
    "openai/gpt-5-mini",
    "openai/gpt-5.4-mini",
    "openai/gpt-5.6-luna",
    "openai/gpt-5.6-terra",
    "openai/gpt-5.6-sol",
    "openai/gpt-6-luna",
    "openai/gpt-6-sol",
    "openai/gpt-6.1-terra",
    "openai/gpt-6.1-sol",
    "openai/gpt-6-astra",
    "anthropic/claude-3-5-sonnet",
    "anthropic/claude-3-5-haiku-latest",
    "anthropic/claude-3-haiku",
    "anthropic/claude-haiku-4-5",
    "anthropic/claude-sonnet-4-5",
    "anthropic/claude-haiku-5-5",
    "anthropic/claude-sonnet-5",
    "anthropic/claude-sonnet-5-5",
    "anthropic/claude-opus-5-5",
    "google/gemini-2.5-flash",
    "google/gemini-2.5-flash-lite",
    "google/gemini-3.1-flash-lite",
    "google/gemini-3.5-flash-lite",
    "google/gemini-3.8-flash",
    "google/gemini-4-argon",
    "mistral/mistral-small-2603",
    "mistral/mistral-medium-3-5",
    "mistral/mistral-large-4",
    "aws/amazon.nova-micro-v1:0",
    "aws/amazon.nova-lite-v1:0",
    "aws/amazon.nova-pro-v1:0",
    "aws/global.amazon.nova-2-lite-v1:0",
    "cohere/command-r7b",
    "deepseek/deepseek-v4-flash",
)

GUIDE_WORDS = (
    (r"\bseed's\b", "guide's"),
    (r"\bseed\b", "guide"),
    (r"grep of example configs in the mirrored repos", "example configurations of axolotl, LLaMA-Factory, torchtune"),
    (r"^same grep$", "example configurations of axolotl, LLaMA-Factory, torchtune"),
    (r"\b[a-z_]+\.csv\b", lambda found: FILES.get(found.group(0), "this catalog")),
)
CURRENT = "genai-prices 0.2.3 and litellm 1.109.1 both list it or a notice names it as a replacement; no notice found"
FILES = {"gpu_prices.csv": "offers.csv", "models.csv": "models.csv", "lifecycle.csv": "models.csv"}
YES = {"y": True, "n": False, "1": True, "0": False}


def main() -> None:
    """Read the tables, write the files of the catalog."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--from", dest="tables", type=Path, required=True, help="folder of the research tables")
    parser.add_argument("--to", dest="data", type=Path, default=Path("catalog/data"), help="folder to write")
    chosen = parser.parse_args()
    kept, left_out = offers(read(chosen.tables / "gpu_prices.csv"))
    write(chosen.data / "models.csv", models(chosen.tables))
    write(chosen.data / "gpus.csv", [gpu(row) for row in read(chosen.tables / "gpus.csv")])
    write(chosen.data / "offers.csv", kept)
    write(chosen.data / "exclusions.csv", left_out)
    write(chosen.data / "guide.csv", [guide(row) for row in read(chosen.tables / "seed_discrepancies.csv")])


def read(path: Path) -> list[Row]:
    """The rows of a table."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def write(path: Path, rows: list[Row]) -> None:
    """Write rows under the first row's columns."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, fieldnames=list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    print(f"{path}: {len(rows)} rows")


def models(tables: Path) -> list[Row]:
    """The chosen open models, then the chosen API models, in one form."""
    rows = read(tables / "models.csv")
    prices = {f"{row['provider']}/{row['model_id']}": row for row in read(tables / "api_prices.csv")}
    notices = {f"{row['provider']}/{row['model_id']}": row for row in read(tables / "lifecycle.csv")}
    replacing = {row["replacement"] for row in notices.values()}
    opened = {row["model_id"]: row for row in rows if row["kind"] == "open"}
    hosted = {row["model_id"]: row for row in rows if row["kind"] == "api"}
    chosen = [model(opened[name], kind) for name, kind in OPEN_MODELS.items()]
    return chosen + [api_model(hosted[name], prices[name], notices.get(name), replacing) for name in API_MODELS]


def model(row: Row, model_type: str) -> Row:
    """One model of the table, open or not, without prices and notices."""
    native, extended = contexts(row)
    score = benchmark(row)
    return {
        "id": row["model_id"],
        "name": row["name"],
        "family": row["family"],
        "vendor": row["vendor"],
        "kind": row["kind"],
        "license": row["license"],
        "commercial_use": commercial(row),
        "license_conditions": "" if row["license_conditions"] == "permissive" else row["license_conditions"],
        "fine_tunable": tunable(row["fine_tunable"]),
        "fine_tune_note": row["api_fine_tune_status"] or ("" if row["kind"] == "open" else tune_note(row)),
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
        "model_type": model_type,
        "num_experts": row["num_experts"],
        "experts_per_token": row["experts_per_token"],
        "expert_size": row["moe_intermediate_size"] or (row["intermediate_size"] if row["num_experts"] else ""),
        "attention": row["attention"],
        "kv_bytes_per_token": row["kv_bytes_per_token_bf16"],
        "param_check": {"exact": "exact", "": ""}.get(row["param_check"], "approximate"),
        "tool_use": truth(row["tool_use"]),
        "native_context_tokens": native,
        "extended_context_tokens": extended,
        "extended_context_note": "YaRN rope scaling" if extended else "",
        "languages": ";".join(languages(row["languages"])),
        "lifecycle": "open_weights" if row["kind"] == "open" else "unknown",
        "shutdown_date": row["shutdown_date"],
        "replacement": "",
        "lifecycle_source": "",
        "lifecycle_as_of": "",
        "input_usd_per_mtok": "",
        "cached_input_usd_per_mtok": "",
        "output_usd_per_mtok": "",
        "long_input_from_tokens": "",
        "long_input_usd_per_mtok": "",
        "long_output_usd_per_mtok": "",
        "price_source": "",
        "price_as_of": "",
        "price_confidence": "",
        **score,
        "note": note(row),
        "as_of": row["as_of"],
        "source": "recalled; dimensions checked against the published parameter count"
        if row["source"] == "recalled"
        else row["source"],
        "confidence": model_confidence(row),
    }


def api_model(row: Row, price: Row, notice: Row | None, replacing: Iterable[str]) -> Row:
    """One API model with its price and its end of life."""
    name = row["model_id"].partition("/")[2]
    agrees = price["litellm_check"] == "agrees"
    listed = "current" if agrees or name in replacing else "unknown"
    return model(row, "") | {
        "lifecycle": {"active/unknown": listed}.get(row["lifecycle_status"], row["lifecycle_status"]),
        "replacement": (notice or {}).get("replacement", "").rstrip("?"),
        "lifecycle_source": notice["source"] if notice else CURRENT if listed == "current" else "",
        "lifecycle_as_of": notice["as_of"] if notice else row["as_of"] if listed == "current" else "",
        "input_usd_per_mtok": money(price["input_per_mtok"]),
        "cached_input_usd_per_mtok": money(price["cached_input_per_mtok"]),
        "output_usd_per_mtok": money(price["output_per_mtok"]),
        "long_input_from_tokens": price["long_context_threshold_tokens"],
        "long_input_usd_per_mtok": money(price["long_context_input_per_mtok"]),
        "long_output_usd_per_mtok": money(price["long_context_output_per_mtok"]),
        "price_source": f"{price['source_url']} through genai-prices 0.2.3; litellm 1.109.1: {price['litellm_check']}",
        "price_as_of": first_day(price["verified_on"] or price["as_of"]),
        "price_confidence": "verified" if agrees else "sourced",
    }


def contexts(row: Row) -> tuple[str, str]:
    """Native and extended context in tokens; the table's single column mixes them."""
    window = row["context_length"]
    stated = re.search(r"native (\d+)", row["notes"])
    trained = re.search(r"trained (\d+)k; \d+k with YaRN", row["notes"])
    native = stated.group(1) if stated else str(int(trained.group(1)) * 1024) if trained else window
    return native, window if window and int(window) > int(native) else ""


def benchmark(row: Row) -> Row:
    """MMLU, IFEval, HumanEval, MATH and GPQA as the table gives them."""
    names = {"mmlu": "MMLU", "ifeval": "IFEval", "humaneval": "HumanEval", "math": "MATH", "gpqa": "GPQA"}
    scores = {f"quality_{key}": row[key] for key in names}
    return scores | {"quality_source": row["bench_source"] if any(scores.values()) else ""}


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


def truth(flag: str) -> str:
    """``true``, ``false`` or nothing."""
    return {True: "true", False: "false", None: ""}[YES.get(flag)]


def languages(text: str) -> list[str]:
    """Codes where they are listed, ``multilingual-N`` where only a number is."""
    if text in ("", "code"):
        return []
    count = re.match(r"(\d+)\+? langs", text)
    listed = re.findall(r"\b[a-z]{2}\b", text.partition("incl.")[2] if count else text.replace("(mostly)", ""))
    return listed + ([f"multilingual-{count.group(1)}"] if count else [])


def note(row: Row) -> str:
    """The table's own remark, and how far its dimensions were checked."""
    checked = row["dims_verification"]
    checked = "" if checked.startswith(("verified", "not public")) else f"dimensions {checked}"
    return "; ".join(part for part in (row["notes"], checked) if part)


def model_confidence(row: Row) -> str:
    """What the table's marks amount to; recalled stays recalled."""
    marks = row["dims_verification"] + row["source"]
    if "recalled" in marks:
        return "recalled"
    return "verified" if marks.startswith("verified") else "sourced"


def gpu(row: Row) -> Row:
    """One GPU."""
    agrees = row["check"].startswith("agrees")
    remarks = (row["notes"], "" if agrees else row["check"])
    return {
        "id": row["gpu_id"],
        "name": row["display_name"],
        "vendor": row["vendor"],
        "architecture": row["architecture"],
        "compute_capability": row["compute_capability"],
        "memory_gb": row["memory_gb"],
        "bandwidth_gb_s": row["bandwidth_gb_s"],
        "bf16_dense_tflops": row["bf16_dense_tflops"],
        "fp16_dense_tflops": row["fp16_dense_tflops"],
        "tdp_w": row["tdp_w"],
        "nvlink_gb_s": row["nvlink_gb_s"],
        "note": "; ".join(part for part in remarks if part),
        "as_of": row["as_of"],
        "source": row["source"],
        "confidence": "recalled" if "recalled" in row["source"] else "verified" if agrees else "sourced",
    }


def offers(rows: list[Row]) -> tuple[list[Row], list[Row]]:
    """The offers that can be carried, and the others with the reason."""
    kept: dict[str, Row] = {}
    left_out: list[Row] = []
    for row in rows:
        shaped = offer(row)
        why = refusal(row) or ("same offer on the same day, carried already" if shaped["id"] in kept else "")
        if why:
            left_out.append({"table": "gpu_prices", "record": shaped["id"], "reason": why})
        else:
            kept[shaped["id"]] = shaped
    return list(kept.values()), left_out


def refusal(row: Row) -> str:
    """Why a row is not an offer that can be rented at that price, or nothing."""
    if row["tier"] == "mean of observed":
        return "a mean over several kinds of GPU, not an offer"
    if row["as_of"] == "undated":
        return "undated"
    if row["gpu_id"] == "h200-nvl" and float(row["usd_per_gpu_hour"]) < 1:
        return "0.50 USD an hour is a quarter of the lowest other price for this GPU: taken for an error of the source"
    return ""


def offer(row: Row) -> Row:
    """One way to rent a GPU on one day."""
    where = row["instance_type"] or row["product"]
    parts = (row["provider"], where, row["gpu_id"], f"x{row['gpu_count']}", row["tier"], row["region"], row["as_of"])
    recalled = "recalled" in row["source"] + row["source_kind"] or "UNVERIFIED" in row["notes"]
    return {
        "id": re.sub(r"[^a-z0-9.]+", "-", "-".join(parts).lower()).strip("-"),
        "provider": row["provider"],
        "product": row["product"],
        "gpu_id": row["gpu_id"],
        "gpu_count": row["gpu_count"],
        "tier": row["tier"],
        "usd_per_gpu_hour": row["usd_per_gpu_hour"],
        "billing": row["billing"],
        "region": row["region"],
        "instance": row["instance_type"],
        "note": row["notes"],
        "as_of": first_day(row["as_of"]),
        "source": re.sub(r" file id \d+", "", row["source"]),
        "confidence": "recalled" if recalled else "sourced",
    }


def guide(row: Row) -> Row:
    """One statement of the guide beside what holds."""
    return {
        "section": row["section"],
        "guide_value": row["seed_value"],
        "corrected_value": worded(row["corrected_value"]),
        "severity": row["severity"],
        "as_of": "2026-11-23",
        "source": worded(row["evidence"]),
        "confidence": "recalled" if "recalled" in row["evidence"] else "sourced",
    }


def worded(text: str) -> str:
    """In the catalog's own terms."""
    for pattern, word in GUIDE_WORDS:
        text = re.sub(pattern, word, text)
    return text


def first_day(text: str) -> str:
    """A whole date; a month or a year counts from its first day, so that it goes stale early rather than late."""
    return {4: f"{text}-01-01", 7: f"{text}-01"}.get(len(text), text)


def money(text: str) -> str:
    """A price as the source prints it, without a trailing ``.0``."""
    return text.removesuffix(".0")


if __name__ == "__main__":
    main()
