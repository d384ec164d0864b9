"""One person on a made-up phone who reads one language, as the conversations' tests drive her."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol
from uuid import uuid4

import orjson

from bot.clock import Clock
from bot.database import Database
from bot.line.render import render
from bot.webhook import parse
from handlers import dispatch
from handlers.context import Context, Rules
from handlers.event import Did, read
from locales import Language, Text, language_of_profile, say
from models.contact import contact_of, meet
from models.conversation import ConversationRow
from tests.town import Phone, Town, buttons_of, words_of

Entries = Sequence[Mapping[str, Any]]
Worker = Mapping[str, str]

CONSENT = Text("Do you agree that we use these five things to find your record?")
PASSPORT = Text("1 of 5: What is your passport number? Example: C1234567")
ARC = Text("2 of 5: What is your ARC (residence card) number? Example: A800000014")
NAME = Text("3 of 5: What is your full name, as in your passport? Example: NGUYEN VAN NAM")
BIRTH_DATE = Text("4 of 5: When were you born? Tap “Choose the date”, or write it like this: 1990-05-21")
PHONE = Text("5 of 5: What is your mobile number in Taiwan? Example: 0912345678")
SUMMARY = Text("Is this right?")
LINKED = Text("Your record is linked")
NOT_FOUND = Text("We could not link your record now")
MENU = Text("What can we do for you?")
NOT_UNDERSTOOD = Text("Sorry, we did not understand that. Please tap one of these buttons.")


class Device(Protocol):
    """What a person holds in her hand."""

    user_id: str

    def say(self, text: str) -> Any: ...
    def tap(self, data: str, **params: str) -> Any: ...
    def do(self, action: str, **body: Any) -> Any: ...


@dataclass
class Desk:
    """A device beside the handlers: LINE's payload in, LINE's messages out, with no network in between."""

    database: Database
    clock: Clock
    language: Language
    user_id: str = field(default_factory=lambda: "U" + uuid4().hex)

    def say(self, text: str) -> Entries:
        return self.handle(text_event(self.user_id, self.clock.now(), text))

    def tap(self, data: str, **params: str) -> Entries:
        postback = {"data": data, **({"params": params} if params else {})}
        return self.handle(event(self.user_id, self.clock.now(), "postback", postback=postback))

    def do(self, action: str, **body: Any) -> Entries:
        if action in ("follow", "unfollow"):
            return self.handle(event(self.user_id, self.clock.now(), action))
        message = {"type": action, "id": uuid4().hex, **body}
        return self.handle(event(self.user_id, self.clock.now(), "message", message=message))

    def handle(self, raw: Mapping[str, Any]) -> Entries:
        now = self.clock.now()
        [row] = parse(orjson.dumps({"events": [raw]}), now) or []
        assert row["state"] == "new"
        kind = read("", raw).did
        profile = self.language.value if kind is Did.FOLLOW else None
        with self.database.writing() as session:
            contact = meet(session, self.user_id, language_of_profile(profile), now)
            happened = read(row["webhook_event_id"], orjson.loads(row["raw"]), profile)
            reply = dispatch.answer(Context(session, contact, happened, now, Rules()))
            messages = [] if reply is None else render(reply.content, contact.speaks)
        return [{"message": message} for message in messages]


def event(user_id: str, at: datetime, kind: str, **fields: Any) -> dict[str, Any]:
    """A webhook event as LINE words it, with any time; it has no reply token."""
    return {
        "type": kind,
        **fields,
        "webhookEventId": uuid4().hex,
        "deliveryContext": {"isRedelivery": False},
        "timestamp": int(at.timestamp() * 1000),
        "source": {"type": "user", "userId": user_id},
        "mode": "active",
    }


def text_event(user_id: str, at: datetime, words: str) -> dict[str, Any]:
    return event(user_id, at, "message", message={"type": "text", "id": uuid4().hex, "text": words})


@dataclass
class Person:
    """What she does, and the words she reads."""

    phone: Device
    database: Database
    language: Language = Language.EN
    screen: Entries = ()

    def reads(self, *texts: Text) -> None:
        """All of these are in what she was last answered."""
        shown = words_of(list(self.screen))
        for text in texts:
            assert say(text, self.language) in shown, (text.msgid, shown)

    def reads_nothing_of(self, *words: str) -> None:
        shown = words_of(list(self.screen))
        assert not [word for word in words if word in shown], shown

    def says(self, words: str | Text) -> None:
        self.screen = self.phone.say(say(words, self.language) if isinstance(words, Text) else words)

    def taps(self, label: Text) -> None:
        """Tap the button with these words; it must be under what she was last answered."""
        words = say(label, self.language)
        shown = buttons_of(list(self.screen))
        found = [one for one in shown if words in (one.get("displayText"), one.get("label"))]
        self.screen = self.phone.tap(found[0]["data"])

    def sends(self, data: str, **params: str) -> None:
        """Tap a button that is somewhere up in her chat."""
        self.screen = self.phone.tap(data, **params)

    def does(self, action: str, **body: Any) -> None:
        self.screen = self.phone.do(action, **body)

    def is_told(self, *turns: tuple[str | Text, Text]) -> None:
        """A transcript: what she said, and what she was answered."""
        for said, answered in turns:
            self.says(said)
            self.reads(answered)

    def answers(self, worker: Worker, **otherwise: str) -> None:
        """From the menu to the summary, with this worker's details or others in their place."""
        given = {**worker, **otherwise}
        self.is_told(
            ("link", CONSENT),
            ("yes", PASSPORT),
            (given["passport_no"], ARC),
            (given["arc_no"], NAME),
            (given["name"], BIRTH_DATE),
            (given["birth_date"], PHONE),
            (given["phone"], SUMMARY),
        )

    def links(self, worker: Worker, **otherwise: str) -> None:
        """Answers everything and sends it."""
        self.answers(worker, **otherwise)
        self.sends("answer:binding:summary:yes")

    def kept(self) -> ConversationRow | None:
        """What is kept of the conversation she is in."""
        with self.database.reading() as session:
            contact = contact_of(session, self.phone.user_id)
            assert contact is not None
            return session.get(ConversationRow, contact.id)


@dataclass
class Caller(Person):
    """A person whose phone reaches the whole service, through signed webhooks and LINE's answers."""

    phone: Phone
    town: Town = field(kw_only=True)

    def reads_up(self) -> None:
        """She reads on until nothing is still to come, reminders too; what follows is an answer to her."""
        self.town.settle()
        self.screen = [*self.screen, *self.phone.new()]

    def links(self, worker: Worker, **otherwise: str) -> None:
        super().links(worker, **otherwise)
        self.reads_up()

    def said_message_id(self) -> str:
        """LINE's id of the last message that she wrote."""
        chat = self.town.get(f"users/{self.phone.user_id}/messages?after=0")
        return str([entry for entry in chat if entry["from"] == "user"][-1]["id"])

    def unsends(self, message_id: str) -> None:
        self.town.post(f"users/{self.phone.user_id}/unsend", {"message_id": message_id})
        self.town.settle()

    def is_delivered(self, *events: Mapping[str, Any]) -> None:
        """LINE delivers these events in one signed body, and she sees what comes of it."""
        self.town.post("webhook", {"events": list(events)})
        self.town.settle()
        self.screen = self.phone.new()
