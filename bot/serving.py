"""Serving the application over HTTP, with deadlines, and with a clear word when the port is taken."""

import socket
from typing import Any

import uvicorn

KEEP_ALIVE_SECONDS = 15
STOP_SECONDS = 10


class PortTaken(Exception):  # noqa: N818  reads as what it says where it is caught
    """Somebody else listens there already."""


def serve(app: Any, host: str, port: int) -> None:
    """Serve until told to stop; raises PortTaken before anything is started."""
    check_port(host, port)
    uvicorn.run(
        app,
        host=host,
        port=port,
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=STOP_SECONDS,
    )


def check_port(host: str, port: int) -> None:
    """Raises PortTaken when nobody can listen there."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise PortTaken(
                f"Cannot listen on {host}:{port} ({error.strerror}). Choose another port: BOT_PORT=8001"
            ) from None
