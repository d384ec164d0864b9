"""Every table of the database: for what must know them all."""

from models import (  # noqa: F401  to be read is to be known
    api_key,
    binding,
    callback,
    case,
    case_viewing,
    conversation,
    evidence,
    inbox,
    message,
    notice,
    quota,
    rate,
    receipt,
    schedule,
    told_walk,
)
from models.base import Base

metadata = Base.metadata
