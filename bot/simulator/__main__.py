"""Runs the simulator as a process of its own: python -m bot.simulator --port 8100 --database FILE …"""

import argparse
from collections.abc import Sequence
from pathlib import Path

import uvicorn

from bot.simulator.app import create_app
from bot.simulator.config import SimulatorConfig


def _arguments(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bot.simulator", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8100)
    parser.add_argument("--database", default=":memory:", help="a SQLite file; a restart continues with it")
    parser.add_argument("--webhook-url", help="where the bot listens")
    parser.add_argument("--channel-id", default=SimulatorConfig.channel_id)
    parser.add_argument("--channel-secret", default=SimulatorConfig.channel_secret)
    parser.add_argument("--channel-access-token", default=SimulatorConfig.channel_access_token)
    parser.add_argument("--login-channel-id", help="the channel that ID tokens are issued for")
    parser.add_argument("--monthly-limit", type=int, help="messages a month before 429")
    parser.add_argument("--enforce-rate-limits", action="store_true", help="answer 429 as LINE's buckets would")
    parser.add_argument("--web-root", type=Path, help="folder of flex.js and flex.css")
    parser.add_argument("--tls-certificate", help="serve https with this certificate chain (PEM)")
    parser.add_argument("--tls-key", help="the certificate's private key (PEM)")
    parser.add_argument("--log-level", default="warning")
    return parser.parse_args(argv)


def main(argv: Sequence[str] | None = None) -> None:
    given = vars(_arguments(argv))
    server = {
        "host": given.pop("host"),
        "port": given.pop("port"),
        "ssl_certfile": given.pop("tls_certificate"),
        "ssl_keyfile": given.pop("tls_key"),
        "log_level": given.pop("log_level"),
    }
    app = create_app(SimulatorConfig(**given))
    uvicorn.run(app, access_log=False, timeout_graceful_shutdown=5, **server)


if __name__ == "__main__":
    main()
