"""Snapshots from folders, archives and addresses: what is no whole, harmless snapshot is one clear line."""

from __future__ import annotations

import gzip
import hashlib
import io
import socket
import stat
import tarfile
import threading
import zipfile
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from catalog import archive, fetch
from catalog.archive import pack, unpack
from catalog.errors import CatalogError
from catalog.snapshot import digest, read_tables
from tests.catalog.small import offers, small, write

FACTS = small()
Member = tuple[str, bytes]


def tar(*members: Member | tarfile.TarInfo) -> bytes:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as file:
        for member in members:
            if isinstance(member, tarfile.TarInfo):
                file.addfile(member)
            else:
                info = tarfile.TarInfo(member[0])
                info.size = len(member[1])
                file.addfile(info, io.BytesIO(member[1]))
    return packed.getvalue()


def zipped(*members: Member | tuple[zipfile.ZipInfo, bytes]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in members:
            file.writestr(name, content)
    return packed.getvalue()


def link(name: str, target: str, kind: bytes = tarfile.SYMTYPE) -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.type, info.linkname = kind, target
    return info


def zip_link(name: str) -> tuple[zipfile.ZipInfo, bytes]:
    info = zipfile.ZipInfo(name)
    info.external_attr = (stat.S_IFLNK | 0o777) << 16
    return info, b"/etc/passwd"


def refused(call: Callable[[], object]) -> str:
    with pytest.raises(CatalogError) as caught:
        call()
    assert caught.value.allowed
    assert "\n" not in caught.value.message + caught.value.allowed
    return caught.value.message


# ------------------------------------------------------------------------------------------------------ archives


def test_what_was_packed_is_unpacked_and_packing_is_the_same_every_time() -> None:
    assert unpack(pack(FACTS), place="x") == FACTS
    assert pack(FACTS) == pack(dict(reversed(list(FACTS.items()))))


def test_zip_and_the_names_that_tar_gives_a_folder_are_read_too() -> None:
    assert unpack(zipped(*FACTS.items()), place="x") == FACTS
    dotted = [(f"./{name}", content) for name, content in FACTS.items()]
    top = tarfile.TarInfo("./")
    top.type = tarfile.DIRTYPE
    assert unpack(tar(top, *dotted, ("./README.md", b"read me")), place="x") == FACTS


def test_the_hash_is_of_the_tables_and_not_of_how_they_are_packed(tmp_path: Path) -> None:
    folder = write(FACTS, tmp_path / "folder")
    (tmp_path / "s.zip").write_bytes(zipped(*FACTS.items()))
    name = digest(FACTS)

    assert digest(fetch.fetch(str(folder), sha256=name)) == name
    assert digest(fetch.fetch(str(tmp_path / "s.zip"), sha256=name.upper())) == name
    assert name != digest(small({"offers": offers(("a", "2026-01-01", "1"))}))


TABLE = ("models.csv", FACTS["models.csv"])
HOSTILE = [
    (tar(("../models.csv", b"")), "'../models.csv' leaves the archive"),
    (tar(("a/../../models.csv", b"")), "'a/../../models.csv' leaves the archive"),
    (tar(("/etc/models.csv", b"")), "'/etc/models.csv' is an absolute name"),
    (tar(link("models.csv", "/etc/passwd")), "'models.csv' is a link or a device"),
    (tar(link("models.csv", "../../secret", tarfile.LNKTYPE)), "'models.csv' is a link or a device"),
    (tar(link("models.csv", "", tarfile.CHRTYPE)), "'models.csv' is a link or a device"),
    (tar(link("models.csv", "", tarfile.FIFOTYPE)), "'models.csv' is a link or a device"),
    (tar(("run.sh", b"rm")), "unknown file 'run.sh'"),
    (tar(("deep/models.csv", b"")), "'deep/models.csv' lies in a folder"),
    (tar(TABLE, TABLE), "models.csv twice"),
    (tar(TABLE), "architectures.csv is missing"),
    (zipped(("../models.csv", b"")), "'../models.csv' leaves the archive"),
    (zipped(("..\\models.csv", b"")), "leaves the archive"),
    (zipped(("C:/models.csv", b"")), "is an absolute name"),
    (zipped(zip_link("models.csv")), "'models.csv' is a link or a device"),
    (zipped(("run.sh", b"rm")), "unknown file 'run.sh'"),
    (zipped(TABLE), "architectures.csv is missing"),
    (b"PK\x03\x04 and nothing more", "cannot be unpacked"),
    (b"no archive at all", "cannot be unpacked"),
    (b"", "cannot be unpacked"),
    (pack(FACTS)[:300], "cannot be unpacked"),
    (gzip.compress(b"no tar in here"), "cannot be unpacked"),
]


@pytest.mark.parametrize(("packed", "told"), HOSTILE)
def test_a_hostile_or_broken_archive_is_one_line(packed: bytes, told: str) -> None:
    message = refused(lambda: unpack(packed, place="s.tar.gz"))

    assert message.startswith("s.tar.gz: ")
    assert told in message


def test_an_archive_with_any_bit_turned_is_refused() -> None:
    packed = pack({**FACTS, "models.csv": bytes(range(256)) * 40})

    for place in range(10, len(packed), 7):
        turned = packed[:place] + bytes([packed[place] ^ 1]) + packed[place + 1 :]
        with pytest.raises(CatalogError):
            unpack(turned, place="s.tar.gz")


def test_an_archive_that_unpacks_to_more_than_a_snapshot_is_given_up_early(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "TOTAL_LIMIT", 1 << 20)
    bomb = bytes(3 << 20)

    assert "unpacks to more than 1 MiB" in refused(lambda: unpack(tar(("models.csv", bomb)), place="s"))
    assert "unpacks to more than 1 MiB" in refused(lambda: unpack(zipped(("models.csv", bomb)), place="s"))
    assert "unpacks to more than 1 MiB" in refused(lambda: unpack(tar(("README.md", bomb), TABLE), place="s"))


def test_an_archive_of_too_many_entries_is_refused() -> None:
    many = [("README.md", b"") for _ in range(archive.ENTRY_LIMIT + 1)]

    assert f"more than {archive.ENTRY_LIMIT} entries" in refused(lambda: unpack(tar(*many), place="s"))


# ------------------------------------------------------------------------------------------------ folders and files


def test_a_link_in_a_folder_is_refused(tmp_path: Path) -> None:
    folder = write(FACTS, tmp_path / "folder")
    (folder / "gpus.csv").unlink()
    (folder / "gpus.csv").symlink_to("/etc/passwd")

    assert "gpus.csv is a link or no file" in refused(lambda: fetch.fetch(str(folder), sha256=None))


def test_an_unknown_or_missing_file_in_a_folder_is_named(tmp_path: Path) -> None:
    folder = write(FACTS, tmp_path / "folder")
    (folder / "gpus.csv").rename(folder / "cards.csv")

    assert "unknown file 'cards.csv'" in refused(lambda: fetch.fetch(str(folder), sha256=None))
    (folder / "cards.csv").unlink()
    assert "gpus.csv is missing" in refused(lambda: fetch.fetch(str(folder), sha256=None))
    assert "gpus.csv is missing" in refused(lambda: read_tables(folder))


def test_a_wrong_hash_names_both(tmp_path: Path) -> None:
    folder, file = write(FACTS, tmp_path / "folder"), tmp_path / "s.tar.gz"
    file.write_bytes(pack(FACTS))
    wrong = "0" * 64

    assert refused(lambda: fetch.fetch(str(folder), sha256=wrong)).endswith(f"its hash is {digest(FACTS)}, not {wrong}")
    whole = hashlib.sha256(pack(FACTS)).hexdigest()
    assert refused(lambda: fetch.fetch(str(file), sha256=wrong)).endswith(f"its hash is {whole}, not {wrong}")
    assert fetch.fetch(str(file), sha256=whole) == FACTS
    assert "is no SHA-256" in refused(lambda: fetch.fetch(str(file), sha256="abc"))


def test_a_path_where_nothing_is(tmp_path: Path) -> None:
    assert "cannot be read (No such file or directory)" in refused(
        lambda: fetch.fetch(str(tmp_path / "no"), sha256=None)
    )


def test_a_file_larger_than_any_snapshot(tmp_path: Path) -> None:
    with (tmp_path / "large.tar.gz").open("wb") as file:
        file.truncate(archive.PACKED_LIMIT + 1)

    assert "larger than 64 MiB" in refused(lambda: fetch.fetch(str(tmp_path / "large.tar.gz"), sha256=None))


# ----------------------------------------------------------------------------------------------------- addresses


@pytest.fixture
def server() -> Iterator[str]:
    """Serves the snapshot, a detour to it, one to a file, an error, and a reply that stops half way."""

    class Replies(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            detours = {"/moved": "/s.tar.gz", "/file": "file:///etc/passwd", "/ftp": "ftp://127.0.0.1/s.tar.gz"}
            if self.path in detours:
                self.send_response(302)
                self.send_header("Location", detours[self.path])
                self.end_headers()
            elif self.path == "/s.tar.gz":
                self.send_response(200)
                self.end_headers()
                self.wfile.write(pack(FACTS))
            elif self.path == "/torn":
                self.send_response(200)
                self.send_header("Content-Length", "100000")
                self.end_headers()
                self.wfile.write(pack(FACTS)[:200])
            elif self.path == "/endless":
                self.send_response(200)
                self.end_headers()
                self.wfile.write(bytes(4 << 20))
            else:
                self.send_error(404)

        def log_message(self, *_: object) -> None:
            """Quiet."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Replies) as found:
        thread = threading.Thread(target=found.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{found.server_port}"
        found.shutdown()
        thread.join()


def test_an_address_is_read_where_its_hash_is_right(server: str) -> None:
    whole = hashlib.sha256(pack(FACTS)).hexdigest()

    assert fetch.fetch(f"{server}/s.tar.gz", sha256=whole) == FACTS
    assert fetch.fetch(f"{server}/moved", sha256=digest(FACTS)) == FACTS


def test_an_address_without_a_hash_or_with_a_wrong_one_is_refused(server: str) -> None:
    assert "an address without a hash" in refused(lambda: fetch.fetch(f"{server}/s.tar.gz", sha256=None))
    assert "its hash is" in refused(lambda: fetch.fetch(f"{server}/s.tar.gz", sha256="1" * 64))


@pytest.mark.parametrize(
    ("path", "told"),
    [
        ("/none", "the server answers 404"),
        ("/file", "the server answers 302"),
        ("/ftp", "the server answers 302"),
        ("/torn", "cannot be"),
    ],
)
def test_a_server_that_gives_no_snapshot_is_one_line(server: str, path: str, told: str) -> None:
    assert told in refused(lambda: fetch.fetch(f"{server}{path}", sha256="1" * 64))


def test_a_reply_larger_than_any_snapshot_is_given_up(server: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetch, "PACKED_LIMIT", 1 << 20)

    assert "larger than 1 MiB" in refused(lambda: fetch.fetch(f"{server}/endless", sha256="1" * 64))


def test_a_server_that_is_silent_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetch, "REPLY_S", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"http://127.0.0.1:{silent.getsockname()[1]}/s.tar.gz"

        assert "cannot be read (timed out)" in refused(lambda: fetch.fetch(address, sha256="1" * 64))


def test_other_kinds_of_address_are_refused() -> None:
    assert "an address of another kind" in refused(lambda: fetch.fetch("ftp://example.org/s.zip", sha256="1" * 64))
    assert "a file of another machine" in refused(lambda: fetch.fetch("file://elsewhere/s.zip", sha256="1" * 64))


def test_a_file_address_is_a_path_with_a_hash(tmp_path: Path) -> None:
    file = tmp_path / "a b.tar.gz"
    file.write_bytes(pack(FACTS))

    assert fetch.fetch(file.as_uri(), sha256=digest(FACTS)) == FACTS
    assert not fetch.leaves_machine(file.as_uri())
    assert "an address without a hash" in refused(lambda: fetch.fetch(file.as_uri(), sha256=None))
