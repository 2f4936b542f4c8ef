from __future__ import annotations

import threading
from collections.abc import Iterator
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from catalog.importing.hub import FIRST_BYTES, hub
from catalog.importing.sources import asks_the_hub, read_source
from tests.catalog.importing.files import llama_shapes, refusal, write_folder

ID = "org/tiny-69K"


class Server(ThreadingHTTPServer):
    """A hub with one model; remembers what it was asked and how much it sent."""

    daemon_threads = True

    def __init__(self, folder: Path) -> None:
        self.folder, self.ranges, self.behaviour = folder, True, ""
        self.asked: list[str] = []
        self.sent = 0
        super().__init__(("127.0.0.1", 0), partial(Handler))

    @property
    def environment(self) -> dict[str, str]:
        return {"HF_ENDPOINT": f"http://127.0.0.1:{self.server_address[1]}/", "HF_HOME": str(self.folder / "none")}


class Handler(BaseHTTPRequestHandler):
    server: Server

    def do_GET(self) -> None:
        self.server.asked.append(self.path)
        if self.server.behaviour == "gone":
            self.answer(401, b"")
        elif self.server.behaviour == "to a file":
            self.send_response(302)
            self.send_header("Location", f"file://{self.server.folder}/config.json")
            self.end_headers()
        else:
            self.give(self.server.folder / self.path.rpartition("/")[2])

    def give(self, path: Path) -> None:
        if not self.path.startswith(f"/{ID}/resolve/main/") or not path.is_file():
            self.answer(404, b"Entry not found")
            return
        content = path.read_bytes()
        wanted = self.headers.get("Range")
        if wanted and self.server.ranges:
            last = min(int(wanted.rpartition("-")[2]), len(content) - 1)
            self.answer(206, content[: last + 1], f"bytes 0-{last}/{len(content)}")
        else:
            self.answer(200, content)

    def answer(self, status: int, content: bytes, extent: str | None = None) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(content)))
        if extent:
            self.send_header("Content-Range", extent)
        self.end_headers()
        try:
            self.wfile.write(content)
            self.server.sent += len(content)
        except OSError:
            self.close_connection = True

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - as the base class names it
        """Quiet."""


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    shapes = {**llama_shapes(), "model.vision_tower.big.weight": ("F32", (1_000, 1_000))}
    with Server(write_folder(tmp_path / "served", shapes=shapes)) as running:
        thread = threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        yield running
        running.shutdown()
        thread.join()


@pytest.mark.parametrize("ranges", [True, False])
def test_the_hub_gives_headers_and_keeps_the_weights(server: Server, ranges: bool) -> None:
    server.ranges = ranges

    found = read_source(ID, environment=server.environment, online=True)

    local = read_source(str(server.folder), environment={})
    assert found.stored == local.stored
    assert found.configuration == local.configuration
    assert (found.hub_id, found.name) == (ID, "tiny-69K")
    if ranges:
        assert server.sent <= FIRST_BYTES + 2_000
    assert [path.rpartition("/")[2] for path in server.asked] == [
        "config.json", "model.safetensors.index.json", "model.safetensors", "model.safetensors.index.json",
    ]  # fmt: skip


def test_nothing_is_asked_without_being_told_to(server: Server) -> None:
    told = refusal(lambda: read_source(ID, environment=server.environment))

    assert "neither a folder here nor in the hub's cache" in told
    assert server.asked == []
    assert asks_the_hub(ID, server.environment)


def test_offline_is_respected(server: Server) -> None:
    environment = {**server.environment, "HF_HUB_OFFLINE": "1"}

    assert "HF_HUB_OFFLINE" in refusal(lambda: read_source(ID, environment=environment, online=True))
    assert server.asked == []


@pytest.mark.parametrize(("behaviour", "told"), [("gone", "the hub answers 401"), ("to a file", "file:")])
def test_what_the_hub_refuses_or_sends_elsewhere_is_one_line(server: Server, behaviour: str, told: str) -> None:
    server.behaviour = behaviour

    message = refusal(lambda: read_source(ID, environment=server.environment, online=True))

    assert told in message
    assert "\n" not in message


def test_a_model_that_is_not_there_and_a_hub_that_is_not_there(server: Server) -> None:
    missing = refusal(lambda: read_source("org/other", environment=server.environment, online=True))
    silent = {**server.environment, "HF_ENDPOINT": "http://127.0.0.1:9"}

    assert "no such file" in missing
    assert "cannot be read" in refusal(lambda: read_source(ID, environment=silent, online=True))


@pytest.mark.parametrize("endpoint", ["file:///etc", "ftp://x", "x", "//y"])
def test_an_endpoint_of_another_kind_is_refused(endpoint: str) -> None:
    assert "HF_ENDPOINT" in refusal(lambda: hub(ID, {"HF_ENDPOINT": endpoint}))
