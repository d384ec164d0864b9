"""All calculators, in the order in which they are listed."""

from collections.abc import Mapping
from typing import Any

from bot.calculators import (
    employer_duties,
    extra_fees,
    health,
    missing,
    permit_windows,
    quota,
    re_recruitment,
    replacement,
    security_fee,
    staff,
)
from bot.calculators.answers import Calculator

CALCULATORS: Mapping[str, Calculator[Any]] = {
    each.CALCULATOR.name: each.CALCULATOR
    for each in (
        quota,
        extra_fees,
        security_fee,
        staff,
        employer_duties,
        permit_windows,
        health,
        replacement,
        re_recruitment,
        missing,
    )
}
