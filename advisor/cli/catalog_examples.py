"""What one types: examples at the end of the help of each command of the catalog, none wider than 76 cells."""

from __future__ import annotations

from collections.abc import Mapping

EXAMPLES: Mapping[str, tuple[str, ...]] = {
    "list": (
        'tunewise catalog list --where "params<8.5B and license~apache" --sort params',
        "tunewise catalog list offers --where gpu~h100 --sort price -n 5",
        "tunewise catalog list --for profile.yaml --columns price_month --json",
    ),
    "show": ("tunewise catalog show gpt-4o", "tunewise catalog show h100 --as-of 2026-10-31"),
    "search": ('tunewise catalog search qwen --where "context>=32K" -n 5',),
    "compare": (
        "tunewise catalog compare h100 a100 l40s",
        "tunewise catalog compare gpt-4o qwen3-8b --for profile.yaml",
    ),
    "frontier": (
        "tunewise catalog frontier profile.yaml",
        'tunewise catalog frontier profile.yaml --measure GPQA --where "kind=open"',
    ),
    "guide": ("tunewise catalog guide", 'tunewise catalog guide --table "training costs"'),
    "platforms": ("tunewise catalog platforms --for profile.yaml", "tunewise catalog platforms --json"),
    "verify": ("tunewise catalog verify", "tunewise catalog verify --as-of 2027-01-31 --json"),
    "import": (
        "tunewise catalog import models/ours --id us/ours --license apache-2.0",
        "tunewise catalog import ours-Q4_K_M.gguf --dry-run",
        "tunewise catalog import HuggingFaceTB/SmolLM2-135M-Instruct --online",
    ),
    "set": (
        'tunewise catalog set gpus rtx-4090 tdp_w=350 --source "our power limit"',
        "tunewise catalog set api_prices openai/gpt-4o input_usd_per_mtok=2 \\",
        '  output_usd_per_mtok=8 --source "contract of May" --confidence verified',
    ),
    "unset": ("tunewise catalog unset gpus rtx-4090",),
    "update": (
        "tunewise catalog update snapshot.tar.gz --dry-run",
        "tunewise catalog update https://example.org/facts.tar.gz --sha256 HASH",
        "tunewise catalog update --live --yes",
    ),
    "rollback": ("tunewise catalog rollback", "tunewise catalog rollback --to bundled"),
    "history": ("tunewise catalog history",),
    "diff": ("tunewise catalog diff", "tunewise catalog diff bundled snapshot.tar.gz --json"),
    "export": ("tunewise catalog export facts.tar.gz",),
}
"""Lines by command; one that ends in a backslash goes on in the next."""


def epilog(name: str) -> str:
    """The examples as click prints them, each on its own line."""
    lines = EXAMPLES.get(name, ())
    return "\n".join(["\b", "Examples:" if len(lines) > 1 else "Example:", *(f"  {line}" for line in lines)])
