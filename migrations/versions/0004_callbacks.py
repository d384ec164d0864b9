"""Callbacks: what the ministry's system is told of its events, and which messages it has not been told of yet."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "callback",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("webhook_id", sa.String(length=40), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("what", sa.String(length=24), nullable=False),
        sa.Column("reason", sa.String(length=24), nullable=True),
        sa.Column("answer", sa.String(length=16), nullable=True),
        sa.Column("by_event_id", sa.String(length=64), nullable=True),
        sa.Column("message", sa.String(length=36), nullable=True),
        sa.Column("occurred_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("not_before", sa.DateTime(timezone=True), nullable=False),
        sa.Column("give_up_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("delivered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("error", sa.String(length=64), nullable=True),
        sa.CheckConstraint("state IN ('waiting','delivered','given_up')", name=op.f("ck_callback_state")),
        sa.CheckConstraint(
            "what IN ('message.accepted','message.undeliverable','message.unknown','message.superseded',"
            "'worker.answered')",
            name=op.f("ck_callback_what"),
        ),
        sa.ForeignKeyConstraint(
            ["event_id"], ["permit_event.id"], name=op.f("fk_callback_event_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_callback")),
        sa.UniqueConstraint("event_id", "name", name=op.f("uq_callback_event_id_name")),
        sa.UniqueConstraint("event_id", "sequence", name=op.f("uq_callback_event_id_sequence")),
        sa.UniqueConstraint("webhook_id", name=op.f("uq_callback_webhook_id")),
    )
    op.create_index(op.f("ix_callback_state_not_before"), "callback", ["state", "not_before"], unique=False)
    # What became of earlier events is nobody's news any more: all of them count as looked at.
    op.add_column("permit_event", sa.Column("callbacks", sa.Integer(), nullable=True))
    op.execute("UPDATE permit_event SET callbacks = 0")
    op.create_index(
        "ix_permit_event_unreported",
        "permit_event",
        ["id"],
        unique=False,
        sqlite_where=sa.text("callbacks IS NULL"),
        postgresql_where=sa.text("callbacks IS NULL"),
    )
    op.add_column("message", sa.Column("owes_report", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.create_index(
        "ix_message_owes_report",
        "message",
        ["state"],
        unique=False,
        sqlite_where=sa.text("owes_report"),
        postgresql_where=sa.text("owes_report"),
    )


def downgrade() -> None:
    op.drop_index("ix_message_owes_report", "message")
    op.drop_column("message", "owes_report")
    op.drop_index("ix_permit_event_unreported", "permit_event")
    op.drop_column("permit_event", "callbacks")
    op.drop_table("callback")
