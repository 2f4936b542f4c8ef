from __future__ import annotations

import resource
import struct
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.errors import CatalogError
from catalog.importing.gguf import Length, read_gguf
from catalog.importing.gguf_config import to_config
from tests.catalog.importing.files import gguf, llama_gguf, pair, refusal, tensor, text


def write(folder: Path, content: bytes, name: str = "m.gguf") -> Path:
    (folder / name).write_bytes(content)
    return folder / name


def fault(path: Path) -> str:
    """What reading is refused with."""
    with pytest.raises(CatalogError) as caught:
        read_gguf(path)
    assert "\n" not in caught.value.message
    assert caught.value.allowed
    return caught.value.message


def translated(folder: Path, *pairs: bytes, tensors: tuple[bytes, ...] = ()) -> dict[str, object]:
    header = read_gguf(write(folder, gguf(pairs, tensors, data=4_096)))
    return dict(to_config(header, "m.gguf").config)


def test_parameters_come_from_the_shapes(tmp_path: Path) -> None:
    header = read_gguf(write(tmp_path, llama_gguf()))

    assert (header.stored.parameters, header.stored.vocab, header.stored.output_head) == (69_440, 120, False)
    assert header.stored.types == (("F32", 69_440),)
    assert "blk.N.attn_q.weight" in header.names


def test_packed_blocks_count_as_the_values_that_they_hold(tmp_path: Path) -> None:
    content = gguf(
        [pair("general.architecture", "llama")], [tensor("token_embd.weight", (256, 10), dtype=12)], data=1_440
    )

    header = read_gguf(write(tmp_path, content))

    assert (header.stored.parameters, header.stored.types) == (2_560, (("Q4_K", 2_560),))


def test_the_names_of_config_json_are_given(tmp_path: Path) -> None:
    header = read_gguf(write(tmp_path, llama_gguf()))

    config, assumed = to_config(header, "m.gguf")

    assert config["model_type"] == "llama"
    assert (config["num_hidden_layers"], config["num_attention_heads"], config["num_key_value_heads"]) == (2, 4, 2)
    assert (config["vocab_size"], config["head_dim"], config["tie_word_embeddings"]) == (120, 16, True)
    assert "Mistral" in assumed[0]


def test_a_llama_with_experts_is_a_mixtral_and_a_deepseek2_with_a_correction_a_v3(tmp_path: Path) -> None:
    mixtral = translated(tmp_path, pair("general.architecture", "llama"), pair("llama.expert_count", 8))
    bias = tensor("blk.3.exp_probs_b.bias", (8,))
    deepseek = translated(
        tmp_path,
        pair("general.architecture", "deepseek2"),
        pair("deepseek2.expert_count", 8),
        pair("deepseek2.attention.kv_lora_rank", 512),
        pair("deepseek2.attention.key_length", 576),
        pair("deepseek2.attention.key_length_mla", 192),
        pair("deepseek2.attention.value_length_mla", 128),
        pair("deepseek2.rope.dimension_count", 64),
        tensors=(bias,),
    )

    assert (mixtral["model_type"], mixtral["num_local_experts"]) == ("mixtral", 8)
    assert (deepseek["model_type"], deepseek["n_routed_experts"]) == ("deepseek_v3", 8)
    assert (deepseek["qk_nope_head_dim"], deepseek["qk_rope_head_dim"], deepseek["v_head_dim"]) == (128, 64, 128)


def test_heads_that_differ_by_layer_are_the_usual_ones_and_zero_is_no_attention(tmp_path: Path) -> None:
    found = translated(
        tmp_path,
        pair("general.architecture", "lfm2"),
        pair("lfm2.attention.head_count_kv", [0, 0, 8, 0, 8]),
    )

    assert found["num_key_value_heads"] == 8
    assert found["layer_types"] == ["recurrent", "recurrent", "full_attention", "recurrent", "full_attention"]


def test_recurrent_layers_get_the_names_of_their_family(tmp_path: Path) -> None:
    """Sizes of Qwen3-Next-80B-A3B as its config.json and its GGUF files give them."""
    sizes = {"conv_kernel": 4, "state_size": 128, "group_count": 16, "time_step_rank": 32, "inner_size": 4096}
    pairs = [pair(f"qwen3next.ssm.{key}", value) for key, value in sizes.items()]

    found = translated(tmp_path, pair("general.architecture", "qwen3next"), *pairs)

    assert {name: found[name] for name in found if name.startswith("linear_")} == {
        "linear_conv_kernel_dim": 4, "linear_key_head_dim": 128, "linear_num_key_heads": 16,
        "linear_num_value_heads": 32, "linear_value_head_dim": 128,
    }  # fmt: skip


