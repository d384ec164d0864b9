"""Whether contact with her was lost in law, by whom she told where she stays, and when."""

from collections.abc import Mapping
from datetime import date

from handlers.self_checks.asking import DO_NOT_KNOW, NO, UNKNOWN, Facts
from law import missing_reports as law
from law.missing_reports import Contact
from locales import Text, _, pgettext

PLACE, NO_PLACE, SHELTER, EMPLOYER = "place", "no_place", "shelter", "employer"
CONTACT: Mapping[str, Text] = {
    PLACE: _("Yes, and said where I stay"),
    NO_PLACE: _("Yes, but not where I stay"),
    SHELTER: _("Yes, I am or was in a shelter"),
    EMPLOYER: _("My employer or broker knows where I am"),
    NO: pgettext("answer", "No"),
    **DO_NOT_KNOW,
}
OFFICE_TOLD = (PLACE, NO_PLACE)


def contact_found(facts: Facts, third: date, today: date) -> tuple[Text, ...]:
    """What her contact means, and what is left; `third` is the third missed day."""
    lost = _lost_contact(facts, third)
    if lost is False:
        return (_("You told an office where you stay in time. Then your contact should not count as lost."),)
    if today <= third:
        still = _(
            "Tell 1955 today where you stay. The last day may be {date}, or earlier if you had to work on a day off.",
            date=third,
        )
        return (still,) if lost else (_in_doubt(facts, third), still)
    if lost is None:
        return (_in_doubt(facts, third),)
    return _late(facts, third), _("An office may still accept a later contact. Call 1955 today and say where you stay.")


def _lost_contact(facts: Facts, third: date) -> bool | None:
    """None where it depends on what she does not know or was not asked, or on how an office reads an earlier day."""
    said, said_on, absent_from = facts.get("contact", NO), facts.day("contact_on"), facts.day("absent_from")
    assert absent_from is not None
    if said == NO:
        return law.lost_contact(absent_from, third, ())
    if said_on is None:
        return None
    return law.lost_contact(absent_from, third, [Contact(said_on, place_known=said == PLACE)])


def _in_doubt(facts: Facts, third: date) -> Text:
    """She is not asked on which day a shelter or an employer knew: the sentence leaves it to her."""
    if facts.says("contact", SHELTER):
        return _(
            "If a shelter had you on its list by {date}, your contact should not count as lost. "
            "Ask the shelter for written proof.",
            date=third,
        )
    if facts.says("contact", EMPLOYER):
        return _(
            "If your employer or broker knew by {date} where you stay and how to reach you, your contact should not "
            "count as lost. Keep the message.",
            date=third,
        )
    if facts.get("contact_on", UNKNOWN) != UNKNOWN:
        return _("You told an office before your first missed day. That may count too, if you still stayed there.")
    return _(
        "If you told an office where you stay by {date}, your contact should not count as lost. "
        "Else the report may stand.",
        date=third,
    )


def _late(facts: Facts, third: date) -> Text:
    if facts.says("contact", PLACE):
        return _("You told an office, but not between your first missed day and {date}.", date=third)
    if facts.says("contact", NO_PLACE):
        return _("You told an office, but it must also know where you stay, by {date}.", date=third)
    return _("No office knew where you stayed by {date}. Then the law may allow such a report.", date=third)
