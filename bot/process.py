"""Who holds a lease: one name for this process."""

import os
import socket
from uuid import uuid4


def process_name() -> str:
    """Unique for each process and part of it, also after a restart with the same number."""
    return f"{socket.gethostname()[:24]}:{os.getpid()}:{uuid4().hex[:8]}"
