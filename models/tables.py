"""Every table of the database: for what must know them all."""

from models import (  # noqa: F401  to be read is to be known
    api_key,
    audit,
    binding,
    callback,
    case,
    case_note,
    case_viewing,
    conversation,
    credential,
    evidence,
    inbox,
    message,
    notice,
    operator,
    quota,
    rate,
    receipt,
    review,
    schedule,
    sign_in,
    staff_change,
    told_walk,
    trial_phone,
    upload,
    upload_piece,
)
from models.announcements import (  # noqa: F401  to be read is to be known
    announcement,
    chunk,
    stats,
)
from models.base import Base

metadata = Base.metadata
