"""Kills and breaks everything, on both engines, and writes docs/proof.md from what it measured: `make prove`."""

import argparse
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest

from bot.clock import Clock
from locales import taipei_day
from tests.faults import phases
from tests.faults.count import Count
from tests.faults.databases import ENGINES, Databases, databases
from tests.faults.scenarios import SCALE_OF_PROOF, SCENARIOS, Scenario
from tests.faults.sweep import IN_A_ROW, OWED_A_ROUND, WORLDS, sweep
from tests.faults.tracing import can_trace

ROOT = Path(__file__).parents[2]
KILLS = 1_000
SKIPPED = "skipped"


@dataclass(frozen=True)
class Lived:
    """What came of one scenario on one engine; `trouble` says why it did not run to its end, or ended badly."""

    name: str
    engine: str
    count: Count
    seconds: float
    trouble: str = ""

    @property
    def is_good(self) -> bool:
        return self.trouble.startswith(SKIPPED) or (not self.trouble and self.count.is_good)


def live(scenario: Scenario, source: Databases, scale: int) -> Lived:
    """Run it; a failure of any kind is a result too."""
    folder = Path(tempfile.mkdtemp(prefix="faults-"))
    began, trouble, count = time.monotonic(), "", Count()
    with source.new(folder) as url:
        try:
            count = scenario.run(url, folder, scale)
            if count.unknown > scenario.unknown * scale:
                trouble = "more is unknown than must be"
        except pytest.skip.Exception as skipped:
            trouble = f"{SKIPPED}: {skipped}"
        except Exception as failure:
            trouble = f"{type(failure).__name__}: {failure}".splitlines()[0]
    lived = Lived(scenario.name, source.engine, count, time.monotonic() - began, trouble)
    if lived.is_good:
        shutil.rmtree(folder)
    print(f"  {scenario.name}: {trouble or count} ({lived.seconds:.0f} s)", flush=True)
    return lived


@dataclass(frozen=True)
class Proof:
    """Everything that was measured in one run."""

    today: date
    minutes: float
    killed: dict[str, Count]
    versions: dict[str, str]
    lived: Sequence[Lived]

    @property
    def holds(self) -> bool:
        counts = self.killed.values()
        return all(count.is_good for count in counts) and all(one.is_good for one in self.lived) and not self.missed

    @property
    def missed(self) -> list[str]:
        """What a thousand kills should have met and did not; fewer may miss it."""
        if sum(count.kills for count in self.killed.values()) < KILLS:
            return []
        return [
            f"{phase} on {engine}"
            for engine, count in self.killed.items()
            for phase in phases.NAMES
            if not met(count)[phase]
        ]

    def written(self) -> str:
        return "\n".join((*self._head(), *self._kills(), *self._bites(), *self._scenarios(), ""))

    def _head(self) -> Iterable[str]:
        kills = sum(count.kills for count in self.killed.values())
        yield "# Proof that nothing is lost or doubled"
        yield ""
        yield "Written by `make prove` (`python -m tests.faults.prove`); no number here is typed by hand."
        yield ""
        yield from _table(
            ("", ""),
            (
                ("date", self.today.isoformat()),
                ("code", _commit()),
                ("machine", f"{_processor()}, {os.cpu_count()} cores, {platform.system()} {platform.release()}"),
                ("Python", platform.python_version()),
                ("databases", ", ".join(self.versions.values())),
                ("strace", "attached" if can_trace() else "not available: random kills only"),
                ("run", f"{kills} kills, {len(self.lived)} fault scenarios, {self.minutes:.0f} minutes"),
                ("result", "**holds**" if self.holds else "**does not hold**"),
                *((("never met", ", ".join(self.missed)),) if self.missed else ()),
            ),
        )

    def _kills(self) -> Iterable[str]:
        yield from ("", "## kill -9", "")
        yield (
            f"Each kill meets a bot that has {OWED_A_ROUND} new messages to send: answers to people who write, "
            f"reminders of the day, and notices of the ministry's events. It dies before a chosen system call, or at a "
            f"random moment, up to {IN_A_ROW} times before it may finish. LINE's look-alike writes every accepted "
            f"request to disk before it answers, and its ledger is compared with what everybody was owed."
        )
        yield ""
        yield from _table(
            ("engine", "kills", *_NUMBERS, "longest resume"),
            (
                (engine, count.kills, *_numbers(count), f"{count.longest_resume:.1f} s")
                for engine, count in self.killed.items()
            ),
        )
        yield ""
        yield (
            "*Lost*, *doubled* and *unexpected* are messages; *recovered* were finished by a later process; *unknown* "
            "are free replies whose outcome LINE does not tell, and which are left to a person; *stuck* are messages "
            "in none of the four final states and events not handled. *Longest resume* is from the last kill, start "
            "included, to nothing left to do."
        )

    def _bites(self) -> Iterable[str]:
        yield from (
            "",
            "Where the kills bit: the system call that was not made any more, and what its thread was at.",
            "",
        )
        engines = list(self.killed)
        places = sorted({place for count in self.killed.values() for place in count.bites})
        chosen = [place for place in places if not place.startswith("any moment")]
        rows: list[tuple[object, ...]] = [
            (place, *(self.killed[engine].bites[place] for engine in engines)) for place in chosen
        ]
        random = [sum(n for place, n in self.killed[e].bites.items() if place not in chosen) for e in engines]
        yield from _table(("system call", *engines), [*rows, ("at a random moment", *random)])
        yield ""
        yield from _table(
            ("under way when it died", *engines),
            ((phase, *(met(self.killed[engine])[phase] for engine in engines)) for phase in phases.NAMES),
        )

    def _scenarios(self) -> Iterable[str]:
        yield from ("", "## Everything else that breaks", "")
        yield from _table(
            ("what happens", "engine", *_NUMBERS, "seconds", ""),
            (
                (one.name, one.engine, *_numbers(one.count), f"{one.seconds:.0f}", one.trouble)
                for one in sorted(self.lived, key=lambda one: (one.name, one.engine))
            ),
        )


