"""All calculators, in the order in which they are listed."""

from collections.abc import Mapping
from typing import Any

from bot.calculators import (
    care_qualification,
    catch_up,
    employer_duties,
    extra_fees,
    first_entries,
    health,
    inspection,
    missing,
    missing_notice,
    pay_back,
    permit_windows,
    quota,
    re_recruitment,
    replacement,
    security_fee,
    staff,
    waivers,
)
from bot.calculators.answers import Calculator

CALCULATORS: Mapping[str, Calculator[Any]] = {
    each.CALCULATOR.name: each.CALCULATOR
    for each in (
        quota,
        extra_fees,
        waivers,
        pay_back,
        inspection,
        first_entries,
        re_recruitment,
        security_fee,
        staff,
        care_qualification,
        employer_duties,
        catch_up,
        permit_windows,
        health,
        replacement,
        missing,
        missing_notice,
    )
}
