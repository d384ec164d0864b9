"""Announcements in the chat: the archive by category, and the choice of what she gets."""

from handlers import menu
from handlers.context import Context, Reply
from handlers.typed import number_in
from locales import LANGUAGES, Language, Text, _, verbatim
from models import muting
from models.announcements import archive
from models.announcements.announcement import Category, Follows
from models.announcements.archive import Announced
from models.announcements.card import CATEGORY_NAMES, card_of
from models.binding import in_force
from models.content import Button, Card, Content, Postback, words

A_PAGE = 5
LONGEST_NAME = 120
"""Of an announcement on a button; all of it stands in the announcement."""


def show(ctx: Context) -> Reply:
    """The categories there is something to read in."""
    counts = archive.categories(ctx.session, ctx.now)
    if not counts:
        return Reply(words(_("There are no announcements yet."), quick=_menu(ctx)))
    buttons = [
        _button(_("{category}: {n} to read", category=CATEGORY_NAMES[category], n=n), f"in:{category.value}:0")
        for category, n in counts.items()
    ]
    card = Card(
        title=_("Announcements"),
        lead=(_("What do you want to read about?"),),
        notes=(_("Here is everything from the last year."),),
        buttons=(*buttons, menu.button(menu.CHOOSE)),
    )
    return _reply(ctx, card)


def choose(ctx: Context) -> Reply:
    """Every category with its switch."""
    muted = muting.muted_of(ctx.session, ctx.contact.id)
    card = Card(
        title=_("Which announcements do you want?"),
        lead=(_("Tap one to switch it on or off."),),
        notes=(_PERSONAL,),
        buttons=(menu.button(menu.ANNOUNCEMENTS), *(_switch(category, muted) for category in Category)),
    )
    return _reply(ctx, card)


def tapped(ctx: Context, data: str) -> Reply | None:
    """What a button of ours asks for; None when it is none of ours."""
    what, _colon, about = data.partition(":")
    match what:
        case "in":
            return _list(ctx, about)
        case "read":
            return _read(ctx, about)
        case "like":
            return _like(ctx, about)
        case "on" | "off":
            return _switched(ctx, about, on=what == "on")
    return None


# Translators: about permits and work, unlike announcements for everybody.
_PERSONAL = _("Messages about your own permit always come, whatever you choose here.")


def _list(ctx: Context, about: str) -> Reply | None:
    """One page of a category, the newest first."""
    named, _colon, start = about.partition(":")
    category, skip = _category(named), number_in(start)
    if category is None:
        return None
    found = archive.in_category(ctx.session, category, ctx.now, skip, A_PAGE + 1)
    if not found:
        return show(ctx)
    buttons = [_button(_name(ctx, one), f"read:{one.id}") for one in found[:A_PAGE]]
    if len(found) > A_PAGE:
        buttons.append(_button(_("Show older ones"), f"in:{category.value}:{skip + A_PAGE}"))
    card = Card(
        title=CATEGORY_NAMES[category],
        lead=(_("The newest one is first. Tap one to read it."),),
        buttons=(*buttons, menu.button(menu.ANNOUNCEMENTS)),
    )
    return _reply(ctx, card)


def _read(ctx: Context, about: str) -> Reply:
    """All of one announcement, in her language, or in another one that she has asked for."""
    number, _colon, chosen = about.partition(":")
    found = archive.readable(ctx.session, number_in(number), ctx.now)
    if found is None:
        return _reply(ctx, _gone(ctx, number_in(number)))
    language = Language(chosen) if chosen in set(Language) else ctx.contact.speaks
    if language not in found.texts.bodies:
        return _reply(ctx, _in_other_languages(found))
    correction = archive.correction_of(ctx.session, found.id, ctx.now)
    buttons = [_all_of(found.category)]
    first: tuple[Text, ...] = ()
    if correction is not None:
        first = (_("This was corrected on {date}. Read the correction too.", date=correction.sent_on),)
        buttons.insert(0, _button(_("Read the correction"), f"read:{correction.id}"))
    if found.follows is Follows.CORRECTION and archive.readable(ctx.session, found.follows_id or 0, ctx.now):
        buttons.append(_button(_("Read what it corrects"), f"read:{found.follows_id}"))
    sent = _("We sent this on {date}.", date=found.sent_on)
    card = card_of(found.category, found.texts, language, found.follows, first=first, notes=(sent,), buttons=buttons)
    return _reply(ctx, card)


