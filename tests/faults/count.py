"""What came out, against what went in: the four numbers of Jepsen's queue checker, and some of our own."""

from collections import Counter
from dataclasses import dataclass, field


@dataclass
class Count:
    """The sums of runs; of how long it took to resume, the longest (seconds)."""

    kills: int = 0
    # How often a kill bit where: a system call and what its thread was at, or only what was under way.
    bites: Counter[str] = field(default_factory=Counter)
    expected: int = 0
    lost: int = 0
    doubled: int = 0
    unexpected: int = 0
    recovered: int = 0
    unknown: int = 0
    stuck: int = 0
    longest_resume: float = 0.0

    def __add__(self, other: "Count") -> "Count":
        total = Count(**{name: value + getattr(other, name) for name, value in vars(self).items()})
        total.longest_resume = max(self.longest_resume, other.longest_resume)
        return total

    @property
    def is_good(self) -> bool:
        """Nothing lost, doubled, sent to whom it was not meant for, or left undone."""
        return not (self.lost or self.doubled or self.unexpected or self.stuck)

    def __str__(self) -> str:
        names = ("lost", "doubled", "unexpected", "recovered", "unknown", "stuck")
        found = ", ".join(f"{getattr(self, name)} {name}" for name in names)
        return f"{self.kills} kills, {self.expected} expected: {found}"
