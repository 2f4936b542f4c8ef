from __future__ import annotations

import json
import resource
import struct
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.errors import CatalogError
from catalog.importing.headers import INDEX, SINGLE, read_headers, stated_total
from catalog.importing.places import Folder
from tests.catalog.importing.files import header_of, llama_shapes, refusal, safetensors, write_folder, write_weights


def fault(folder: Path) -> str:
    """What reading the folder is refused with."""
    with pytest.raises(CatalogError) as caught:
        read_headers(Folder(folder))
    assert "\n" not in caught.value.message
    assert caught.value.allowed
    return caught.value.message


def one_file(folder: Path, content: bytes) -> Path:
    (folder / SINGLE).write_bytes(content)
    return folder


def sharded(folder: Path, index: object) -> Path:
    shapes = llama_shapes()
    names = sorted(shapes)
    for number, part in enumerate((names[:5], names[5:]), 1):
        write_weights(folder / f"model-{number:05}-of-00002.safetensors", {name: shapes[name] for name in part})
    (folder / INDEX).write_text(json.dumps(index))
    return folder


def shard_names() -> dict[str, str]:
    return {
        name: f"model-0000{1 if place < 5 else 2}-of-00002.safetensors"
        for place, name in enumerate(sorted(llama_shapes()))
    }


def test_parameters_are_counted_by_type(tmp_path: Path) -> None:
    stored = read_headers(Folder(write_folder(tmp_path)))

    assert stored is not None
    assert (stored.parameters, stored.types, stored.tensors) == (69_440, (("BF16", 69_440),), 20)
    assert (stored.output_head, stored.vocab, stored.weight_bytes) == (False, 120, 138_880)


def test_a_folder_without_weights_has_none(tmp_path: Path) -> None:
    assert read_headers(Folder(tmp_path)) is None


def test_shards_are_counted_together(tmp_path: Path) -> None:
    folder = sharded(tmp_path, {"metadata": {"total_parameters": 69_440}, "weight_map": shard_names()})

    stored = read_headers(Folder(folder))

    assert stored is not None
    assert stored.parameters == 69_440
    assert stated_total(Folder(folder)) == 69_440


def test_scales_and_buffers_are_no_parameters(tmp_path: Path) -> None:
    shapes = {
        "model.layers.0.mlp.up_proj.weight": ("F8_E4M3", (128, 128)),
        "model.layers.0.mlp.up_proj.weight_scale_inv": ("F32", (1, 1)),
        "model.layers.0.self_attn.rotary_emb.inv_freq": ("F32", (32,)),
        "model.embeddings.position_ids": ("I64", (1, 512)),
    }

    stored = read_headers(Folder(write_weights(tmp_path / SINGLE, shapes).parent))

    assert stored is not None
    assert (stored.parameters, stored.packed) == (128 * 128, None)


@pytest.mark.parametrize(
    ("name", "dtype"),
    [
        ("model.layers.0.mlp.up_proj.qweight", "I32"),
        ("model.layers.0.mlp.experts.gate_up_proj_blocks", "U8"),
        ("model.layers.0.mlp.up_proj.weight.absmax", "F32"),
        ("model.layers.0.mlp.up_proj.weight", "U8"),
    ],
)
def test_packed_weights_are_named(tmp_path: Path, name: str, dtype: str) -> None:
    stored = read_headers(Folder(write_weights(tmp_path / SINGLE, {name: (dtype, (8, 8))}).parent))

    assert stored is not None
    assert stored.packed == name


def test_what_sees_and_what_predicts_is_counted_apart(tmp_path: Path) -> None:
    shapes = {
        **llama_shapes(layers=3),
        "vision_tower.blocks.0.weight": ("BF16", (10, 10)),
        "mtp.layers.0.weight": ("BF16", (7,)),
        "lm_head.weight": ("BF16", (120, 64)),
    }

    stored = read_headers(Folder(write_weights(tmp_path / SINGLE, shapes).parent))

    assert stored is not None
    assert stored.parameters - stored.language == 100
    assert stored.beyond(2) == 30_848 + 7
    assert stored.output_head


def test_a_header_that_claims_an_exbibyte_is_refused_without_making_room(tmp_path: Path) -> None:
    before, start = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.perf_counter()

    message = fault(one_file(tmp_path, safetensors(b"{}", length=2**60)))

    assert str(2**60) in message
    assert time.perf_counter() - start < 1
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 64 * 1024


