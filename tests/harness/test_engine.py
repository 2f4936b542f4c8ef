"""What an engine is told, and how it is named."""

from __future__ import annotations

import importlib.metadata

import pytest

from harness import engine
from harness.errors import HarnessError
from harness.protocol import EngineSettings, ModelFacts

GIB = 1 << 30
SMOL = ModelFacts(
    architecture="LlamaForCausalLM", total_params=134_515_008, num_layers=30, hidden_size=576, num_heads=9,
    num_kv_heads=3, head_dim=64, intermediate_size=1536, vocab_size=49_152, tied_embeddings=True,
    weight_bytes=269_030_016, context_length=8192,
)  # fmt: skip
TOKEN_BYTES = 2 * 30 * 3 * 64 * 2
"""Keys and values of 30 layers with 3 heads of 64, two bytes each."""


def test_the_cache_has_room_for_every_sequence_at_full_length() -> None:
    settings = EngineSettings(max_model_len=1024, max_num_seqs=32)

    size = engine.kv_cache_bytes(SMOL, settings, free_bytes=20 * GIB)

    assert 32 * 1024 * TOKEN_BYTES <= size <= 34 * 1056 * TOKEN_BYTES


def test_the_cache_takes_at_most_half_of_what_is_free_beside_the_weights() -> None:
    settings = EngineSettings(max_model_len=8192, max_num_seqs=256)

    assert engine.kv_cache_bytes(SMOL, settings, free_bytes=4 * GIB) == (4 * GIB - 2 * SMOL.total_params) // 2


def test_too_little_memory_is_said_before_anything_is_loaded() -> None:
    with pytest.raises(HarnessError, match="too little free memory"):
        engine.kv_cache_bytes(SMOL, EngineSettings(max_model_len=8192), free_bytes=GIB // 2)


def test_the_environment_keeps_what_a_person_has_set() -> None:
    environ = {"VLLM_LOGGING_LEVEL": "DEBUG"}

    engine.prepare_environment(environ)

    assert environ["VLLM_LOGGING_LEVEL"] == "DEBUG"
    assert environ["VLLM_ENABLE_V1_MULTIPROCESSING"] == "0"


@pytest.mark.parametrize(("backend", "said"), [("vllm", "vllm"), ("hf", "fallback: transformers")])
def test_an_engine_is_named_with_versions_type_and_device(backend: str, said: str) -> None:
    settings = EngineSettings.model_validate({"backend": backend, "dtype": "float32"})

    name = engine.describe(settings, gpu=False)

    assert name.startswith(said)
    assert f"torch {importlib.metadata.version('torch')}" in name
    assert name.endswith("float32, CPU)")


def test_an_engine_that_is_not_installed_is_an_error_with_a_hint(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(engine.DISTRIBUTIONS, "vllm", ("no-such-engine",))

    with pytest.raises(HarnessError, match="not installed"):
        engine.describe(EngineSettings(), gpu=False)
