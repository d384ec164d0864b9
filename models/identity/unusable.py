"""Why something a person typed cannot be used, without ever repeating what they typed."""

from enum import StrEnum


class Reason(StrEnum):
    EMPTY = "empty"
    TOO_SHORT = "too_short"
    TOO_LONG = "too_long"
    CHARACTERS = "characters"  # a character that never stands in such a field
    FORMAT = "format"  # the right characters in an order we do not know
    NOT_A_DATE = "not_a_date"
    AMBIGUOUS_DATE = "ambiguous_date"  # 5/4/1990: ask which one is the month
    IN_THE_FUTURE = "in_the_future"
    TOO_YOUNG = "too_young"
    TOO_OLD = "too_old"
    NOT_MOBILE = "not_mobile"
    FOREIGN_NUMBER = "foreign_number"


class Unusable(ValueError):  # noqa: N818  reads as what it says where it is caught
    """Carries the reason only: the value is personal and must not reach a log through an exception."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason.value)
        self.reason = reason
