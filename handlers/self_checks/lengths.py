"""A length of work in words."""

from functools import reduce

from law.working_years import Service
from locales import Text, _, ngettext


def length_said(length: Service) -> Text:
    """As years, months and days, without those that are none."""
    years, months = divmod(length.months, 12)
    said = [ngettext("{n} year", "{n} years", years)] if years else []
    said += [ngettext("{n} month", "{n} months", months)] if months else []
    said += [ngettext("{n} day", "{n} days", length.days)] if length.days or not said else []
    return reduce(lambda first, then: _("{first}, {then}", first=first, then=then), said)
