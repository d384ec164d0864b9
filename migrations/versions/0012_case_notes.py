"""Questions as cases, notes on cases, calls, and what was answered."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

KINDS, RESULTS = "'dispute','help','not_told'", "'withdrawn','stands','helped','reached','not_reached'"
MORE_KINDS, MORE_RESULTS = f"{KINDS},'question'", f"{RESULTS},'answered'"


def upgrade() -> None:
    _check(KINDS, MORE_KINDS, "kind")
    _check(RESULTS, MORE_RESULTS, "result")
    op.create_table(
        "case_note",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("by", sa.String(length=64), nullable=True),
        sa.Column("words", sa.LargeBinary(), nullable=True),
        sa.Column("original", sa.LargeBinary(), nullable=True),
        sa.Column("outcome", sa.String(length=16), nullable=True),
        sa.Column("called_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("message_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("line_message_id", sa.String(length=64), nullable=True),
        sa.CheckConstraint(
            "kind IN ('note','call','answer','hers','handed_over','closed')", name=op.f("ck_case_note_kind")
        ),
        sa.CheckConstraint(
            "outcome IN ('reached','no_answer','wrong_number','refused')", name=op.f("ck_case_note_outcome")
        ),
        sa.CheckConstraint("(kind = 'call') = (outcome IS NOT NULL)", name=op.f("ck_case_note_call_with_outcome")),
        sa.CheckConstraint("(outcome IS NULL) = (called_at IS NULL)", name=op.f("ck_case_note_call_with_time")),
        sa.CheckConstraint("(kind = 'hers') = (\"by\" IS NULL)", name=op.f("ck_case_note_hers_by_nobody_else")),
        sa.ForeignKeyConstraint(["case_id"], ["casework.id"], name=op.f("fk_case_note_case_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["message_id"], ["message.id"], name=op.f("fk_case_note_message_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_note")),
    )
    op.create_index(op.f("ix_case_note_case_id"), "case_note", ["case_id"], unique=False)
    op.create_index(op.f("ix_case_note_message_id"), "case_note", ["message_id"], unique=False)
    op.create_index(op.f("ix_case_note_line_message_id"), "case_note", ["line_message_id"], unique=False)


def downgrade() -> None:
    op.drop_table("case_note")
    op.execute("DELETE FROM casework WHERE kind = 'question'")
    _check(MORE_RESULTS, RESULTS, "result")
    _check(MORE_KINDS, KINDS, "kind")


def _check(before: str, after: str, column: str) -> None:
    """Let the column hold what is in `after` and nothing else."""
    connection, name = op.get_bind(), f"ck_casework_{column}"
    if connection.dialect.name != "sqlite":
        op.drop_constraint(op.f(name), "casework", type_="check")
        op.create_check_constraint(op.f(name), "casework", f"{column} IN ({after})")
        return
    # To make the table anew would drop the old one, and with it, by their foreign keys, photos and viewings. A CHECK is
    # only words in the schema: this is SQLite's own way to change it (sqlite.org/lang_altertable.html, “Making Other
    # Kinds Of Table Schema Changes”, the shorter procedure).
    version = connection.exec_driver_sql("PRAGMA schema_version").scalar_one()
    connection.exec_driver_sql("PRAGMA writable_schema=ON")
    connection.exec_driver_sql(
        "UPDATE sqlite_master SET sql = replace(sql, ?, ?) WHERE type = 'table' AND name = 'casework'",
        (f"{column} IN ({before})", f"{column} IN ({after})"),
    )
    connection.exec_driver_sql(f"PRAGMA schema_version={version + 1}")
    connection.exec_driver_sql("PRAGMA writable_schema=OFF")
