"""The announcements' pages: the list, one with all that is known of it, and the form it is written in."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from fastapi.responses import Response

from bot.console import announcement_words as said
from bot.console.announcement_check import costed, look
from bot.console.announcement_form import Entered, blank, entered, of_draft
from bot.console.announcement_history import history
from bot.console.announcement_steps import add_steps, expected_version, refused
from bot.console.announcement_trial import add_trials
from bot.console.door import Door
from bot.console.gate import Console
from bot.console.step_up import asks_for_code
from bot.console.visit import Desk, whole_number
from bot.console.words import Words
from locales import LANGUAGES, Language
from models import audience, trial_phone
from models.announcements import moves, stats
from models.announcements.announcement import Announcement, AnnouncementState, Category, Follows, listed
from models.announcements.chunk import progress
from models.announcements.cost import cost_of
from models.announcements.moves import Move, MoveRefused, draft_of, moves_open_to, said_in
from models.announcements.text import Texts
from models.audience import LINES
from models.operator import Role
from models.quota import Account

A_PAGE = 25
_OPEN = (AnnouncementState.DRAFT, AnnouncementState.SUBMITTED)
_CHANGES_BY_ITSELF = (AnnouncementState.APPROVED, AnnouncementState.SENDING)


def add_announcements(console: Console, door: Door, account: Account, messages_are_due: Callable[[], None]) -> None:
    """Everybody reads; writers write. The steps after that have their own actions."""
    _add_writing(console, account)
    add_trials(console, messages_are_due)
    add_steps(console, door, account)
    _add_reading(console, account)  # last: an address such as /announcements/new is not an announcement's


def _add_reading(console: Console, account: Account) -> None:
    @console.page("/announcements", *Role)
    def all_of_them(desk: Desk) -> Response:
        state, category, page = desk.asked("state"), desk.asked("category"), desk.page_number
        rows = listed(desk.session, state=state, category=category, offset=(page - 1) * A_PAGE, limit=A_PAGE + 1)
        shown = [(one, title(said_in(version).texts, desk.language)) for one, version in rows[:A_PAGE]]
        chosen = {"state": state, "category": category, "number": page, "more": len(rows) > A_PAGE}
        return desk.page("announcements.html", said=said, shown=shown, chosen=chosen)

    @console.page("/announcements/{id}", *Role)
    def one(desk: Desk) -> Response:
        return announcement_page(desk, account, desk.row(Announcement))


def _add_writing(console: Console, account: Account) -> None:
    @console.page("/announcements/new", Role.WRITER)
    def new(desk: Desk) -> Response:
        return form(desk, blank(desk.now))

    @console.act("/announcements/new", Role.WRITER)
    def add(desk: Desk) -> Response:
        filled = entered(desk)
        draft = filled.draft()
        if draft is None:
            return form(desk, filled)
        made = moves.create(desk.session, desk.operator, draft, filled.typed["why"], desk.now)
        desk.log("announcement_written", f"announcement {made.id}", version=1, why=filled.typed["why"])
        return desk.go(f"/announcements/{made.id}", done="saved")

    @console.act("/announcements/preview", Role.WRITER)
    def preview(desk: Desk) -> Response:
        filled = entered(desk)
        draft = filled.draft(why=False)
        about = whole_number(desk.text("about"))
        known = desk.session.get(Announcement, about)
        follows = known.follows if known else None
        made = draft and look(draft, about, follows)
        # While somebody types nobody is counted: on SQLite all others would wait for it.
        if draft and made and not desk.text("live"):
            made = replace(made, cost=cost_of(desk.session, account, draft, desk.now, but=about or None))
        return desk.page("announcement_preview.html", said=said, check=made, entered=filled)

    @console.page("/announcements/{id}/edit", Role.WRITER)
    def edit(desk: Desk) -> Response:
        announcement = desk.row(Announcement)
        if Move.EDIT not in moves_open_to(announcement, desk.operator, desk.now):
            raise refused(moves.Wrong.STATE)
        return form(desk, of_draft(draft_of(announcement), desk.now), announcement)

    @console.act("/announcements/{id}/edit", Role.WRITER)
    def save(desk: Desk) -> Response:
        announcement = desk.row(Announcement)
        filled = entered(desk)
        draft = filled.draft()
        if draft is None:
            return form(desk, filled, announcement, version=expected_version(desk))
        try:
            why = filled.typed["why"]
            moves.edit(desk.session, announcement.id, expected_version(desk), desk.operator, draft, why, desk.now)
        except MoveRefused as no:
            raise refused(no.wrong) from no
        desk.log("announcement_edited", f"announcement {announcement.id}", version=announcement.version, why=why)
        return desk.go(f"/announcements/{announcement.id}", done="saved")


def title(texts: Texts, language: Language) -> str:
    """In the operator's language if it has one, else the first there is."""
    said_in_it = texts.bodies.get(language) or next(iter(texts.bodies.values()), None)
    return said_in_it.title if said_in_it else ""


