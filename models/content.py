"""What a message says, apart from its language and from how LINE draws it."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import date
from enum import StrEnum
from typing import Any

from locales import Text, text


@dataclass(frozen=True)
class Postback:
    """A tap tells us `data` (LINE allows 300 characters); `said` appears as her own bubble."""

    label: Text
    data: str
    said: Text | None = None


@dataclass(frozen=True)
class Call:
    """A tap dials the number."""

    label: Text
    number: str


@dataclass(frozen=True)
class Open:
    """A tap opens the page."""

    label: Text
    url: str


@dataclass(frozen=True)
class PickDate:
    """A tap opens LINE's date picker; the day comes back as a postback with `data`."""

    label: Text
    data: str
    initial: date
    earliest: date
    latest: date


class Sends(StrEnum):
    """What a tap lets her choose and send, by LINE's name for the action."""

    PHOTO = "cameraRoll"
    PLACE = "location"


@dataclass(frozen=True)
class Send:
    """A tap opens her photos or the map; LINE takes it as a quick reply only."""

    label: Text
    what: Sends


Button = Postback | Call | Open | PickDate | Send


@dataclass(frozen=True)
class Row:
    """One fact of a card: what it is, and its value."""

    label: Text
    value: Text


class Tone(StrEnum):
    """How a card's head looks; the words must carry the meaning without it."""

    CALM = "calm"
    NOTICE = "notice"
    URGENT = "urgent"


@dataclass(frozen=True)
class Words:
    """A plain bubble. Its words show on the lock screen: nothing private belongs here."""

    words: Text


@dataclass(frozen=True)
class Card:
    """A bubble with a head, facts and buttons; the lock screen shows only a neutral sentence."""

    title: Text
    lead: tuple[Text, ...] = ()
    rows: tuple[Row, ...] = ()
    notes: tuple[Text, ...] = ()
    buttons: tuple[Button, ...] = ()
    tone: Tone = Tone.CALM
    # A small line above the title, and the https address of a picture below it.
    topic: Text | None = None
    picture: str = ""


Bubble = Words | Card


@dataclass(frozen=True)
class Content:
    """What goes out in one request: up to five bubbles, and quick replies under the last one."""

    bubbles: tuple[Bubble, ...]
    quick: tuple[Button, ...] = ()

    def __post_init__(self) -> None:
        if not 1 <= len(self.bubbles) <= 5:
            raise ValueError("LINE takes one to five messages in a request")
        if len(self.quick) > 13:
            raise ValueError("LINE shows at most 13 quick replies")

    def __add__(self, later: "Content") -> "Content":
        """Both, one after the other, with the quick replies of the later one."""
        return Content(self.bubbles + later.bubbles, later.quick or self.quick)


def words(*sentences: Text, quick: Sequence[Button] = ()) -> Content:
    """Plain bubbles, one a sentence."""
    return Content(tuple(Words(sentence) for sentence in sentences), tuple(quick))


_KINDS = {kind.__name__: kind for kind in (Postback, Call, Open, PickDate, Send, Row, Words, Card, Content)}


def to_json(part: Any) -> Any:
    """The content as JSON data, to be kept sealed; `from_json` gives an equal one back."""
    match part:
        case Text():
            return {"Text": text.to_json(part)}
        case tuple():
            return [to_json(item) for item in part]
        case Tone() | Sends():
            return {type(part).__name__: part.value}
        case date():
            return {"date": part.isoformat()}
        case str() | None:
            return part
    return {type(part).__name__: {field.name: to_json(getattr(part, field.name)) for field in fields(part)}}


def from_json(data: Any) -> Any:
    """The content that `to_json` wrote."""
    if isinstance(data, list):
        return tuple(from_json(item) for item in data)
    if not isinstance(data, dict):
        return data
    [(kind, inner)] = data.items()
    match kind:
        case "Text":
            return text.from_json(inner)
        case "Tone":
            return Tone(inner)
        case "Sends":
            return Sends(inner)
        case "date":
            return date.fromisoformat(inner)
    return _KINDS[kind](**{name: from_json(value) for name, value in inner.items()})
