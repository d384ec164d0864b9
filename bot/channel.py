"""Our channel at LINE: the address where LINE calls us, and the client that calls LINE."""

from bot.line.client import LineClient
from bot.line.connection import LineConnection
from bot.line.tokens import LongLivedToken, StatelessTokens, Tokens
from bot.settings import Settings

WEBHOOK_PATH = "/line/webhook"


def line_client(settings: Settings) -> LineClient:
    """The client for the channel of these settings. Raises ValueError for a token that cannot be one."""
    line = LineConnection(_tokens(settings), api_url=settings.line_api_url, data_url=settings.line_data_url)
    return LineClient(line)


def _tokens(settings: Settings) -> Tokens:
    if settings.line_channel_access_token is not None:
        return LongLivedToken(settings.line_channel_access_token.get_secret_value())
    assert settings.line_channel_id is not None  # Settings refuse to be without both
    return StatelessTokens(
        settings.line_channel_id, settings.line_channel_secret.get_secret_value(), settings.line_api_url
    )
