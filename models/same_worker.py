"""Rows of one file or call under one worker_ref that cannot all be right: two people must not become one record."""

from collections.abc import Hashable, Sequence

from models.permit_problem import Code, Problem, problem
from models.permit_row import PermitRow

COMPARED = ("birth_date", "name", "passport_no")
_NEVER_CHANGES = frozenset(("birth_date",))
"""Names are spelled anew and passports renewed: those are worth a look, and no reason to refuse."""


def compared_cells(row: PermitRow) -> tuple[str | None, ...]:
    """What all rows of a worker should agree on, in the order of COMPARED."""
    return str(row.birth_date), row.name, row.passport_no


def contradictions(
    earlier: Sequence[Hashable | None], later: Sequence[Hashable | None], line: int
) -> tuple[tuple[Problem, ...], tuple[Problem, ...]]:
    """Problems and warnings of the later row beside the first one, which stood in that line. An empty cell says
    nothing. Instead of cells, keyed digests of them may be given."""
    different = [
        problem(column, Code.CONTRADICTS_LINE, line)
        for column, first, second in zip(COMPARED, earlier, later, strict=True)
        if first is not None and second is not None and first != second
    ]
    return (
        tuple(found for found in different if found.column in _NEVER_CHANGES),
        tuple(found for found in different if found.column not in _NEVER_CHANGES),
    )