def _gone(ctx: Context, announcement_id: int) -> Card:
    withdrawal = archive.withdrawal_of(ctx.session, announcement_id, ctx.now)
    others = menu.button(menu.ANNOUNCEMENTS)
    if withdrawal is None:
        return Card(title=_("We do not have this announcement any more"), buttons=(others,))
    return Card(
        title=_("This announcement is not valid any more"),
        lead=(_("We took it back on {date}.", date=withdrawal.sent_on),),
        buttons=(_button(_("Read why"), f"read:{withdrawal.id}"), others),
    )


def _in_other_languages(found: Announced) -> Card:
    """She decides whether to read it in a language that is not hers."""
    buttons = [
        _button(verbatim(LANGUAGES[language]), f"read:{found.id}:{language.value}") for language in found.texts.bodies
    ]
    return Card(
        title=_("This announcement is not in your language"),
        lead=(_("We are sorry. In which language do you want to read it?"),),
        notes=(_("You can also call 1955 and ask what it says."),),
        buttons=(*buttons, _all_of(found.category)),
        topic=CATEGORY_NAMES[found.category],
    )


def _like(ctx: Context, about: str) -> Reply:
    """The category of an announcement that she was sent: its switch, and more to read."""
    found = archive.readable(ctx.session, number_in(about), ctx.now)
    return choose(ctx) if found is None else _one(ctx, found.category)


def _switched(ctx: Context, about: str, *, on: bool) -> Reply | None:
    category = _category(about)
    if category is None:
        return None
    (muting.unmute if on else muting.mute)(ctx.session, ctx.contact.id, category)
    return _one(ctx, category)


def _one(ctx: Context, category: Category) -> Reply:
    """Whether she gets this category, and the switch."""
    muted = muting.muted_of(ctx.session, ctx.contact.id)
    state = _("You do not get these announcements.") if category in muted else _("You get these announcements.")
    card = Card(
        title=CATEGORY_NAMES[category],
        lead=(state,),
        notes=(_PERSONAL,),
        buttons=(_all_of(category), _switch(category, muted), menu.button(menu.CHOOSE)),
    )
    return _reply(ctx, card)


def _switch(category: Category, muted: frozenset[Category]) -> Button:
    name = CATEGORY_NAMES[category]
    if category in muted:
        return _button(_("{category}: is off. Switch on", category=name), f"on:{category.value}")
    return _button(_("{category}: is on. Switch off", category=name), f"off:{category.value}")


def _name(ctx: Context, one: Announced) -> Text:
    body = one.texts.bodies.get(ctx.contact.speaks)
    if body is None:
        languages = ", ".join(LANGUAGES[language] for language in one.texts.bodies)
        return _("{date}: only in {languages}", date=one.sent_on, languages=languages)
    title = body.title if len(body.title) <= LONGEST_NAME else body.title[:LONGEST_NAME].rstrip() + "…"
    return _("{title}, sent on {date}", title=title, date=one.sent_on)


def _all_of(category: Category) -> Button:
    return _button(_("Read more of this kind"), f"in:{category.value}:0")


def _button(label: Text, data: str) -> Button:
    return Postback(label, f"announcements:{data}", said=label)


def _reply(ctx: Context, card: Card) -> Reply:
    return Reply(Content((card,), _menu(ctx)))


def _menu(ctx: Context) -> tuple[Button, ...]:
    return menu.main_buttons(bound=in_force(ctx.session, ctx.contact.id) is not None)


def _category(named: str) -> Category | None:
    return Category(named) if named in set(Category) else None
