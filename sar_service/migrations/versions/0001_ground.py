"""Cases, facts, stored objects, letters, staff, sessions and the audit trail."""

import sqlalchemy as sa
from alembic import op

import sar_service.db

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('attempt',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('key', sa.String(length=64), nullable=False),
    sa.Column('at', sar_service.db.Instant(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_attempt'))
    )
    op.create_index('ix_attempt_recent', 'attempt', ['key', 'at'], unique=False)
    op.create_table('audit_event',
    sa.Column('number', sa.BigInteger(), autoincrement=False, nullable=False),
    sa.Column('at', sar_service.db.Instant(timezone=True), nullable=False),
    sa.Column('actor', sa.String(length=80), nullable=False),
    sa.Column('verb', sa.String(length=60), nullable=False),
    sa.Column('controller', sa.String(length=60), nullable=False),
    sa.Column('case_id', sa.Uuid(), nullable=True),
    sa.Column('object', sa.String(length=120), nullable=False),
    sa.Column('detail', sa.JSON(), nullable=False),
    sa.Column('previous', sa.String(length=64), nullable=False),
    sa.Column('digest', sa.String(length=64), nullable=False),
    sa.PrimaryKeyConstraint('number', name=op.f('pk_audit_event'))
    )
    op.create_index(op.f('ix_audit_event_actor'), 'audit_event', ['actor'], unique=False)
    op.create_index(op.f('ix_audit_event_case_id'), 'audit_event', ['case_id'], unique=False)
    op.create_table('audit_head',
    sa.Column('id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('number', sa.BigInteger(), nullable=False),
    sa.Column('digest', sa.String(length=64), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_audit_head'))
    )
    op.create_table('member',
    sa.Column('email', sa.String(length=254), nullable=False),
    sa.Column('name', sa.String(length=120), nullable=False),
    sa.Column('role', sa.Enum('officer', 'manager', 'administrator', 'auditor', name='role', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('controllers', sa.JSON(), nullable=False),
    sa.Column('password_hash', sa.String(length=200), nullable=False),
    sa.Column('active', sa.Boolean(), nullable=False),
    sa.Column('created_at', sar_service.db.Instant(timezone=True), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_member')),
    sa.UniqueConstraint('email', name=op.f('uq_member_email'))
    )
    op.create_table('once',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('key', sa.String(length=64), nullable=False),
    sa.Column('actor', sa.String(length=80), nullable=False),
    sa.Column('path', sa.String(length=300), nullable=False),
    sa.Column('location', sa.String(length=500), nullable=False),
    sa.Column('status', sa.Integer(), nullable=False),
    sa.Column('created_at', sar_service.db.Instant(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_once')),
    sa.UniqueConstraint('key', 'actor', name=op.f('uq_once_key_actor'))
    )
    op.create_table('case',
    sa.Column('reference', sa.String(length=40), nullable=False),
    sa.Column('right', sa.Enum('access', 'rectification', 'erasure', 'restriction', 'portability', 'objection', 'automated-decision', 'withdraw-consent', 'complaint', name='right', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('status', sa.Enum('received', 'identity', 'searching', 'reviewing', 'awaiting_signoff', 'signed_off', 'building', 'ready', 'released', 'closed', 'refused', 'withdrawn', name='status', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('channel', sa.String(length=20), nullable=False),
    sa.Column('capacity', sa.String(length=40), nullable=False),
    sa.Column('nation', sa.String(length=30), nullable=False),
    sa.Column('received_on', sa.Date(), nullable=False),
    sa.Column('clock_state', sa.String(length=20), nullable=False),
    sa.Column('due_on', sa.Date(), nullable=True),
    sa.Column('notice_by', sa.Date(), nullable=True),
    sa.Column('released_at', sar_service.db.Instant(timezone=True), nullable=True),
    sa.Column('released_on', sa.Date(), nullable=True),
    sa.Column('closed_at', sar_service.db.Instant(timezone=True), nullable=True),
    sa.Column('assigned_to', sa.Uuid(), nullable=True),
    sa.Column('restricted', sa.Boolean(), nullable=False),
    sa.Column('created_at', sar_service.db.Instant(timezone=True), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('controller', sa.String(length=60), nullable=False),
    sa.Column('sealed', sa.LargeBinary(), nullable=False),
    sa.ForeignKeyConstraint(['assigned_to'], ['member.id'], name=op.f('fk_case_assigned_to_member')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_case')),
    sa.UniqueConstraint('reference', name=op.f('uq_case_reference'))
    )
    op.create_index(op.f('ix_case_controller'), 'case', ['controller'], unique=False)
    op.create_index(op.f('ix_case_due_on'), 'case', ['due_on'], unique=False)
    op.create_index('ix_case_worklist', 'case', ['controller', 'status', 'due_on'], unique=False)
    op.create_table('web_session',
    sa.Column('digest', sa.String(length=64), nullable=False),
    sa.Column('member_id', sa.Uuid(), nullable=True),
    sa.Column('data', sa.LargeBinary(), nullable=False),
    sa.Column('created_at', sar_service.db.Instant(timezone=True), nullable=False),
    sa.Column('seen_at', sar_service.db.Instant(timezone=True), nullable=False),
    sa.Column('ended_at', sar_service.db.Instant(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['member_id'], ['member.id'], name=op.f('fk_web_session_member_id_member')),
    sa.PrimaryKeyConstraint('digest', name=op.f('pk_web_session'))
    )
    op.create_index(op.f('ix_web_session_member_id'), 'web_session', ['member_id'], unique=False)
    op.create_index(op.f('ix_web_session_seen_at'), 'web_session', ['seen_at'], unique=False)
    op.create_table('access_code',
    sa.Column('digest', sa.String(length=64), nullable=False),
    sa.Column('sent_at', sar_service.db.Instant(timezone=True), nullable=False),
    sa.Column('expires_at', sar_service.db.Instant(timezone=True), nullable=False),
    sa.Column('tries', sa.Integer(), nullable=False),
    sa.Column('used_at', sar_service.db.Instant(timezone=True), nullable=True),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('case_id', sa.Uuid(), nullable=False),
    sa.Column('controller', sa.String(length=60), nullable=False),
    sa.ForeignKeyConstraint(['case_id'], ['case.id'], name=op.f('fk_access_code_case_id_case'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_access_code'))
    )
    op.create_index(op.f('ix_access_code_case_id'), 'access_code', ['case_id'], unique=False)
    op.create_index(op.f('ix_access_code_controller'), 'access_code', ['controller'], unique=False)
    op.create_table('case_key',
    sa.Column('case_id', sa.Uuid(), nullable=False),
    sa.Column('wrapped', sa.LargeBinary(), nullable=True),
    sa.Column('destroyed_at', sar_service.db.Instant(timezone=True), nullable=True),
    sa.Column('controller', sa.String(length=60), nullable=False),
    sa.ForeignKeyConstraint(['case_id'], ['case.id'], name=op.f('fk_case_key_case_id_case')),
    sa.PrimaryKeyConstraint('case_id', name=op.f('pk_case_key'))
    )
    op.create_index(op.f('ix_case_key_controller'), 'case_key', ['controller'], unique=False)
    op.create_table('fact',
    sa.Column('kind', sa.String(length=40), nullable=False),
    sa.Column('on', sa.Date(), nullable=False),
    sa.Column('detail', sa.JSON(), nullable=False),
    sa.Column('corrects', sa.Uuid(), nullable=True),
    sa.Column('recorded_by', sa.String(length=80), nullable=False),
    sa.Column('recorded_at', sar_service.db.Instant(timezone=True), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('case_id', sa.Uuid(), nullable=False),
    sa.Column('controller', sa.String(length=60), nullable=False),
    sa.ForeignKeyConstraint(['case_id'], ['case.id'], name=op.f('fk_fact_case_id_case'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['corrects'], ['fact.id'], name=op.f('fk_fact_corrects_fact')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_fact'))
    )
    op.create_index(op.f('ix_fact_case_id'), 'fact', ['case_id'], unique=False)
    op.create_index(op.f('ix_fact_controller'), 'fact', ['controller'], unique=False)
    op.create_table('letter',
    sa.Column('kind', sa.String(length=40), nullable=False),
    sa.Column('state', sa.String(length=10), nullable=False),
    sa.Column('message', sa.String(length=300), nullable=False),
    sa.Column('written_by', sa.String(length=80), nullable=False),
    sa.Column('written_at', sar_service.db.Instant(timezone=True), nullable=False),
    sa.Column('sent_at', sar_service.db.Instant(timezone=True), nullable=True),
    sa.Column('message_id', sa.String(length=200), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('case_id', sa.Uuid(), nullable=False),
    sa.Column('controller', sa.String(length=60), nullable=False),
    sa.Column('sealed', sa.LargeBinary(), nullable=False),
    sa.Column('attempts', sa.Integer(), nullable=False),
    sa.Column('lease_until', sar_service.db.Instant(timezone=True), nullable=True),
    sa.Column('lease_token', sa.String(length=36), nullable=True),
    sa.Column('queued_at', sar_service.db.Instant(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['case_id'], ['case.id'], name=op.f('fk_letter_case_id_case'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_letter'))
    )
    op.create_index(op.f('ix_letter_case_id'), 'letter', ['case_id'], unique=False)
    op.create_index(op.f('ix_letter_controller'), 'letter', ['controller'], unique=False)
    op.create_table('stored_object',
    sa.Column('key', sa.String(length=32), nullable=False),
    sa.Column('media_type', sa.String(length=100), nullable=False),
    sa.Column('size', sa.Integer(), nullable=False),
    sa.Column('sha256', sa.String(length=64), nullable=False),
    sa.Column('created_at', sar_service.db.Instant(timezone=True), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('case_id', sa.Uuid(), nullable=False),
    sa.Column('controller', sa.String(length=60), nullable=False),
    sa.ForeignKeyConstraint(['case_id'], ['case.id'], name=op.f('fk_stored_object_case_id_case'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_stored_object')),
    sa.UniqueConstraint('key', name=op.f('uq_stored_object_key'))
    )
    op.create_index(op.f('ix_stored_object_case_id'), 'stored_object', ['case_id'], unique=False)
    op.create_index(op.f('ix_stored_object_controller'), 'stored_object', ['controller'], unique=False)


def downgrade() -> None:
    op.drop_index(op.f('ix_stored_object_controller'), table_name='stored_object')
    op.drop_index(op.f('ix_stored_object_case_id'), table_name='stored_object')
    op.drop_table('stored_object')
    op.drop_index(op.f('ix_letter_controller'), table_name='letter')
    op.drop_index(op.f('ix_letter_case_id'), table_name='letter')
    op.drop_table('letter')
    op.drop_index(op.f('ix_fact_controller'), table_name='fact')
    op.drop_index(op.f('ix_fact_case_id'), table_name='fact')
    op.drop_table('fact')
    op.drop_index(op.f('ix_case_key_controller'), table_name='case_key')
    op.drop_table('case_key')
    op.drop_index(op.f('ix_access_code_controller'), table_name='access_code')
    op.drop_index(op.f('ix_access_code_case_id'), table_name='access_code')
    op.drop_table('access_code')
    op.drop_index(op.f('ix_web_session_seen_at'), table_name='web_session')
    op.drop_index(op.f('ix_web_session_member_id'), table_name='web_session')
    op.drop_table('web_session')
    op.drop_index('ix_case_worklist', table_name='case')
    op.drop_index(op.f('ix_case_due_on'), table_name='case')
    op.drop_index(op.f('ix_case_controller'), table_name='case')
    op.drop_table('case')
    op.drop_table('once')
    op.drop_table('member')
    op.drop_table('audit_head')
    op.drop_index(op.f('ix_audit_event_case_id'), table_name='audit_event')
    op.drop_index(op.f('ix_audit_event_actor'), table_name='audit_event')
    op.drop_table('audit_event')
    op.drop_index('ix_attempt_recent', table_name='attempt')
    op.drop_table('attempt')
