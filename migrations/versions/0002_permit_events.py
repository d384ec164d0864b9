"""What the ministry's systems tell us: permit events, which message tells of which, and the keys of their API."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "api_key",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("mode", sa.String(length=4), nullable=False),
        sa.Column("scopes", sa.String(length=64), nullable=False),
        sa.Column("prefix", sa.String(length=16), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("mode IN ('live','test')", name=op.f("ck_api_key_mode")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_key")),
        sa.UniqueConstraint("digest", name=op.f("uq_api_key_digest")),
        sa.UniqueConstraint("prefix", name=op.f("uq_api_key_prefix")),
    )
    op.create_table(
        "permit_event",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.String(length=64), nullable=False),
        sa.Column("fingerprint", sa.LargeBinary(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("permit_id", sa.Integer(), nullable=False),
        sa.Column("occurred_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=True),
        sa.Column("letter_no", sa.String(length=64), nullable=True),
        sa.Column("served_on", sa.Date(), nullable=True),
        sa.Column("reason_code", sa.String(length=32), nullable=True),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "kind IN ('permit_issued','permit_revoked','reported_missing','search_requested',"
            "'missing_report_withdrawn')",
            name=op.f("ck_permit_event_kind"),
        ),
        sa.ForeignKeyConstraint(
            ["permit_id"], ["permit.id"], name=op.f("fk_permit_event_permit_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_permit_event")),
        sa.UniqueConstraint("event_id", name=op.f("uq_permit_event_event_id")),
    )
    op.create_index(op.f("ix_permit_event_permit_id"), "permit_event", ["permit_id"], unique=False)
    op.create_table(
        "notice",
        sa.Column("message_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["event_id"], ["permit_event.id"], name=op.f("fk_notice_event_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["message_id"], ["message.id"], name=op.f("fk_notice_message_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("message_id", "event_id", name=op.f("pk_notice")),
    )
    op.create_index(op.f("ix_notice_event_id"), "notice", ["event_id"], unique=False)


def downgrade() -> None:
    op.drop_table("notice")
    op.drop_table("permit_event")
    op.drop_table("api_key")