@pytest.mark.parametrize(("kind", "told"), [("adapter", "holds adapter"), ("mmproj", "holds mmproj")])
def test_what_is_no_whole_model_is_refused(tmp_path: Path, kind: str, told: str) -> None:
    header = read_gguf(write(tmp_path, gguf([pair("general.architecture", "llama"), pair("general.type", kind)])))

    with pytest.raises(CatalogError, match=told):
        to_config(header, "m.gguf")


def test_an_unknown_architecture_is_noted(tmp_path: Path) -> None:
    header = read_gguf(write(tmp_path, gguf([pair("general.architecture", "frobnicator")])))

    assert "frobnicator" in to_config(header, "m.gguf").assumed[0]


def test_a_long_list_is_only_counted(tmp_path: Path) -> None:
    content = gguf([pair("general.architecture", "llama"), pair("tokenizer.ggml.tokens", ["a"] * 5_000)])

    assert read_gguf(write(tmp_path, content)).metadata["tokenizer.ggml.tokens"] == Length(5_000)


def test_parts_are_read_together(tmp_path: Path) -> None:
    first = gguf([pair("general.architecture", "llama")], [tensor("token_embd.weight", (8, 10))], data=320)
    second = gguf([pair("split.no", 1)], [tensor("output_norm.weight", (8,))], data=32)
    write(tmp_path, second, "m-00002-of-00002.gguf")
    path = write(tmp_path, first, "m-00001-of-00002.gguf")

    assert read_gguf(path).stored.parameters == 88
    write(tmp_path, first, "m-00002-of-00002.gguf")
    assert "in another part too" in fault(path)
    (tmp_path / "m-00002-of-00002.gguf").unlink()
    assert "m-00002-of-00002.gguf: no such file" in fault(path)


HUGE = struct.pack("<Q", 2**60)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "no GGUF file"),
        (b"PK\x03\x04" + bytes(60), "no GGUF file"),
        (gguf([], version=1), "version 1"),
        (b"GGUF" + struct.pack(">I", 3) + bytes(40), "big-endian"),
        (gguf([], tensor_count=2**60), f"claims {2**60} tensors"),
        (gguf([], pair_count=2**60), f"and {2**60} entries"),
        (gguf([pair("a", "b")], pair_count=9), "cut off"),
        (gguf([HUGE + b"key"]), f"a text of {2**60} bytes"),
        (gguf([text("k") + struct.pack("<I", 8) + HUGE]), f"a text of {2**60} bytes"),
        (gguf([text("k") + struct.pack("<II", 9, 8) + HUGE]), "elements"),
        (gguf([text("k") + struct.pack("<II", 9, 4) + struct.pack("<Q", 1_900_000)]), "cut off"),
        (gguf([text("k") + struct.pack("<I", 9) + struct.pack("<IQ", 9, 1) * 50]), "lists within lists without end"),
        (gguf([text("k") + struct.pack("<I", 77)]), "unknown type 77"),
        (gguf([pair("a", "b"), pair("a", "b")]), "'a' twice"),
        (gguf([pair("general.alignment", 7)]), "aligns its tensors to 7"),
        (gguf([], [text("t") + struct.pack("<I", 2**31)]), "dimensions"),
        (gguf([], [tensor("t", (2**63, 2))]), "a side of"),
        (gguf([], [tensor("t", (4,)), tensor("t", (4,))], data=64), "'t' twice"),
        (gguf([], [tensor("t", (2**30, 4))], data=64), "cut off"),
        (llama_gguf()[:-1], "cut off"),
    ],
)  # fmt: skip
def test_damaged_files_are_one_line_each(tmp_path: Path, content: bytes, told: str) -> None:
    before, start = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.perf_counter()

    assert told in fault(write(tmp_path, content))

    assert time.perf_counter() - start < 1
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 64 * 1024


def test_a_hole_of_gigabytes_is_not_read_as_metadata(tmp_path: Path) -> None:
    path = write(tmp_path, gguf([text("k") + struct.pack("<IIQ", 9, 8, 1_999_999)]))
    with path.open("r+b") as file:
        file.truncate(2**36)
    start = time.perf_counter()

    read_or_refused(path)

    assert time.perf_counter() - start < 5


def read_or_refused(path: Path) -> None:
    assert "\n" not in refusal(lambda: to_config(read_gguf(path), str(path)))


@given(content=st.binary(max_size=300))
def test_random_bytes_are_refused(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    start = b"GGUF" + struct.pack("<I", 3)

    read_or_refused(write(tmp_path_factory.mktemp("random"), start + content))


@given(data=st.data())
def test_every_cut_and_changed_bytes_are_refused_or_read(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    content = bytearray(llama_gguf())
    header = 3_500
    if data.draw(st.booleans()):
        del content[data.draw(st.integers(0, len(content) - 1)) :]
    for _ in range(data.draw(st.integers(0, 6)) if content else 0):
        content[data.draw(st.integers(0, min(header, len(content)) - 1))] = data.draw(st.integers(0, 255))

    read_or_refused(write(tmp_path_factory.mktemp("changed"), bytes(content)))
