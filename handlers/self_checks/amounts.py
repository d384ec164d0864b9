"""A length of work, and an amount of money, in words."""

from decimal import Decimal
from functools import reduce

from law.working_years import Service
from locales import Text, _, ngettext, verbatim


def length_said(length: Service) -> Text:
    """As years, months and days, without those that are none."""
    years, months = divmod(length.months, 12)
    said = [ngettext("{n} year", "{n} years", years)] if years else []
    said += [ngettext("{n} month", "{n} months", months)] if months else []
    said += [ngettext("{n} day", "{n} days", length.days)] if length.days or not said else []
    return reduce(lambda first, then: _("{first}, {then}", first=first, then=then), said)


def money(amount: Decimal | int) -> Text:
    """By itself; every amount here is of whole dollars."""
    return verbatim(f"NT${dollars(amount)}")


def dollars(amount: Decimal | int) -> str:
    """For a sentence that says NT$ itself."""
    return f"{int(amount):,}"