_NUMBERS = ("expected", "lost", "doubled", "unexpected", "recovered", "unknown", "stuck")


def _numbers(count: Count) -> tuple[object, ...]:
    return tuple(getattr(count, name) for name in _NUMBERS)


def met(count: Count) -> Counter[str]:
    """How many kills met each phase: several may be under way at a random moment."""
    found: Counter[str] = Counter()
    for place, times in count.bites.items():
        for phase in phases.NAMES:
            found[phase] += times * (phase in place.split(" in ")[1].split(" + "))
    return found


def _table(head: Sequence[object], rows: Iterable[Sequence[object]]) -> Iterable[str]:
    yield from (_row(head), "|" + "---|" * len(head))
    yield from (_row(row) for row in rows)


def _row(cells: Sequence[object]) -> str:
    return "| " + " | ".join(str(cell).replace("|", "/") for cell in cells) + " |"


def _commit() -> str:
    def git(*command: str) -> str:
        return subprocess.run(["git", *command], cwd=ROOT, capture_output=True, text=True, check=False).stdout.strip()

    name = git("rev-parse", "--short=12", "HEAD") or "not a git checkout"
    return f"{name}, with changes that are not committed" if git("status", "--porcelain", "-uno") else name


def _processor() -> str:
    info = Path("/proc/cpuinfo")
    lines = info.read_text().splitlines() if info.exists() else []
    named = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(named, platform.machine())


def prove(kills: int, scale: int, worlds: int, engines: Sequence[str], seed: int) -> Proof:
    began = time.monotonic()
    killed: dict[str, Count] = {}
    versions: dict[str, str] = {}
    lived: list[Lived] = []
    for engine in engines:
        with databases(engine) as source:
            versions[engine] = source.version
            killed[engine] = sweep(source, kills // len(engines), worlds=worlds, seed=seed)
            print(f"{engine}: {killed[engine]}", flush=True)
            lived += [live(one, source, scale) for one in SCENARIOS if engine in one.engines]
    return Proof(taipei_day(Clock().now()), (time.monotonic() - began) / 60, killed, versions, lived)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--kills", type=int, default=KILLS, help="in all, half on each engine")
    options.add_argument("--scale", type=int, default=SCALE_OF_PROOF, help="how much happens in each scenario")
    options.add_argument("--worlds", type=int, default=WORLDS, help="side by side")
    options.add_argument("--engine", choices=ENGINES, help="only this one")
    options.add_argument("--seed", type=int, default=1955)
    options.add_argument("--write", type=Path, default=ROOT / "docs" / "proof.md")
    given = options.parse_args()
    if not can_trace():
        print("strace may not attach here: only random kills, none at a chosen system call", file=sys.stderr)
    engines = (given.engine,) if given.engine else ENGINES
    proof = prove(given.kills, given.scale, given.worlds, engines, given.seed)
    given.write.write_text(proof.written(), encoding="utf-8")
    print(f"{'It holds' if proof.holds else 'It does not hold'}: {given.write}")
    raise SystemExit(0 if proof.holds else 1)


if __name__ == "__main__":
    main()
