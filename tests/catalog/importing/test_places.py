from __future__ import annotations

import os
from pathlib import Path

import pytest

from catalog.errors import CatalogError
from catalog.importing.places import Folder, cached_folder, check_name, whole
from catalog.importing.sources import read_source
from tests.catalog.importing.files import llama_gguf, refusal, write_folder

ID = "org/tiny-69K"


def cache(folder: Path, *, revision: str = "abc123", main: bool = True) -> Path:
    """A model as the hub's library keeps it: blobs, and links to them."""
    repository = folder / "hub" / "models--org--tiny-69K"
    blobs = write_folder(repository / "blobs")
    snapshot = repository / "snapshots" / revision
    snapshot.mkdir(parents=True)
    for name in ("config.json", "model.safetensors"):
        (snapshot / name).symlink_to(os.path.relpath(blobs / name, snapshot))
    if main:
        (repository / "refs").mkdir(exist_ok=True)
        (repository / "refs" / "main").write_text(revision)
    return snapshot


@pytest.mark.parametrize("main", [True, False])
def test_a_name_is_found_in_the_hub_s_cache(tmp_path: Path, main: bool) -> None:
    snapshot = cache(tmp_path, main=main)

    assert cached_folder(ID, {"HF_HOME": str(tmp_path)}) == snapshot
    assert cached_folder(ID, {"HF_HUB_CACHE": str(tmp_path / "hub")}) == snapshot
    assert cached_folder("org/other", {"HF_HOME": str(tmp_path)}) is None


def test_links_of_the_cache_into_its_blobs_are_followed(tmp_path: Path) -> None:
    snapshot = cache(tmp_path)

    by_name = read_source(ID, environment={"HF_HOME": str(tmp_path)})
    by_folder = read_source(str(snapshot), environment={})

    assert by_name.stored == by_folder.stored
    assert by_name.hub_id == by_folder.hub_id == ID
    assert by_name.name == by_folder.name == "tiny-69K"


def test_a_reference_that_leads_elsewhere_is_not_followed(tmp_path: Path) -> None:
    cache(tmp_path)
    (tmp_path / "hub" / "models--org--tiny-69K" / "refs" / "main").write_text("../../../..")

    assert (cached_folder(ID, {"HF_HOME": str(tmp_path)}) or Path()).name == "abc123"


def test_links_out_of_a_folder_are_refused(tmp_path: Path) -> None:
    secret = tmp_path / "secret.json"
    secret.write_text("{}")
    folder = tmp_path / "model"
    folder.mkdir()
    (folder / "config.json").symlink_to(secret)

    assert "leads out of its folder" in refusal(lambda: read_source(str(folder), environment={}))


def test_links_that_go_in_circles_are_refused(tmp_path: Path) -> None:
    (tmp_path / "config.json").symlink_to(tmp_path / "config.json")

    assert "config.json" in refusal(lambda: read_source(str(tmp_path), environment={}))


def test_pipes_and_folders_are_refused_and_do_not_block(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "config.json")
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "config.json").mkdir()
    os.mkfifo(tmp_path / "m.gguf")

    for path in (tmp_path, tmp_path / "other", tmp_path / "m.gguf", tmp_path / "config.json"):
        assert "not a file" in refusal(lambda path=path: read_source(str(path), environment={}))  # type: ignore[misc]  # a default binds it


@pytest.mark.parametrize("name", ["..", "a/../b", "/x", "a\\b", ".hidden", "a..b", "", "x" * 300])
def test_names_that_lead_elsewhere_are_refused(name: str) -> None:
    with pytest.raises(CatalogError, match="plain name"):
        check_name(name, "index")


def test_a_file_that_is_too_large_is_not_read(tmp_path: Path) -> None:
    with (tmp_path / "config.json").open("wb") as file:
        file.truncate(2**40)

    assert "larger than 1 MiB" in refusal(lambda: whole(Folder(tmp_path), "config.json", limit=2**20))
    assert "larger than 8 MiB" in refusal(lambda: read_source(str(tmp_path), environment={}))
    assert "larger than 8 MiB" in refusal(lambda: read_source(str(tmp_path / "config.json"), environment={}))


@pytest.mark.parametrize(
    "source", ["", "\0", "no/such/thing", "x" * 5_000, "..", "../..", "/proc/self/mem", "org/..", "-"]
)
def test_sources_that_are_none_are_told_what_is_allowed(
    tmp_path: Path, source: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a" / "b").mkdir(parents=True)
    monkeypatch.chdir(tmp_path / "a" / "b")

    assert refusal(lambda: read_source(source, environment={"HF_HOME": str(tmp_path)}))


def test_a_folder_of_one_gguf_is_that_model_and_of_two_is_asked_about(tmp_path: Path) -> None:
    (tmp_path / "a.gguf").write_bytes(llama_gguf())
    assert read_source(str(tmp_path), environment={}).gguf

    (tmp_path / "b.gguf").write_bytes(llama_gguf())
    assert "2 GGUF files" in refusal(lambda: read_source(str(tmp_path), environment={}))
