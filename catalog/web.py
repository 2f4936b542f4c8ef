"""How addresses are opened: over http and https alone, through the proxies that are set."""

from __future__ import annotations

from urllib.request import (
    HTTPDefaultErrorHandler,
    HTTPErrorProcessor,
    HTTPHandler,
    HTTPRedirectHandler,
    HTTPSHandler,
    OpenerDirector,
    ProxyHandler,
)

HANDLERS = (
    ProxyHandler,
    HTTPHandler,
    HTTPSHandler,
    HTTPRedirectHandler,
    HTTPDefaultErrorHandler,
    HTTPErrorProcessor,
)


def opener() -> OpenerDirector:
    """Speaks no other scheme, so that no redirection reads a file or an ftp server."""
    made = OpenerDirector()
    for handler in HANDLERS:
        made.add_handler(handler())
    return made
