"""Examines LINE: our access, where it sends events, what may still be sent, and the way from it to us."""

import ssl
from datetime import datetime
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

import httpx

from bot.channel import WEBHOOK_PATH, line_client
from bot.clock import Clock
from bot.doctor.finding import Finding, Level, skew
from bot.line import richmenus
from bot.line.answers import LineError, LineRefused, NeverReached
from bot.line.client import LineClient
from bot.settings import Settings
from models.quota import Month, Supply


async def examine_line(settings: Settings, clock: Clock) -> list[Finding]:
    """Of LINE as our token sees it, and of our own address as anybody sees it."""
    found = await _line(settings)
    if says := await _line_clock(settings):
        found.append(skew(says - clock.now(), "LINE's"))
    return [*found, await _way_to_us(settings)]


async def _line(settings: Settings) -> list[Finding]:
    try:
        client = line_client(settings)
    except ValueError as wrong:  # a token that cannot be one
        return [Finding(Level.BAD, str(wrong), "copy BOT_LINE_CHANNEL_ACCESS_TOKEN anew from LINE's console")]
    found: list[Finding] = []
    async with client as line:
        for look in (_account, _webhook, _quota, _menus):
            try:
                found.append(await look(line, settings))
            except LineError as fault:
                found.append(_line_fault(fault, settings))
                if look is _account:  # whatever stopped this call would stop the others
                    break
    return found


async def _account(line: LineClient, settings: Settings) -> Finding:
    account = await line.bot_info()
    if account.chat_mode != "bot":
        mend = "LINE Official Account Manager → Response settings: webhooks on, chat off"
        return Finding(Level.WARN, f"LINE knows us as {account.basic_id}, but people answer there by hand", mend)
    return Finding(Level.OK, f"LINE knows us as {account.basic_id} and takes our token")


async def _webhook(line: LineClient, settings: Settings) -> Finding:
    wanted, set_ = settings.public_url.rstrip("/") + WEBHOOK_PATH, await line.webhook_endpoint()
    where = "LINE Developers Console → Messaging API → Webhook settings"
    if set_ is None or set_.url != wanted:
        there = "nowhere" if set_ is None else "to another address"
        return Finding(Level.BAD, f"LINE sends events {there}, not to {wanted}", f"{where}: set this URL")
    if not set_.active:
        return Finding(Level.BAD, "LINE sends no events: the webhook is switched off", f"{where}: Use webhook")
    return Finding(Level.OK, f"LINE sends events to {wanted} (see there that redelivery is on: no call tells us)")


async def _quota(line: LineClient, settings: Settings) -> Finding:
    said = await line.quota()
    if said.limit is None:
        return Finding(Level.OK, f"{said.used} messages sent this month, no limit")
    month, percent = Month(said.limit, said.used), settings.quota_reserve_percent
    kept = month.reserve(percent)
    what = f"{said.used} of this month's {said.limit} messages are used, the last {kept} are for what is urgent"
    mend = "buy a larger plan in LINE Official Account Manager"
    if said.used_up:
        return Finding(Level.BAD, what, f"{mend}: only replies go out")
    match month.supply(percent):
        case Supply.RESERVED:
            return Finding(Level.WARN, what, f"{mend}: reminders and announcements wait")
        case Supply.LOW:
            return Finding(Level.WARN, what, f"{mend} before reminders have to wait")
    return Finding(Level.OK, what)


async def _menus(line: LineClient, settings: Settings) -> Finding:
    mend = "python -m bot richmenus publish"
    try:
        wanted = {richmenus.alias(*kind): richmenus.menu(*kind)["name"] for kind in richmenus.KINDS}
    except (ValueError, LookupError) as wrong:
        return Finding(Level.BAD, f"the rich menus cannot be built: {wrong}", "mend the translation, then publish")
    aliases = await line.rich_menu_aliases()
    if missing := wanted.keys() - aliases.keys():
        return Finding(Level.BAD, f"{len(missing)} of {len(wanted)} rich menus are not published", mend)
    names = {str(one.get("richMenuId")): one.get("name") for one in await line.rich_menus()}
    old = [alias for alias, name in wanted.items() if names.get(aliases[alias]) != name]
    if old or await line.default_rich_menu() is None:
        return Finding(Level.WARN, "the published rich menus are not the newest ones", mend)
    return Finding(Level.OK, f"{len(wanted)} rich menus are published")


def _line_fault(fault: LineError, settings: Settings) -> Finding:
    where = urlsplit(settings.line_api_url).netloc
    match fault:
        case NeverReached() if "Certificate" in fault.detail or "SSL" in fault.detail:
            mend = "install the usual authorities (apt install ca-certificates); no proxy may open the connection"
            return Finding(Level.BAD, f"{where} has no certificate that this machine trusts", mend)
        case NeverReached():
            mend = "check DNS, and let this machine call api.line.me and api-data.line.me, port 443"
            return Finding(Level.BAD, f"{where} cannot be reached ({fault.detail})", mend)
        case LineRefused(status=400 | 401):
            mend = "compare BOT_LINE_CHANNEL_ID, BOT_LINE_CHANNEL_SECRET or _ACCESS_TOKEN with LINE's console"
            return Finding(Level.BAD, f"LINE refuses our access ({fault.endpoint}: {fault.status})", mend)
        case LineRefused():
            mend = "see whether the account's plan and type allow it (LINE Official Account Manager)"
            return Finding(Level.BAD, f"LINE refuses {fault.endpoint} ({fault.status})", mend)
    return Finding(Level.WARN, f"LINE gave no usable answer ({fault.endpoint}: {fault.status})", "try again later")


async def _line_clock(settings: Settings) -> datetime | None:
    """What time LINE's web server says it is, to the second; None where it does not say."""
    try:
        async with httpx.AsyncClient(trust_env=False, timeout=5) as http:
            answer = await http.get(settings.line_api_url)
        return parsedate_to_datetime(answer.headers["date"])
    except (httpx.HTTPError, KeyError, ValueError):
        return None  # if LINE cannot be reached, that was found before


async def _way_to_us(settings: Settings) -> Finding:
    """Calls our own webhook from outside, in a way that it refuses without leaving a trace."""
    url = settings.public_url.rstrip("/") + WEBHOOK_PATH
    try:
        async with httpx.AsyncClient(trust_env=False, timeout=5) as http:
            answer = await http.get(url)
    except httpx.HTTPError as fault:
        if isinstance(fault.__cause__, ssl.SSLError) or "certificate" in str(fault).lower():
            mend = "use a certificate of a known authority, with the whole chain: LINE takes no other"
            return Finding(Level.BAD, f"{url} has no certificate that this machine trusts", mend)
        mend = "start the service; check its name in DNS and the proxy in front of it"
        return Finding(Level.WARN, f"nothing answers at {url} ({type(fault).__name__})", mend)
    if answer.status_code == 405 and answer.headers.get("allow") == "POST":
        return Finding(Level.OK, f"{url} is ours, seen from here")
    mend = f"let the proxy pass {WEBHOOK_PATH} on unchanged (docs/operations.md, nginx)"
    return Finding(Level.WARN, f"{url} is answered by something else ({answer.status_code})", mend)
