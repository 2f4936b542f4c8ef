from __future__ import annotations

import os
import threading
from pathlib import Path

import pytest

from advisor.cli.reading import read_text
from advisor.errors import BadInput

LIMIT = 2**20


def read(path: Path) -> str:
    return read_text(path, wanted="a file", limit=LIMIT)


def test_a_byte_order_mark_is_no_part_of_the_text(tmp_path: Path) -> None:
    (tmp_path / "bom").write_bytes(b"\xef\xbb\xbf{}")

    assert read(tmp_path / "bom") == "{}"


def test_a_pipe_is_read_like_a_file(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    writer = threading.Thread(target=lambda: pipe.write_text("{}"))
    writer.start()

    assert read(pipe) == "{}"
    writer.join()


def test_a_device_that_never_ends_and_a_huge_file_are_refused(tmp_path: Path) -> None:
    with (tmp_path / "huge").open("wb") as file:
        file.truncate(3 * 2**30)

    for endless in (Path("/dev/zero"), tmp_path / "huge"):
        with pytest.raises(BadInput, match="more than 1 MiB"):
            read(endless)


def test_a_folder_a_missing_file_and_another_encoding_are_named(tmp_path: Path) -> None:
    (tmp_path / "utf16").write_text("{}", "utf-16")

    for path, told in (
        (tmp_path, "Is a directory"),
        (tmp_path / "none", "No such file"),
        (tmp_path / "utf16", "not UTF-8"),
    ):
        with pytest.raises(BadInput, match=told) as caught:
            read(path)
        assert str(path) in caught.value.message
