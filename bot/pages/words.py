"""The sentences that stand on our pages whatever is shown on them; templates take them by their names here."""

from datetime import datetime

from locales import Text, _

RECEIPT = _("Receipt")
RECEIPT_NUMBER = _("Receipt number")
WHAT_WAS_SAID = _("What was said")
RECORDED_AT = _("Recorded at")
GENUINE = _("Genuine: these words were recorded at this time, and have not been changed since.")
PROVES = _("What this receipt proves")
PROVES_THIS = _("That this service recorded these words at this time, and that nobody has changed them since.")
PROVES_NOT = _("What it does not prove")
PROVES_NOT_THIS = _("That what was said is true, or who held the phone. An office must look into that.")
NO_DECISION = _("It is not a decision, and it does not end the report. It does not show where the worker is.")
KEEP_IT = _("Keep it")
KEEP_A_COPY = _("Keep a copy or print this page. A copy can be checked without this page, and without us.")
DOWNLOAD_COPY = _("Download a copy")
PRINT = _("Print")
FOR_EXPERTS = _("For experts")
DETAILS_APART = _("What else was told is kept apart. Here stands only its digest, so that it cannot be changed either.")
OUR_KEY = _("Our public key")
CALL = _("If you need help, call 1955, free, day and night. In danger call 110.")

FIND = _("Check a receipt")
FIND_LEAD = _("Whoever has the number of a receipt can see here what was recorded, and when.")
LOOK_UP = _("Look it up")
NUMBER_LOOKS_LIKE = _("A receipt number has 12 letters and digits, like ABCD-EFGH-JKMN.")
ANOTHER = _("Check another receipt")

NOT_FOUND = _("There is no receipt with this number")
COMPARE = _("Please compare the number with the receipt once more: one letter may be wrong.")
TOO_MANY = _("Too many wrong numbers")
WAIT = _("Somebody has tried many numbers. Please wait a minute and try again.")
CHANGED = _("This receipt does not fit")
DO_NOT_RELY = _("What is stored under this number does not fit its signature. Do not rely on it.")
YOUR_COPY = _("If you have a copy of this receipt, keep it: it can still be checked. Then call 1955.")
NOT_NOW = _("We cannot look this up now")
TRY_LATER = _("Please try again in a few minutes.")

KEY_LEAD = _("With this key anybody can check a copy of a receipt, without us.")
KEY_NOTE = _("Note it down before you need it, or compare it with what somebody else noted.")
DOWNLOAD_KEY = _("Download the key")
NO_KEY = _("There is no key yet: it is made together with the first receipt.")

# Translators: all that the calendar on her phone shows. Others may see it: it must not say what the date is about.
DATE_TO_REMEMBER = _("Date to remember")
WHAT_IT_MEANS = _("Open the chat for what this date means.")
NO_CALENDAR = _("This link does not work any more")
ASK_FOR_CALENDAR = _("Please go back to the chat and ask again. You get a new link there.")


def check_here(address: str) -> Text:
    """For whoever holds it on paper."""
    return _("Anybody can check this number here: {address}", address=address)


def checked(at: datetime) -> Text:
    """When somebody looked: what is on paper was true then."""
    return _("The signature was checked at {at} (Taipei time).", at=at)
