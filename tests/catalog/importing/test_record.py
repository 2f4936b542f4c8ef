from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.arithmetic.config import parse
from catalog.arithmetic.of_model import NAMES
from catalog.errors import CatalogError
from catalog.importing.compare import FACTS, compare, same_shape
from catalog.importing.record import Chosen, Imported, entry, imported
from catalog.importing.sources import read_source
from catalog.load import TABLES, load
from catalog.records import Model
from tests.catalog.importing.files import (
    DEEPSEEK,
    LLAMA,
    deepseek_shapes,
    llama_gguf,
    llama_shapes,
    pair,
    refusal,
    write_folder,
    write_weights,
)

DAY = date(2026, 11, 23)
REPRODUCED = (
    "total_params", "num_layers", "hidden_size", "num_heads", "num_kv_heads", "head_dim", "vocab_size",
    "tied_embeddings", "num_experts", "experts_per_token", "expert_size",
)  # fmt: skip


def bring(path: Path, chosen: Chosen | None = None, known: tuple[Model, ...] = ()) -> Imported:
    reading = read_source(str(path), environment={})
    return imported(reading, chosen or Chosen(), known=known, today=DAY)


def test_a_folder_and_its_gguf_give_the_same_model(tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "tiny-llama-69K")
    (tmp_path / "tiny-llama-69K.Q4_K_M.gguf").write_bytes(llama_gguf())

    first, second = bring(folder), bring(tmp_path / "tiny-llama-69K.Q4_K_M.gguf")

    assert first.model.id == second.model.id == "local/tiny-llama-69K"
    assert [name for name in FACTS if getattr(first.model, name) != getattr(second.model, name)] == []
    assert (first.model.total_params, first.model.param_check) == (69_440, "exact")
    assert first.model.kv_bytes_per_token == 2 * 2 * 2 * 16 * 2
    assert first.said == ("its name says 69,000: agrees",)


def test_a_configuration_alone_is_computed_and_says_so(tmp_path: Path) -> None:
    path = tmp_path / "config.json"
    path.write_text(json.dumps(LLAMA))

    found = bring(path)

    assert (found.model.total_params, found.model.param_check) == (69_440, None)
    assert "no weights were given" in (found.model.param_note or "")
    assert found.model.confidence == "sourced"


def test_a_nested_configuration_that_leaves_fields_out_gives_the_published_count(tmp_path: Path) -> None:
    """google/gemma-3-4b-it: its config.json leaves heads and vocabulary to the family; 4,300,079,472 are published."""
    vision = {
        "hidden_size": 1152, "image_size": 896, "intermediate_size": 4304, "model_type": "siglip_vision_model",
        "num_attention_heads": 16, "num_hidden_layers": 27, "patch_size": 14, "vision_use_head": False,
    }  # fmt: skip
    language = {
        "model_type": "gemma3_text", "hidden_size": 2560, "intermediate_size": 10240, "num_hidden_layers": 34,
        "sliding_window": 1024, "rope_scaling": {"factor": 8.0, "rope_type": "linear"},
    }  # fmt: skip
    path = tmp_path / "config.json"
    path.write_text(json.dumps({"model_type": "gemma3", "text_config": language, "vision_config": vision}))

    found = bring(path).model

    assert (found.total_params, found.modality) == (4_300_079_472, "text+image")
    assert (found.attention, found.native_context_tokens) == ("gqa+sliding(1024) 5:1", 131_072)
    assert "num_attention_heads 8, num_key_value_heads 4" in (found.note or "")


def test_headers_that_disagree_are_marked_with_their_deviation(tmp_path: Path) -> None:
    shapes = {**llama_shapes(), "model.extra.weight": ("BF16", (694,))}
    found = bring(write_folder(tmp_path / "m", shapes=shapes))

    assert (found.model.total_params, found.model.param_check) == (70_134, "approximate")
    assert found.check.deviation_percent == pytest.approx(-100 * 694 / 70_134)
    assert "the configuration gives 69,440, the headers 70,134" in (found.model.param_note or "")


