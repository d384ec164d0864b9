"""Told, not just sent: when to look whether she knows, what the walk through all events found, who looked at a case."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("message", sa.Column("check_told_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index(
        "ix_message_check_told_at",
        "message",
        ["check_told_at"],
        unique=False,
        sqlite_where=sa.text("check_told_at IS NOT NULL"),
        postgresql_where=sa.text("check_told_at IS NOT NULL"),
    )
    # What left before we looked after it is looked at once.
    op.execute(
        "UPDATE message SET check_told_at = created_at WHERE lane = 0 AND answered_at IS NULL"
        " AND kind IN ('permit_revoked', 'reported_missing', 'search_requested', 'events')"
    )
    op.add_column("casework", sa.Column("late_said_at", sa.DateTime(timezone=True), nullable=True))
    op.create_table(
        "told_walk",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("after_permit", sa.Integer(), nullable=False),
        sa.Column("found", sa.Integer(), nullable=False),
        sa.Column("nobody_linked", sa.Integer(), nullable=False),
        sa.Column("mended", sa.Integer(), nullable=False),
        sa.Column("walked_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("id = 1", name=op.f("ck_told_walk_only_one")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_told_walk")),
    )
    op.create_table(
        "case_viewing",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.String(length=64), nullable=False),
        sa.Column("reason", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["casework.id"], name=op.f("fk_case_viewing_case_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_viewing")),
    )
    op.create_index(op.f("ix_case_viewing_case_id"), "case_viewing", ["case_id"], unique=False)


def downgrade() -> None:
    op.drop_table("case_viewing")
    op.drop_table("told_walk")
    op.drop_column("casework", "late_said_at")
    op.drop_index("ix_message_check_told_at", table_name="message")
    op.drop_column("message", "check_told_at")
