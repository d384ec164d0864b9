"""How operators prove who they are: passwords, second factors, recovery codes."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "credential",
        sa.Column("operator_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("password", sa.String(length=200), nullable=True),
        sa.Column("totp_secret", sa.LargeBinary(), nullable=True),
        sa.Column("totp_step", sa.Integer(), nullable=True),
        sa.Column("set_up_digest", sa.LargeBinary(), nullable=True),
        sa.Column("set_up_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("subject_digest", sa.LargeBinary(), nullable=True),
        sa.CheckConstraint("(password IS NULL) = (totp_secret IS NULL)", name=op.f("ck_credential_both_factors")),
        sa.CheckConstraint("(set_up_digest IS NULL) = (set_up_until IS NULL)", name=op.f("ck_credential_set_up")),
        sa.ForeignKeyConstraint(["operator_id"], ["operator.id"], name=op.f("fk_credential_operator_id")),
        sa.PrimaryKeyConstraint("operator_id", name=op.f("pk_credential")),
        sa.UniqueConstraint("subject_digest", name=op.f("uq_credential_subject_digest")),
    )
    op.create_table(
        "recovery_code",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("operator_id", sa.Integer(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["operator_id"], ["operator.id"], name=op.f("fk_recovery_code_operator_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recovery_code")),
    )
    op.create_index(op.f("ix_recovery_code_operator_id"), "recovery_code", ["operator_id"], unique=False)
    op.create_table(
        "sign_in_step",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("stage", sa.String(length=8), nullable=False),
        sa.Column("operator_id", sa.Integer(), nullable=True),
        sa.Column("going_to", sa.String(length=200), nullable=False),
        sa.Column("kept", sa.LargeBinary(), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("stage IN ('code','provider','set_up')", name=op.f("ck_sign_in_step_stage")),
        sa.ForeignKeyConstraint(["operator_id"], ["operator.id"], name=op.f("fk_sign_in_step_operator_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_in_step")),
        sa.UniqueConstraint("digest", name=op.f("uq_sign_in_step_digest")),
    )
    op.create_table(
        "known_browser",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("operator_id", sa.Integer(), nullable=False),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["operator_id"], ["operator.id"], name=op.f("fk_known_browser_operator_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_known_browser")),
        sa.UniqueConstraint("digest", "operator_id", name=op.f("uq_known_browser_digest_operator_id")),
    )
    op.create_index(op.f("ix_known_browser_operator_id"), "known_browser", ["operator_id"], unique=False)
    op.create_table(
        "wrong_tries",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("whose", sa.LargeBinary(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("wait_until", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_wrong_tries")),
        sa.UniqueConstraint("whose", name=op.f("uq_wrong_tries_whose")),
    )
    op.add_column("operator_session", sa.Column("browser", sa.String(length=40), nullable=True))


def downgrade() -> None:
    op.drop_column("operator_session", "browser")
    op.drop_table("wrong_tries")
    op.drop_table("known_browser")
    op.drop_table("sign_in_step")
    op.drop_table("recovery_code")
    op.drop_table("credential")
