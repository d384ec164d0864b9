"""What a permit's dates mean for the worker today, and who must do what next."""

from collections.abc import Iterator
from datetime import date, datetime

from law.employment_permits import PermitType, windows_for
from law.windows import ApplicationWindow, Purpose, Standing, standing
from locales import Text, _, taipei_day, verbatim
from models.content import Row
from models.permit import Permit, PermitStatus


def windows(permit: Permit) -> dict[Purpose, ApplicationWindow]:
    """When something may be applied for, by the permit's type."""
    return {w.purpose: w for w in windows_for(PermitType(permit.permit_type), permit.starts_on, permit.ends_on)}


def last_safe_day(permit: Permit) -> date | None:
    """The day that bites: after it a renewal or transfer is late. None where the law names none before the end."""
    found = windows(permit).get(Purpose.TRANSFER)
    return found.last_safe_day if found else None


def window_days(permit: Permit) -> Iterator[tuple[Text, date]]:
    """The first and last days of the application windows, and what they are."""
    for purpose, window in windows(permit).items():
        if purpose in _OPENS and window.opens is not None:
            yield _OPENS[purpose], window.opens
        if purpose in _LAST_DAY and window.last_safe_day is not None:
            yield _LAST_DAY[purpose], window.last_safe_day


def window_rows(permit: Permit) -> tuple[Row, ...]:
    """The same, for the card."""
    return tuple(Row(label, verbatim(day)) for label, day in window_days(permit))


ASK_1955 = _("Call 1955 today and ask what you can do. It is free, day and night, in your language.")
CHECK_WITH_NIA = _("The immigration agency may have changed this date without a new card. Check with the NIA.")


def as_of(at: datetime) -> Text:
    """How old our knowledge is: it is the Ministry's file, not the truth."""
    return _("This is what the Ministry's file said on {date}.", date=taipei_day(at))


# Type B renews and transfers in the same window: it is shown once, as a whole.
_OPENS = {
    Purpose.EXTENSION: _("Extension: apply from"),
    Purpose.RENEWAL: _("Renewal or transfer: apply from"),
}
_LAST_DAY = {
    Purpose.EXTENSION: _("Extension: last day to apply"),
    Purpose.TRANSFER: _("Transfer or renewal: last safe day"),
}


def next_steps(permit: Permit, today: date) -> tuple[Text, ...]:
    """What happens next and who must do it, in the order in which it matters."""
    if permit.status == PermitStatus.REVOKED:
        return (
            _("This permit was revoked. You have rights: you may be able to change employer or to appeal."),
            ASK_1955,
        )
    if today > permit.ends_on:
        return (
            _("This permit ended on {date}.", date=permit.ends_on),
            ASK_1955,
        )
    match PermitType(permit.permit_type):
        case PermitType.A:
            return _type_a(permit, today)
        case PermitType.B:
            return _type_b(permit, today)
        case PermitType.C:
            return _type_c(permit, today)
        case PermitType.D:
            return (
                _("A student work permit is not extended."),
                _(
                    "If you want to work after {date}, apply for a new permit before that day. "
                    "Your school can help you.",
                    date=permit.ends_on,
                ),
            )
        case PermitType.E:
            return (*_employer_extends(windows(permit)[Purpose.EXTENSION], today), WITHOUT_EMPLOYER)


WITHOUT_EMPLOYER = _(
    "Refugees, permanent residents and those who live with a Taiwanese parent or child can apply without an employer. "
    "Ask 1955."
)


def _type_a(permit: Permit, today: date) -> tuple[Text, ...]:
    return _employer_extends(windows(permit)[Purpose.EXTENSION], today)


def _employer_extends(window: ApplicationWindow, today: date) -> tuple[Text, ...]:
    if standing(window, today) is Standing.NOT_YET and window.opens is not None:
        return (
            _(
                "From {opens} to {closes} your employer can apply to extend your permit.",
                opens=window.opens,
                closes=window.closes,
            ),
        )
    return (
        _("Your employer can apply now to extend your permit, until {date} at the latest.", date=window.closes),
        _("Ask your employer when they will apply, and ask for a copy. If they do not answer you, call 1955."),
    )


def _type_b(permit: Permit, today: date) -> tuple[Text, ...]:
    window = windows(permit)[Purpose.TRANSFER]
    assert window.opens is not None
    assert window.last_safe_day is not None
    match standing(window, today):
        case Standing.NOT_YET:
            return (
                _(
                    "From {opens} to {last} your employer must choose and apply: renew with you, or let you "
                    "change employer (transfer).",
                    opens=window.opens,
                    last=window.last_safe_day,
                ),
                _("Think now about what you want: stay with this employer, change employer, or go home."),
            )
        case Standing.OPEN:
            return (
                _(
                    "Your employer must apply now, until {last} at the latest: renew with you, or let you change "
                    "employer (transfer).",
                    last=window.last_safe_day,
                ),
                _("Tell your employer what you want and ask for a copy of the application."),
                _("If your employer does not answer you or refuses, call 1955."),
            )
        case Standing.LAST_SAFE_DAY:
            return (
                _(
                    "Today is the last safe day to apply for renewal or transfer. Your employer must apply today.",
                ),
                _("If your employer has not applied, call 1955 today."),
            )
        case _:
            return _late(window, today)


def _late(window: ApplicationWindow, today: date) -> tuple[Text, ...]:
    assert window.last_safe_day is not None
    if today == window.closes:
        return (_("Today is the last day. If you have no new permit, call 1955 now."),)
    return (
        _(
            "The normal time to apply for renewal or transfer was until {last}. If your employer applied in time, "
            "ask for a copy.",
            last=window.last_safe_day,
        ),
        _(
            "If nobody applied, one late application may still be approved before {ends}. Call 1955 today.",
            ends=window.closes,
        ),
    )


def _type_c(permit: Permit, today: date) -> tuple[Text, ...]:
    found = windows(permit)
    extension, transfer = found[Purpose.EXTENSION], found[Purpose.TRANSFER]
    steps = _employer_extends(extension, today)
    assert transfer.last_safe_day is not None
    if standing(transfer, today) in (Standing.LATE, Standing.OVER):
        return (
            *steps,
            _(
                "The normal time to apply for a transfer was until {last}. If your employer will not extend, call "
                "1955 today.",
                last=transfer.last_safe_day,
            ),
        )
    return (
        *steps,
        _(
            "If your employer will not extend, a transfer to a new employer must be applied for by {last}.",
            last=transfer.last_safe_day,
        ),
    )
