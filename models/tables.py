"""Every table of the database: for what must know them all."""

from models import (  # noqa: F401  to be read is to be known
    announcement,
    announcement_chunk,
    announcement_stats,
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
    schedule,
    sign_in,
    staff_change,
    told_walk,
    trial_phone,
    upload,
    upload_piece,
)
from models.base import Base

metadata = Base.metadata
