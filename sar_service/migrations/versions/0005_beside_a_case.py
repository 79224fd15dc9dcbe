"""Notes, tasks, flags, links between cases, and the words that a case is found by."""

import sqlalchemy as sa
from alembic import op

import sar_service.db

revision = '0005'
down_revision = '0004'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('case_flag',
    sa.Column('flag', sa.Enum('safe_address', 'child_at_risk', 'care_leaver', 'staff_member', 'litigation', 'high_profile', name='flag', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('set_by', sa.String(length=80), nullable=False),
    sa.Column('set_at', sar_service.db.Instant(timezone=True), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('case_id', sa.Uuid(), nullable=False),
    sa.Column('controller', sa.String(length=60), nullable=False),
    sa.ForeignKeyConstraint(['case_id'], ['case.id'], name=op.f('fk_case_flag_case_id_case'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_case_flag')),
    sa.UniqueConstraint('case_id', 'flag', name=op.f('uq_case_flag_case_id_flag'))
    )
    op.create_index(op.f('ix_case_flag_case_id'), 'case_flag', ['case_id'], unique=False)
    op.create_index(op.f('ix_case_flag_controller'), 'case_flag', ['controller'], unique=False)

    op.create_table('case_link',
    sa.Column('one_id', sa.Uuid(), nullable=False),
    sa.Column('other_id', sa.Uuid(), nullable=False),
    sa.Column('kind', sa.Enum('same_submission', 'duplicate', 'related', name='link_kind', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('made_by', sa.String(length=80), nullable=False),
    sa.Column('made_at', sar_service.db.Instant(timezone=True), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('controller', sa.String(length=60), nullable=False),
    sa.CheckConstraint('one_id <> other_id', name=op.f('ck_case_link_two_cases')),
    sa.ForeignKeyConstraint(['one_id'], ['case.id'], name=op.f('fk_case_link_one_id_case'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['other_id'], ['case.id'], name=op.f('fk_case_link_other_id_case'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_case_link')),
    sa.UniqueConstraint('one_id', 'other_id', 'kind', name=op.f('uq_case_link_one_id_other_id_kind'))
    )
    op.create_index(op.f('ix_case_link_controller'), 'case_link', ['controller'], unique=False)
    op.create_index(op.f('ix_case_link_one_id'), 'case_link', ['one_id'], unique=False)
    op.create_index(op.f('ix_case_link_other_id'), 'case_link', ['other_id'], unique=False)

    op.create_table('note',
    sa.Column('written_by', sa.String(length=80), nullable=False),
    sa.Column('written_at', sar_service.db.Instant(timezone=True), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('case_id', sa.Uuid(), nullable=False),
    sa.Column('controller', sa.String(length=60), nullable=False),
    sa.Column('sealed', sa.LargeBinary(), nullable=False),
    sa.ForeignKeyConstraint(['case_id'], ['case.id'], name=op.f('fk_note_case_id_case'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_note'))
    )
    op.create_index(op.f('ix_note_case_id'), 'note', ['case_id'], unique=False)
    op.create_index(op.f('ix_note_controller'), 'note', ['controller'], unique=False)

    op.create_table('search_word',
    sa.Column('digest', sa.BigInteger(), nullable=False),
    sa.Column('case_id', sa.Uuid(), nullable=False),
    sa.ForeignKeyConstraint(['case_id'], ['case.id'], name=op.f('fk_search_word_case_id_case'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('digest', 'case_id', name=op.f('pk_search_word'))
    )
    op.create_index(op.f('ix_search_word_case_id'), 'search_word', ['case_id'], unique=False)
    op.create_table('task',
    sa.Column('due_on', sa.Date(), nullable=False),
    sa.Column('assigned_to', sa.Uuid(), nullable=True),
    sa.Column('made_by', sa.String(length=80), nullable=False),
    sa.Column('made_at', sar_service.db.Instant(timezone=True), nullable=False),
    sa.Column('outcome', sa.String(length=10), nullable=False),
    sa.Column('ended_by', sa.String(length=80), nullable=False),
    sa.Column('ended_at', sar_service.db.Instant(timezone=True), nullable=True),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('case_id', sa.Uuid(), nullable=False),
    sa.Column('controller', sa.String(length=60), nullable=False),
    sa.Column('sealed', sa.LargeBinary(), nullable=False),
    sa.ForeignKeyConstraint(['assigned_to'], ['member.id'], name=op.f('fk_task_assigned_to_member')),
    sa.ForeignKeyConstraint(['case_id'], ['case.id'], name=op.f('fk_task_case_id_case'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_task'))
    )
    op.create_index(op.f('ix_task_assigned_to'), 'task', ['assigned_to'], unique=False)
    op.create_index(op.f('ix_task_case_id'), 'task', ['case_id'], unique=False)
    op.create_index(op.f('ix_task_controller'), 'task', ['controller'], unique=False)
    op.create_index(op.f('ix_task_open'), 'task', ['outcome', 'due_on'], unique=False)


def downgrade() -> None:
    op.drop_index(op.f('ix_task_open'), 'task')
    op.drop_index(op.f('ix_task_controller'), 'task')
    op.drop_index(op.f('ix_task_case_id'), 'task')
    op.drop_index(op.f('ix_task_assigned_to'), 'task')

    op.drop_table('task')
    op.drop_index(op.f('ix_search_word_case_id'), 'search_word')

    op.drop_table('search_word')
    op.drop_index(op.f('ix_note_controller'), 'note')
    op.drop_index(op.f('ix_note_case_id'), 'note')

    op.drop_table('note')
    op.drop_index(op.f('ix_case_link_other_id'), 'case_link')
    op.drop_index(op.f('ix_case_link_one_id'), 'case_link')
    op.drop_index(op.f('ix_case_link_controller'), 'case_link')

    op.drop_table('case_link')
    op.drop_index(op.f('ix_case_flag_controller'), 'case_flag')
    op.drop_index(op.f('ix_case_flag_case_id'), 'case_flag')

    op.drop_table('case_flag')