def form(desk: Desk, filled: Entered, announcement: Announcement | None = None, version: int | None = None) -> Response:
    """The form; what was typed stays when something is wrong with it."""
    offered: dict[str, Sequence[str]] = {"languages": list(Language), **audience.choices(desk.session)}
    options = {
        line: [
            (value, said.option_name(line, value, desk.language))
            for value in with_chosen(offered[line], filled.ticked[line])
        ]
        for line in LINES
    }
    return desk.page(
        "announcement_form.html",
        400 if filled.wrong else 200,
        said=said,
        entered=filled,
        announcement=announcement,
        version=version or (announcement.version if announcement else 0),
        options=options,
        languages=LANGUAGES,
        categories=[("", "–"), *((each.value, words.in_(desk.language)) for each, words in said.CATEGORIES.items())],
    )


def _over(desk: Desk, announcement: Announcement) -> Words | None:
    """Why there is no step forward, though it is this operator's: there is no time left in which it may leave."""
    forward = (Move.SUBMIT, Move.APPROVE, Move.RESUME)
    against = [moves.objection(announcement, move, desk.operator, desk.now) for move in forward]
    return said.REFUSALS[moves.Wrong.OVER] if moves.Wrong.OVER in against else None


def with_chosen(offered: Sequence[str], chosen: Sequence[str]) -> Sequence[str]:
    """What was chosen is offered even when no record has it any more: nothing is dropped by opening the form."""
    return [*offered, *(value for value in chosen if value not in offered)]


def announcement_page(desk: Desk, account: Account, announcement: Announcement) -> Response:
    """One announcement, with what may be done next."""
    draft = draft_of(announcement)
    state = AnnouncementState(announcement.state)
    original = desk.session.get(Announcement, announcement.follows_id) if announcement.follows_id else None
    return desk.page(
        "announcement.html",
        said=said,
        announcement=announcement,
        draft=draft,
        title=title(draft.texts, desk.language),
        state=said.STATES[state],
        category=said.CATEGORIES[Category(announcement.category)],
        facts=said.in_words(draft, desk.language),
        check=costed(desk.session, account, announcement, desk.now)
        if state in _OPEN
        else look(draft, announcement.id, announcement.follows),
        progress=progress(desk.session, announcement.id) if announcement.planned_at else None,
        stats=stats.stats_of(desk.session, announcement.id),
        refreshes=state in _CHANGES_BY_ITSELF,
        open_moves=[move.value for move in moves_open_to(announcement, desk.operator, desk.now)],
        asks_for_code=asks_for_code(desk),
        own_work=moves.objection(announcement, Move.APPROVE, desk.operator, desk.now) is moves.Wrong.OWN_WORK,
        over=_over(desk, announcement),
        done=history(desk, announcement),
        original=original,
        followers=moves.followers(desk.session, announcement.id),
        follows=said.FOLLOWS[Follows(announcement.follows)] if announcement.follows else None,
        languages=LANGUAGES,
        phone=trial_phone.phone_of(desk.session, desk.operator.id),
    )
