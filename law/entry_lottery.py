"""A lottery that can be checked: a seed committed to by its SHA-256 before the list is known, and told afterwards."""

import hashlib
import hmac
from dataclasses import dataclass

SEED_BYTES = 16


def commitment(seed: bytes) -> str:
    """What is published before the list is closed: it binds whoever holds the seed and does not tell it."""
    if len(seed) < SEED_BYTES:
        raise ValueError(f"a seed under {SEED_BYTES} bytes could be guessed from its SHA-256")
    return hashlib.sha256(seed).hexdigest()


@dataclass(frozen=True)
class Lottery:
    """A draw that anybody can repeat: the seed must be the one that was committed to.

    Each worker draws by herself, HMAC-SHA256 of her number under the seed, the smallest first: neither the order of the
    list nor who else is on it changes who of two comes first. Commit before the list is known; whoever knows the list
    could try seeds until one pleases.
    """

    seed: bytes
    committed: str

    def __post_init__(self) -> None:
        if not hmac.compare_digest(commitment(self.seed).encode(), self.committed.strip().lower().encode()):
            raise ValueError("this is not the seed that was committed to")

    def draw(self, worker: str) -> str:
        return hmac.new(self.seed, worker.encode(), hashlib.sha256).hexdigest()