def test_a_head_beside_tied_embeddings_is_noted(tmp_path: Path) -> None:
    shapes = {**llama_shapes(), "lm_head.weight": ("BF16", (120, 64))}
    found = bring(write_folder(tmp_path / "m", shapes=shapes))

    assert "tie_word_embeddings is true, yet the headers have a matrix of the output" in (found.model.param_note or "")
    assert found.model.param_check == "approximate"


def test_a_prediction_layer_counts_beside_the_model(tmp_path: Path) -> None:
    found = bring(write_folder(tmp_path / "m", shapes=llama_shapes(layers=3)))

    assert (found.model.total_params, found.model.param_check) == (69_440, "exact")
    assert "30,848 more parameters are stored in prediction layers" in (found.model.param_note or "")


def test_a_mixture_with_latent_attention_in_fp8_is_exact_without_its_scales_and_prediction_layer(
    tmp_path: Path,
) -> None:
    found = bring(write_folder(tmp_path / "m", DEEPSEEK, deepseek_shapes()))

    attention = 48 * 64 + 96 * 48 + 40 * 64 + 128 * 32 + 64 * 64 + 64 + 64 + 48 + 32
    mixture = 5 * 3 * 24 * 64 + 4 * 64 + 4
    assert found.model.total_params == 2 * 120 * 64 + 64 + 2 * attention + 3 * 96 * 64 + mixture
    assert found.model.param_check == "exact"
    assert found.model.active_params == found.model.total_params - 2 * 3 * 24 * 64
    more = attention + mixture + 64 * 128 + 3 * 64 + 2 * 120 * 64
    assert f"{more:,} more parameters are stored in prediction layers" in (found.model.param_note or "")
    assert (found.model.attention, found.model.dense_layers) == ("mla", 1)


def test_packed_weights_are_not_compared(tmp_path: Path) -> None:
    shapes = {**llama_shapes(), "model.layers.0.mlp.up_proj.qweight": ("I32", (8, 96))}
    config = {**LLAMA, "quantization_config": {"quant_method": "gptq"}}
    found = bring(write_folder(tmp_path / "m", config, shapes))

    assert (found.model.total_params, found.model.param_check) == (69_440, None)
    assert "packed (gptq)" in (found.model.param_note or "")
    assert found.model.fine_tunable == "unknown"


def test_an_unknown_architecture_is_counted_by_its_headers(tmp_path: Path) -> None:
    found = bring(write_folder(tmp_path / "m", {**LLAMA, "model_type": "frobnicator"}))

    assert (found.model.total_params, found.model.active_params) == (69_440, None)
    assert found.model.param_check is None
    assert "unknown architecture" in found.assumed[0]
    assert "not covered" in (found.model.param_note or "")


def test_a_name_that_says_another_size_is_contradicted(tmp_path: Path) -> None:
    found = bring(write_folder(tmp_path / "tiny-8B"))

    assert found.said == ("its name says 8,000,000,000: does not agree with 69,440",)


def test_a_licence_brings_what_the_catalog_says_of_it(tmp_path: Path) -> None:
    known = load().table("models")
    path = tmp_path / "m.gguf"
    path.write_bytes(llama_gguf(pair("general.license", "Apache-2.0"), pair("general.languages", ["en", "\x1b[2J"])))

    found = bring(path, known=known).model

    assert (found.license, found.commercial_use, found.languages) == ("apache-2.0", "yes", ("en",))
    assert bring(path, Chosen(license="my-own"), known=known).model.commercial_use == "unknown"


def test_an_entry_reads_back_as_the_record(tmp_path: Path) -> None:
    found = bring(write_folder(tmp_path / "m"))

    assert TABLES["architectures"].record.model_validate(entry(found.architecture)) == found.architecture
    stated = TABLES["models"].record.model_validate(entry(found.model))
    joined = stated.model_copy(
        update={"model_type": found.architecture.model_type, "config": found.architecture.config}
    )
    assert joined == found.model


def test_a_difference_is_named_and_what_one_side_does_not_know_is_none(tmp_path: Path) -> None:
    model = bring(write_folder(tmp_path / "m")).model
    record = model.model_copy(update={"num_layers": 3, "license": "mit", "kv_bytes_per_token": None})

    found = compare(model, record)

    assert [(one.field, one.imported, one.catalog) for one in found.different] == [("num_layers", 2, 3)]
    assert (found.untold, found.new, found.reproduces) == (("license",), ("kv_bytes_per_token",), False)


