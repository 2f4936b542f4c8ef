"""What providers call a model, and what the catalog calls it."""

from __future__ import annotations

from collections.abc import Mapping

SNAPSHOTS: Mapping[str, str] = {
    "gpt-4o-2024-08-06": "openai/gpt-4o",
    "gpt-4o-mini-2024-07-18": "openai/gpt-4o-mini",
    "gpt-4.1-2025-04-14": "openai/gpt-4.1",
    "gpt-4.1-mini-2025-04-14": "openai/gpt-4.1-mini",
    "gpt-4.1-nano-2025-04-14": "openai/gpt-4.1-nano",
    "o4-mini-2025-04-16": "openai/o4-mini",
    "Claude 3.5 Sonnet": "anthropic/claude-3-5-sonnet",
}
"""The version that a name of the catalog stood for when it was scored, and under which it is fine-tuned."""

ENDED: Mapping[str, str] = {"anthropic/claude-3-7-sonnet": "anthropic/claude-3-7-sonnet-latest"}
"""Names in notices that are spelt unlike any id. Notices of dated versions stay apart from the undated name."""

TUNED: Mapping[tuple[str, str], str] = {
    ("azure", "Llama-3.3-70B"): "meta-llama/Llama-3.3-70B-Instruct",
    ("azure", "Ministral-3B"): "mistral/ministral-3b",
    ("bedrock", "Nova Micro"): "aws/amazon.nova-micro-v1:0",
    ("bedrock", "Nova Lite"): "aws/amazon.nova-lite-v1:0",
    ("bedrock", "Nova Pro"): "aws/amazon.nova-pro-v1:0",
    ("bedrock", "Nova 2 Lite"): "aws/global.amazon.nova-2-lite-v1:0",
    ("bedrock", "Claude 3 Haiku"): "anthropic/claude-3-haiku",
    ("bedrock", "Llama 3.1 8B Instruct"): "meta-llama/Llama-3.1-8B-Instruct",
    ("bedrock", "Llama 3.1 70B Instruct"): "meta-llama/Llama-3.1-70B-Instruct",
}
"""Names in price lists of fine-tuning that are spelt unlike any id."""

SELLERS: Mapping[str, str] = {
    "aws": "Amazon Bedrock",
    "azure": "Azure",
    "cerebras": "Cerebras",
    "fireworks": "Fireworks",
    "google-vertex": "Google Vertex AI",
    "groq": "Groq",
    "together": "Together",
}
"""Those that serve models of others: an end there is not the end of the model."""

MAKERS: Mapping[str, str] = {"google-vertex": "google", "azure": "openai"}
"""Whose models a seller lists under their bare names."""


def named(provider: str, name: str, known: Mapping[str, str]) -> str:
    """The id of the model of that name, or nothing; ``known`` gives the id of each whole id and unique last part."""
    return known.get(f"{MAKERS.get(provider, provider)}/{name}") or known.get(name, "")


def known_names(identifiers: list[str]) -> dict[str, str]:
    """Every id, and every last part of an id that no other has in any case."""
    lasts: dict[str, list[str]] = {}
    for one in identifiers:
        lasts.setdefault(one.rpartition("/")[2].lower(), []).append(one)
    unique = {owners[0].rpartition("/")[2]: owners[0] for owners in lasts.values() if len(owners) == 1}
    return unique | {one: one for one in identifiers}
