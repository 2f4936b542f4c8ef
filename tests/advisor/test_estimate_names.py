"""GPUs and models as sources print them."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date

import pytest

from advisor.errors import BadInput
from advisor.estimate.architecture import find_shape
from advisor.estimate.gpus import match, memory_class, resolve
from advisor.estimate.shape import shape_from_size
from advisor.estimate.spec import flag
from advisor.estimate.workload import Sharding, read_training
from catalog.load import load
from catalog.records import ApiPrice
from tests.advisor.workloads import FACTS, GPUS, TRAINING


@pytest.mark.parametrize(
    ("printed", "ident"),
    [
        ("A100-SXM4-80GB", "a100-80gb-sxm"),
        ("NVIDIA A100-SXM4-40GB", "a100-40gb-sxm"),
        ("NVIDIA A100 80GB PCIe", "a100-80gb-pcie"),
        ("A100-80GB", "a100-80gb-sxm"),
        ("A100-40GB", "a100-40gb-sxm"),
        ("H100 80GB HBM3", "h100-sxm"),
        ("H100-SXM5-80GB", "h100-sxm"),
        ("h100", "h100-sxm"),
        ("NVIDIA GeForce RTX 4090", "rtx-4090"),
        ("RTX 4090 24GB", "rtx-4090"),
        ("L4", "l4"),
        ("a100-80gb-pcie", "a100-80gb-pcie"),
    ],
)
def test_a_printed_name_finds_its_card(printed: str, ident: str) -> None:
    assert resolve(printed, GPUS)[0].id == ident


@pytest.mark.parametrize("printed", ["H800-80GB", "Gaudi2-96GB", "A10", "40", "80GB"])
def test_a_name_of_another_card_finds_none(printed: str) -> None:
    assert match(printed, GPUS) == ()


def test_a_name_without_size_keeps_its_rivals() -> None:
    first, rivals = resolve("A100", GPUS)
    assert {first.id, *(gpu.id for gpu in rivals)} == {"a100-40gb-sxm", "a100-80gb-sxm", "a100-80gb-pcie"}


def test_an_unknown_name_names_the_allowed() -> None:
    with pytest.raises(BadInput) as caught:
        resolve("zzz", GPUS)
    assert "h100-sxm" in caught.value.hint


@pytest.mark.parametrize(
    ("printed", "size"), [("24GB VRAM class", 24), ("80GB-class (GPU not named)", 80), ("A100-80GB", None)]
)
def test_a_memory_class_is_a_name_that_states_only_a_size(printed: str, size: int | None) -> None:
    assert memory_class(printed) == size


@pytest.mark.parametrize(
    ("words", "targets"),
    [
        ("q_proj,k_proj,v_proj,o_proj", ("q", "k", "v", "o")),
        ("q,v", ("q", "v")),
        ("query,key,value,projection,mlp,head", ("q", "k", "v", "o", "gate", "up", "down", "head")),
        ("q,v,o + mlp(gate,up,down)", ("q", "v", "o", "gate", "up", "down")),
        ("attention_qkv", ("q", "k", "v")),
        ("all-linear", ("q", "k", "v", "o", "gate", "up", "down")),
        ("unknown", None),
    ],
)
def test_lora_targets_are_read_as_frameworks_print_them(words: str, targets: tuple[str, ...] | None) -> None:
    assert read_training({**TRAINING, "lora_targets": words}, shape_from_size(8e9)).targets == targets


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("FSDP FULL_SHARD mp=PURE", Sharding(stage=3)),
        ("ZeRO-3", Sharding(stage=3, master=True)),
        ("zero2-cpu", Sharding(stage=2, offload=True, master=True)),
        ("DDP", Sharding()),
        ("TP4 PP4 CP2 VP5", Sharding(tensor=4, pipeline=4, context=2)),
        ("submission-specific", None),
        (None, None),
    ],
)
def test_parallelism_is_read_as_frameworks_print_it(words: str | None, expected: Sharding | None) -> None:
    work = read_training({**TRAINING, "n_gpus": 8, "parallelism": words}, shape_from_size(8e9))
    assert work.sharding == expected


@pytest.mark.parametrize(
    ("name", "params", "active"),
    [
        ("org/Some-30B-A3B", 30e9, 3e9),
        ("tiny-500m", 5e8, 5e8),
        ("Llama 2 7 B", 7e9, 7e9),
        ("x-1.5B-Instruct", 1.5e9, 1.5e9),
    ],
)
def test_a_size_in_the_name_is_used_when_nothing_better_is_known(name: str, params: float, active: float) -> None:
    found = find_shape({"model": name}, FACTS)
    assert found is not None
    assert found.typical
    assert (found.shape.params, found.shape.active) == (params, active)


def test_a_plain_feed_forward_is_told_from_a_gated_one_by_the_parameter_count() -> None:
    phi = {
        "params_b": 1.418,
        "hidden": 2048,
        "layers": 24,
        "heads": 32,
        "kv_heads": 32,
        "intermediate": 8192,
        "vocab": 51200,
    }
    llama = {
        "params_b": 6.738,
        "hidden": 4096,
        "layers": 32,
        "heads": 32,
        "kv_heads": 32,
        "intermediate": 11008,
        "vocab": 32000,
    }
    plain, gated = find_shape(phi, FACTS), find_shape(llama, FACTS)
    assert plain is not None
    assert gated is not None
    assert not plain.shape.gated
    assert gated.shape.gated


def test_dimensions_are_found_without_asking_for_a_price() -> None:
    def refuse(_: Iterable[str], __: date | None) -> Mapping[str, ApiPrice]:
        raise AssertionError("a price was asked for")

    found = find_shape({"model": "gpt-oss-20b"}, replace(load(), quote=refuse))
    assert found is not None
    assert (found.shape.layers, found.typical) == (24, False)


@pytest.mark.parametrize(
    ("word", "meant"),
    [
        ("full", True),
        ("selective", True),
        ("y (nested)", True),
        ("none", False),
        ("n(dummy)", False),
        ("unknown (default)", None),
        (None, None),
    ],
)
def test_checkpointing_is_read_as_frameworks_print_it(word: str | None, meant: bool | None) -> None:
    assert flag({"activation_ckpt": word}, "activation_ckpt") is meant


@pytest.mark.parametrize(
    ("word", "meant"), [("fa2", True), ("flash_attention_2", True), ("sdpa", True), ("eager", False)]
)
def test_an_attention_kernel_is_read_as_frameworks_print_it(word: str, meant: bool) -> None:
    assert flag({"flash_attn": word}, "flash_attn") is meant


def test_a_word_that_is_neither_yes_nor_no_is_refused_with_those_allowed() -> None:
    with pytest.raises(BadInput, match="flash_attn is 'banana'"):
        flag({"flash_attn": "banana"}, "flash_attn")