def test_models_of_the_same_shape_are_found(tmp_path: Path) -> None:
    model = bring(write_folder(tmp_path / "m")).model
    tuned = model.model_copy(update={"id": "org/tuned", "license": "mit"})
    other = model.model_copy(update={"id": "org/other", "num_layers": 3})

    assert same_shape(model, (model, tuned, other)) == ("org/tuned",)


@pytest.mark.parametrize("identifier", ["", "a b", "../x", "a/b/c", "org/\x1b[2J", "x" * 300, "-x"])
def test_an_id_that_is_none_is_refused(tmp_path: Path, identifier: str) -> None:
    folder = write_folder(tmp_path / "m")

    if identifier:
        assert "no id of a model" in refusal(lambda: bring(folder, Chosen(id=identifier)))
    else:
        assert bring(folder, Chosen(id=identifier)).model.id == "local/m"


def test_a_folder_with_an_odd_name_gets_a_plain_id(tmp_path: Path) -> None:
    assert bring(write_folder(tmp_path / "my model; $(rm) ..é")).model.id == "local/my-model-rm"


EXACT = [
    one
    for one in load().built_models
    if (one.param_check, one.params_counted) == ("exact", "model") and not any("." in name for name in one.config)
]
"""Those without encoders, whose fields are nested, and whose published count holds nothing but the model."""


@pytest.mark.parametrize("model", EXACT, ids=[model.id for model in EXACT])
def test_the_configuration_of_a_model_of_the_catalog_reproduces_its_record(tmp_path: Path, model: Model) -> None:
    """Written as a config.json, what the catalog has of a model gives the record's dimensions and its count to the unit."""
    known = ((theirs, getattr(model, ours)) for ours, theirs in NAMES.items())
    common = {name: value for name, value in known if value is not None}
    own = {name: value for name, text in model.config.items() if "." not in name for value in [parse(text)]}
    stated = {name: list(value) if isinstance(value, tuple) else value for name, value in (common | own).items()}
    path = tmp_path / "config.json"
    path.write_text(json.dumps({**stated, "model_type": model.model_type}))

    found = bring(path, Chosen(id=model.id)).model

    assert {name: getattr(found, name) for name in REPRODUCED} == {name: getattr(model, name) for name in REPRODUCED}


SMALL = st.one_of(st.integers(-2, 9), st.booleans(), st.none(), st.sampled_from(["full_attention", "M*-E", "mamba"]))
KINDS = st.sampled_from(
    ["llama", "gemma3_text", "deepseek_v3", "qwen3_next", "nemotron_h", "falcon", "gpt_oss", "lfm2"]
)


@given(kind=KINDS, changes=st.dictionaries(st.sampled_from([
    "num_attention_heads", "num_key_value_heads", "head_dim", "num_experts", "n_routed_experts", "layer_types",
    "hybrid_override_pattern", "kv_lora_rank", "q_lora_rank", "sliding_window", "full_attention_interval",
    "mamba_num_heads", "linear_num_key_heads", "moe_intermediate_size", "multi_query", "first_k_dense_replace",
]), st.one_of(SMALL, st.lists(SMALL, max_size=3)), max_size=5))  # fmt: skip
def test_fields_that_contradict_each_other_are_refused_or_left_uncounted(
    tmp_path_factory: pytest.TempPathFactory, kind: str, changes: dict[str, Any]
) -> None:
    path = tmp_path_factory.mktemp("odd") / "config.json"
    path.write_text(json.dumps({**LLAMA, "model_type": kind, **changes}))

    assert "\n" not in refusal(lambda: bring(path))


def test_weights_alone_and_nothing_at_all_are_told_what_to_give(tmp_path: Path) -> None:
    path = write_weights(tmp_path / "model.safetensors", llama_shapes())

    assert "weights alone" in refusal(lambda: bring(path))
    assert "no config.json and no GGUF file" in refusal(lambda: bring(tmp_path))
    with pytest.raises(CatalogError, match="no such file or folder"):
        bring(tmp_path / "none")
