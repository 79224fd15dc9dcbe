"""Warnings that time runs out, e-mails to staff, and when a person last worked on a case."""

import sqlalchemy as sa
from alembic import op

import sar_service.db

revision = '0006'
down_revision = '0005'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('pulse',
    sa.Column('name', sa.String(length=30), nullable=False),
    sa.Column('at', sar_service.db.Instant(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('name', name=op.f('pk_pulse'))
    )
    op.create_table('staff_mail',
    sa.Column('member_id', sa.Uuid(), nullable=False),
    sa.Column('subject', sa.String(length=200), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('state', sa.String(length=10), nullable=False),
    sa.Column('message', sa.String(length=300), nullable=False),
    sa.Column('written_at', sar_service.db.Instant(timezone=True), nullable=False),
    sa.Column('sent_at', sar_service.db.Instant(timezone=True), nullable=True),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('attempts', sa.Integer(), nullable=False),
    sa.Column('lease_until', sar_service.db.Instant(timezone=True), nullable=True),
    sa.Column('lease_token', sa.String(length=36), nullable=True),
    sa.Column('queued_at', sar_service.db.Instant(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['member_id'], ['member.id'], name=op.f('fk_staff_mail_member_id_member')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_staff_mail'))
    )
    op.create_index(op.f('ix_staff_mail_member_id'), 'staff_mail', ['member_id'], unique=False)

    op.create_table('reminder',
    sa.Column('level', sa.Enum('half', 'three_quarters', 'ninety', 'notice_day', 'overdue', name='level', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('due_on', sa.Date(), nullable=False),
    sa.Column('made_at', sar_service.db.Instant(timezone=True), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('case_id', sa.Uuid(), nullable=False),
    sa.Column('controller', sa.String(length=60), nullable=False),
    sa.ForeignKeyConstraint(['case_id'], ['case.id'], name=op.f('fk_reminder_case_id_case'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_reminder')),
    sa.UniqueConstraint('case_id', 'level', 'due_on', name=op.f('uq_reminder_case_id_level_due_on'))
    )
    op.create_index(op.f('ix_reminder_case_id'), 'reminder', ['case_id'], unique=False)
    op.create_index(op.f('ix_reminder_controller'), 'reminder', ['controller'], unique=False)

    op.add_column('case', sa.Column('touched_at', sar_service.db.Instant(timezone=True), nullable=True))


def downgrade() -> None:
    op.drop_column('case', 'touched_at')

    op.drop_index(op.f('ix_reminder_controller'), 'reminder')
    op.drop_index(op.f('ix_reminder_case_id'), 'reminder')

    op.drop_table('reminder')
    op.drop_index(op.f('ix_staff_mail_member_id'), 'staff_mail')

    op.drop_table('staff_mail')
    op.drop_table('pulse')
