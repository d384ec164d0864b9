"""What people type about themselves, brought to one spelling and compared; no database, no I/O.

The five fields find a record; they never prove who is typing. Everything that cannot be used raises
`Unusable`, whose text holds a reason and never the value.
"""

from models.identity.birth_dates import birth_date, day
from models.identity.documents import arc_check_digit, arc_check_digit_ok, arc_no, mrz_check_digit, passport_no
from models.identity.masking import masked, masked_name, masked_phone
from models.identity.names import NameMatch, compare_names, name, name_key
from models.identity.phones import mobile
from models.identity.unusable import Reason, Unusable

__all__ = [
    "NameMatch",
    "Reason",
    "Unusable",
    "arc_check_digit",
    "arc_check_digit_ok",
    "arc_no",
    "birth_date",
    "compare_names",
    "day",
    "masked",
    "masked_name",
    "masked_phone",
    "mobile",
    "mrz_check_digit",
    "name",
    "name_key",
    "passport_no",
]
