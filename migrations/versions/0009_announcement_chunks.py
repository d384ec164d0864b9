"""The recipients of announcements, frozen into chunks, and what became of each."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
IDS = postgresql.ARRAY(sa.Integer()).with_variant(sa.JSON(), "sqlite")


def upgrade() -> None:
    instant = sa.DateTime(timezone=True)
    op.create_table(
        "announcement_wording",
        sa.Column("announcement_id", sa.Integer(), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        _of_an_announcement("announcement_wording"),
        sa.PrimaryKeyConstraint("announcement_id", "language", name=op.f("pk_announcement_wording")),
    )
    op.create_table(
        "announcement_recipients",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("announcement_id", sa.Integer(), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("contacts", IDS, nullable=False),
        sa.Column("first_contact", sa.Integer(), nullable=False),
        sa.Column("last_contact", sa.Integer(), nullable=False),
        _of_an_announcement("announcement_recipients"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_announcement_recipients")),
        sa.UniqueConstraint(
            "announcement_id",
            "language",
            "number",
            name=op.f("uq_announcement_recipients_announcement_id_language_number"),
        ),
    )
    op.create_table(
        "announcement_chunk",
        sa.Column("id", BIG_ID, autoincrement=False, nullable=False),
        sa.Column("announcement_id", sa.Integer(), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("superseded", sa.Integer(), nullable=False),
        sa.Column("failed", sa.Integer(), nullable=False),
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("not_before", instant, nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("leased_by", sa.String(length=64), nullable=True),
        sa.Column("lease_until", instant, nullable=True),
        sa.Column("in_doubt", sa.Boolean(), nullable=False),
        sa.Column("first_tried_at", instant, nullable=True),
        sa.Column("sent_at", instant, nullable=True),
        sa.Column("request_id", sa.String(length=64), nullable=True),
        sa.Column("error", sa.String(length=200), nullable=True),
        sa.CheckConstraint(
            "state IN ('planned','leased','sent','superseded','undeliverable','unknown')",
            name=op.f("ck_announcement_chunk_state"),
        ),
        sa.CheckConstraint(
            "size BETWEEN 0 AND 500 AND superseded >= 0 AND failed >= 0", name=op.f("ck_announcement_chunk_counts")
        ),
        sa.ForeignKeyConstraint(
            ["id"], ["announcement_recipients.id"], name=op.f("fk_announcement_chunk_id"), ondelete="CASCADE"
        ),
        _of_an_announcement("announcement_chunk"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_announcement_chunk")),
    )
    op.create_index(
        "ix_announcement_chunk_due",
        "announcement_chunk",
        ["announcement_id", "not_before"],
        unique=False,
        sqlite_where=sa.text("state = 'planned'"),
        postgresql_where=sa.text("state = 'planned'"),
    )
    op.create_index(
        "ix_announcement_chunk_leased",
        "announcement_chunk",
        ["lease_until"],
        unique=False,
        sqlite_where=sa.text("state = 'leased'"),
        postgresql_where=sa.text("state = 'leased'"),
    )
    op.create_index(op.f("ix_announcement_chunk_announcement_id"), "announcement_chunk", ["announcement_id"])
    op.create_table(
        "announcement_failure",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("announcement_id", sa.Integer(), nullable=False),
        sa.Column("contact_id", sa.Integer(), nullable=False),
        sa.Column("at", instant, nullable=False),
        sa.Column("error", sa.String(length=200), nullable=False),
        _of_an_announcement("announcement_failure"),
        sa.ForeignKeyConstraint(
            ["contact_id"], ["contact.id"], name=op.f("fk_announcement_failure_contact_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_announcement_failure")),
        sa.UniqueConstraint(
            "announcement_id", "contact_id", name=op.f("uq_announcement_failure_announcement_id_contact_id")
        ),
    )
    op.create_index(op.f("ix_announcement_failure_contact_id"), "announcement_failure", ["contact_id"])
    op.create_table(
        "announcement_stats",
        sa.Column("announcement_id", sa.Integer(), nullable=False),
        sa.Column("read_at", instant, nullable=False),
        sa.Column("seen", sa.Integer(), nullable=True),
        sa.Column("tapped", sa.Integer(), nullable=True),
        _of_an_announcement("announcement_stats"),
        sa.PrimaryKeyConstraint("announcement_id", name=op.f("pk_announcement_stats")),
    )


def _of_an_announcement(table: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_announcement_id")
    return sa.ForeignKeyConstraint(["announcement_id"], ["announcement.id"], name=name, ondelete="CASCADE")


def downgrade() -> None:
    op.drop_table("announcement_stats")
    op.drop_table("announcement_failure")
    op.drop_table("announcement_chunk")
    op.drop_table("announcement_recipients")
    op.drop_table("announcement_wording")