def test_a_header_of_gigabytes_in_a_file_of_that_size_is_refused(tmp_path: Path) -> None:
    with (tmp_path / SINGLE).open("wb") as file:
        file.write(struct.pack("<Q", 2**33))
        file.truncate(2**33 + 100)

    assert "8589934592" in fault(tmp_path)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "0 bytes"),
        (b"\x00\x01", "2 bytes"),
        (safetensors(header_of(llama_shapes()))[:100], "says that its header has"),
        (safetensors(header_of(llama_shapes()), data=99), "its header describes"),
        (safetensors(b"{not json"), "not JSON"),
        (safetensors(b"[1, 2]"), "not an object"),
        (safetensors(b'{"a": 1}'), "not described properly"),
        (safetensors(b'{"a": {"dtype": "BF16", "shape": [2, -1], "data_offsets": [0, 4]}}', data=4), "not described"),
        (safetensors(b'{"a": {"dtype": "BF16", "shape": [true], "data_offsets": [0, 2]}}', data=2), "not described"),
        (safetensors(b'{"a": {"dtype": "BF16", "shape": [1e3], "data_offsets": [0, 2]}}', data=2), "not described"),
        (safetensors(b'{"a": {"dtype": "BF16", "shape": [3], "data_offsets": [0, 4]}}', data=4), "another size"),
        (safetensors(b'{"a": {"dtype": "X9", "shape": [1], "data_offsets": [0, 4]}}', data=4), "unknown type 'X9'"),
        (safetensors(b'{"a": {"dtype": "F32", "shape": [NaN], "data_offsets": [0, 4]}}', data=4), "NaN"),
        (safetensors(b'{"a": {}, "a": {}}'), "'a' twice"),
        (safetensors(b'{"a":' * 100_000), "header"),
        (safetensors(b"[" * 1_000_000), "nested without end"),
        (safetensors(b'{"a": ' + b"9" * 10_000 + b"}"), "not JSON"),
    ],
)
def test_damaged_files_are_one_line_each(tmp_path: Path, content: bytes, told: str) -> None:
    assert told in fault(one_file(tmp_path, content))


@pytest.mark.parametrize(
    "name", ["../secret.safetensors", "/etc/passwd", "a/b.safetensors", "..", "", "a\x1b[2J", 7, None]
)
def test_an_index_names_plain_files_of_its_folder(tmp_path: Path, name: object) -> None:
    assert "is not the plain name of a file" in fault(sharded(tmp_path, {"weight_map": {"x": name}}))


def test_a_shard_that_links_out_of_the_folder_is_refused(tmp_path: Path) -> None:
    outside = write_weights(tmp_path / "outside.safetensors", llama_shapes())
    (tmp_path / "model").mkdir()
    (tmp_path / "model" / SINGLE).symlink_to(outside)

    assert "leads out of its folder" in fault(tmp_path / "model")


def test_a_missing_shard_and_a_doubled_tensor_are_named(tmp_path: Path) -> None:
    folder = sharded(tmp_path, {"weight_map": shard_names()})
    (folder / "model-00002-of-00002.safetensors").unlink()
    assert f"missing, but {INDEX} names it" in fault(folder)

    write_weights(folder / "model-00002-of-00002.safetensors", llama_shapes())
    assert "is in another shard too" in fault(folder)


@pytest.mark.parametrize("index", [[], {}, {"weight_map": []}, {"weight_map": {}}, {"weight_map": "x"}])
def test_an_index_without_a_map_is_refused(tmp_path: Path, index: object) -> None:
    assert INDEX in fault(sharded(tmp_path, index))


@given(content=st.binary(max_size=200))
def test_random_bytes_are_refused_or_counted(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    folder = one_file(tmp_path_factory.mktemp("random"), content)

    assert "\n" not in refusal(lambda: read_headers(Folder(folder)))


@given(data=st.data())
def test_a_file_with_changed_bytes_is_refused_or_counted(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    whole = bytearray(safetensors(header_of(llama_shapes()), data=138_880)[:3_000])
    for _ in range(data.draw(st.integers(1, 6))):
        whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    folder = one_file(tmp_path_factory.mktemp("changed"), bytes(whole) + bytes(138_880))

    assert "\n" not in refusal(lambda: read_headers(Folder(folder)))
