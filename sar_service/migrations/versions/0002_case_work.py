"""Searches and what they find, people, marks, decisions, sign-offs and packs."""

import sqlalchemy as sa
from alembic import op

import sar_service.db

revision = "0002"
down_revision = '0001'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('candidate',
    sa.Column('system', sa.String(length=60), nullable=False),
    sa.Column('ref_digest', sa.String(length=64), nullable=False),
    sa.Column('verdict', sa.Enum('match', 'possible', 'no', name='verdict', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('score', sa.Double(), nullable=False),
    sa.Column('decision', sa.String(length=12), nullable=False),
    sa.Column('decided_by', sa.String(length=80), nullable=False),
    sa.Column('decided_at', sar_service.db.Instant(timezone=True), nullable=True),
    sa.Column('found_at', sar_service.db.Instant(timezone=True), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('case_id', sa.Uuid(), nullable=False),
    sa.Column('controller', sa.String(length=60), nullable=False),
    sa.Column('sealed', sa.LargeBinary(), nullable=False),
    sa.ForeignKeyConstraint(['case_id'], ['case.id'], name=op.f('fk_candidate_case_id_case'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_candidate')),
    sa.UniqueConstraint('case_id', 'system', 'ref_digest', name=op.f('uq_candidate_case_id_system_ref_digest'))
    )
    op.create_index(op.f('ix_candidate_case_id'), 'candidate', ['case_id'], unique=False)
    op.create_index(op.f('ix_candidate_controller'), 'candidate', ['controller'], unique=False)
    op.create_table('decision',
    sa.Column('person_id', sa.Uuid(), nullable=True),
    sa.Column('mark_id', sa.Uuid(), nullable=True),
    sa.Column('treatment', sa.String(length=10), nullable=False),
    sa.Column('code', sa.String(length=12), nullable=False),
    sa.Column('decided_by', sa.String(length=80), nullable=False),
    sa.Column('decided_at', sar_service.db.Instant(timezone=True), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('case_id', sa.Uuid(), nullable=False),
    sa.Column('controller', sa.String(length=60), nullable=False),
    sa.Column('sealed', sa.LargeBinary(), nullable=False),
    sa.ForeignKeyConstraint(['case_id'], ['case.id'], name=op.f('fk_decision_case_id_case'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_decision'))
    )
    op.create_index(op.f('ix_decision_case_id'), 'decision', ['case_id'], unique=False)
    op.create_index(op.f('ix_decision_controller'), 'decision', ['controller'], unique=False)
    op.create_index(op.f('ix_decision_mark_id'), 'decision', ['mark_id'], unique=False)
    op.create_index(op.f('ix_decision_person_id'), 'decision', ['person_id'], unique=False)
    op.create_table('person',
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('standing', sa.Enum('subject', 'professional', 'third_party', 'source', 'protected', name='standing', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('origin', sa.String(length=20), nullable=False),
    sa.Column('treatment', sa.String(length=10), nullable=False),
    sa.Column('code', sa.String(length=12), nullable=False),
    sa.Column('decided_by', sa.String(length=80), nullable=False),
    sa.Column('decided_at', sar_service.db.Instant(timezone=True), nullable=True),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('case_id', sa.Uuid(), nullable=False),
    sa.Column('controller', sa.String(length=60), nullable=False),
    sa.Column('sealed', sa.LargeBinary(), nullable=False),
    sa.ForeignKeyConstraint(['case_id'], ['case.id'], name=op.f('fk_person_case_id_case'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_person')),
    sa.UniqueConstraint('case_id', 'number', name=op.f('uq_person_case_id_number'))
    )
    op.create_index(op.f('ix_person_case_id'), 'person', ['case_id'], unique=False)
    op.create_index(op.f('ix_person_controller'), 'person', ['controller'], unique=False)
    op.create_table('sign_off',
    sa.Column('digest', sa.String(length=64), nullable=False),
    sa.Column('submitted_by', sa.String(length=80), nullable=False),
    sa.Column('submitted_at', sar_service.db.Instant(timezone=True), nullable=False),
    sa.Column('signed_by', sa.String(length=80), nullable=False),
    sa.Column('signed_at', sar_service.db.Instant(timezone=True), nullable=True),
    sa.Column('returned_by', sa.String(length=80), nullable=False),
    sa.Column('returned_at', sar_service.db.Instant(timezone=True), nullable=True),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('case_id', sa.Uuid(), nullable=False),
    sa.Column('controller', sa.String(length=60), nullable=False),
    sa.Column('sealed', sa.LargeBinary(), nullable=False),
    sa.ForeignKeyConstraint(['case_id'], ['case.id'], name=op.f('fk_sign_off_case_id_case'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_sign_off'))
    )
    op.create_index(op.f('ix_sign_off_case_id'), 'sign_off', ['case_id'], unique=False)
    op.create_index(op.f('ix_sign_off_controller'), 'sign_off', ['controller'], unique=False)
    op.create_table('suggesting',
    sa.Column('state', sa.String(length=10), nullable=False),
    sa.Column('done', sa.Integer(), nullable=False),
    sa.Column('total', sa.Integer(), nullable=False),
    sa.Column('message', sa.String(length=300), nullable=False),
    sa.Column('asked_at', sar_service.db.Instant(timezone=True), nullable=False),
    sa.Column('finished_at', sar_service.db.Instant(timezone=True), nullable=True),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('case_id', sa.Uuid(), nullable=False),
    sa.Column('controller', sa.String(length=60), nullable=False),
    sa.Column('attempts', sa.Integer(), nullable=False),
    sa.Column('lease_until', sar_service.db.Instant(timezone=True), nullable=True),
    sa.Column('lease_token', sa.String(length=36), nullable=True),
    sa.Column('queued_at', sar_service.db.Instant(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['case_id'], ['case.id'], name=op.f('fk_suggesting_case_id_case'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_suggesting'))
    )
    op.create_index(op.f('ix_suggesting_case_id'), 'suggesting', ['case_id'], unique=False)
    op.create_index(op.f('ix_suggesting_controller'), 'suggesting', ['controller'], unique=False)
    op.create_table('system_search',
    sa.Column('system', sa.String(length=60), nullable=False),
    sa.Column('round', sa.Integer(), nullable=False),
    sa.Column('state', sa.Enum('waiting', 'running', 'held', 'nothing', 'cannot', 'failed', 'awaiting', 'unclear', name='state', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('searched_by', sa.JSON(), nullable=False),
    sa.Column('records', sa.Integer(), nullable=False),
    sa.Column('documents', sa.Integer(), nullable=False),
    sa.Column('message', sa.Text(), nullable=False),
    sa.Column('excepted_because', sa.Text(), nullable=False),
    sa.Column('excepted_by', sa.String(length=80), nullable=False),
    sa.Column('asked_by', sa.String(length=80), nullable=False),
    sa.Column('asked_at', sar_service.db.Instant(timezone=True), nullable=False),
    sa.Column('started_at', sar_service.db.Instant(timezone=True), nullable=True),
    sa.Column('finished_at', sar_service.db.Instant(timezone=True), nullable=True),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('case_id', sa.Uuid(), nullable=False),
    sa.Column('controller', sa.String(length=60), nullable=False),
    sa.Column('attempts', sa.Integer(), nullable=False),
    sa.Column('lease_until', sar_service.db.Instant(timezone=True), nullable=True),
    sa.Column('lease_token', sa.String(length=36), nullable=True),
    sa.Column('queued_at', sar_service.db.Instant(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['case_id'], ['case.id'], name=op.f('fk_system_search_case_id_case'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_system_search')),
    sa.UniqueConstraint('case_id', 'system', 'round', name=op.f('uq_system_search_case_id_system_round'))
    )
    op.create_index(op.f('ix_system_search_case_id'), 'system_search', ['case_id'], unique=False)
    op.create_index(op.f('ix_system_search_controller'), 'system_search', ['controller'], unique=False)
    op.create_table('document',
    sa.Column('system', sa.String(length=60), nullable=False),
    sa.Column('ref_digest', sa.String(length=64), nullable=False),
    sa.Column('about_digest', sa.String(length=64), nullable=False),
    sa.Column('section', sa.String(length=120), nullable=False),
    sa.Column('on', sa.Date(), nullable=True),
    sa.Column('state', sa.Enum('waiting', 'reading', 'ready', 'by_hand', name='state', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('kind', sa.String(length=20), nullable=False),
    sa.Column('content_digest', sa.String(length=64), nullable=False),
    sa.Column('pages', sa.Integer(), nullable=False),
    sa.Column('parent_id', sa.Uuid(), nullable=True),
    sa.Column('original_id', sa.Uuid(), nullable=True),
    sa.Column('pdf_id', sa.Uuid(), nullable=True),
    sa.Column('words_id', sa.Uuid(), nullable=True),
    sa.Column('handled', sa.String(length=20), nullable=False),
    sa.Column('handled_detail', sa.JSON(), nullable=False),
    sa.Column('search_id', sa.Uuid(), nullable=False),
    sa.Column('found_at', sar_service.db.Instant(timezone=True), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('case_id', sa.Uuid(), nullable=False),
    sa.Column('controller', sa.String(length=60), nullable=False),
    sa.Column('sealed', sa.LargeBinary(), nullable=False),
    sa.Column('attempts', sa.Integer(), nullable=False),
    sa.Column('lease_until', sar_service.db.Instant(timezone=True), nullable=True),
    sa.Column('lease_token', sa.String(length=36), nullable=True),
    sa.Column('queued_at', sar_service.db.Instant(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['case_id'], ['case.id'], name=op.f('fk_document_case_id_case'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['original_id'], ['stored_object.id'], name=op.f('fk_document_original_id_stored_object')),
    sa.ForeignKeyConstraint(['parent_id'], ['document.id'], name=op.f('fk_document_parent_id_document'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['pdf_id'], ['stored_object.id'], name=op.f('fk_document_pdf_id_stored_object')),
    sa.ForeignKeyConstraint(['search_id'], ['system_search.id'], name=op.f('fk_document_search_id_system_search')),
    sa.ForeignKeyConstraint(['words_id'], ['stored_object.id'], name=op.f('fk_document_words_id_stored_object')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_document')),
    sa.UniqueConstraint('case_id', 'system', 'ref_digest', name=op.f('uq_document_case_id_system_ref_digest'))
    )
    op.create_index(op.f('ix_document_case_id'), 'document', ['case_id'], unique=False)
    op.create_index(op.f('ix_document_controller'), 'document', ['controller'], unique=False)
    op.create_table('pack',
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('sign_off_id', sa.Uuid(), nullable=False),
    sa.Column('state', sa.Enum('waiting', 'building', 'checking', 'ready', 'refused', 'failed', name='state', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('done', sa.Integer(), nullable=False),
    sa.Column('total', sa.Integer(), nullable=False),
    sa.Column('pages', sa.Integer(), nullable=False),
    sa.Column('sha256', sa.String(length=64), nullable=False),
    sa.Column('object_id', sa.Uuid(), nullable=True),
    sa.Column('message', sa.Text(), nullable=False),
    sa.Column('asked_by', sa.String(length=80), nullable=False),
    sa.Column('asked_at', sar_service.db.Instant(timezone=True), nullable=False),
    sa.Column('finished_at', sar_service.db.Instant(timezone=True), nullable=True),
    sa.Column('released_at', sar_service.db.Instant(timezone=True), nullable=True),
    sa.Column('released_by', sa.String(length=80), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('case_id', sa.Uuid(), nullable=False),
    sa.Column('controller', sa.String(length=60), nullable=False),
    sa.Column('sealed', sa.LargeBinary(), nullable=False),
    sa.Column('attempts', sa.Integer(), nullable=False),
    sa.Column('lease_until', sar_service.db.Instant(timezone=True), nullable=True),
    sa.Column('lease_token', sa.String(length=36), nullable=True),
    sa.Column('queued_at', sar_service.db.Instant(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['case_id'], ['case.id'], name=op.f('fk_pack_case_id_case'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['object_id'], ['stored_object.id'], name=op.f('fk_pack_object_id_stored_object')),
    sa.ForeignKeyConstraint(['sign_off_id'], ['sign_off.id'], name=op.f('fk_pack_sign_off_id_sign_off')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_pack')),
    sa.UniqueConstraint('case_id', 'number', name=op.f('uq_pack_case_id_number'))
    )
    op.create_index(op.f('ix_pack_case_id'), 'pack', ['case_id'], unique=False)
    op.create_index(op.f('ix_pack_controller'), 'pack', ['controller'], unique=False)
    op.create_table('pack_part',
    sa.Column('digest', sa.String(length=64), nullable=False),
    sa.Column('pages', sa.Integer(), nullable=False),
    sa.Column('object_id', sa.Uuid(), nullable=False),
    sa.Column('created_at', sar_service.db.Instant(timezone=True), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('case_id', sa.Uuid(), nullable=False),
    sa.Column('controller', sa.String(length=60), nullable=False),
    sa.ForeignKeyConstraint(['case_id'], ['case.id'], name=op.f('fk_pack_part_case_id_case'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['object_id'], ['stored_object.id'], name=op.f('fk_pack_part_object_id_stored_object')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_pack_part')),
    sa.UniqueConstraint('case_id', 'digest', name=op.f('uq_pack_part_case_id_digest'))
    )
    op.create_index(op.f('ix_pack_part_case_id'), 'pack_part', ['case_id'], unique=False)
    op.create_index(op.f('ix_pack_part_controller'), 'pack_part', ['controller'], unique=False)
    op.create_table('record',
    sa.Column('system', sa.String(length=60), nullable=False),
    sa.Column('ref_digest', sa.String(length=64), nullable=False),
    sa.Column('about_digest', sa.String(length=64), nullable=False),
    sa.Column('section', sa.String(length=120), nullable=False),
    sa.Column('on', sa.Date(), nullable=True),
    sa.Column('content_digest', sa.String(length=64), nullable=False),
    sa.Column('search_id', sa.Uuid(), nullable=False),
    sa.Column('found_at', sar_service.db.Instant(timezone=True), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('case_id', sa.Uuid(), nullable=False),
    sa.Column('controller', sa.String(length=60), nullable=False),
    sa.Column('sealed', sa.LargeBinary(), nullable=False),
    sa.ForeignKeyConstraint(['case_id'], ['case.id'], name=op.f('fk_record_case_id_case'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['search_id'], ['system_search.id'], name=op.f('fk_record_search_id_system_search')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_record')),
    sa.UniqueConstraint('case_id', 'system', 'ref_digest', name=op.f('uq_record_case_id_system_ref_digest'))
    )
    op.create_index(op.f('ix_record_case_id'), 'record', ['case_id'], unique=False)
    op.create_index(op.f('ix_record_controller'), 'record', ['controller'], unique=False)
    op.create_table('mark',
    sa.Column('record_id', sa.Uuid(), nullable=True),
    sa.Column('document_id', sa.Uuid(), nullable=True),
    sa.Column('unit', sa.Integer(), nullable=False),
    sa.Column('start', sa.Integer(), nullable=False),
    sa.Column('end', sa.Integer(), nullable=False),
    sa.Column('kind', sa.Enum('person', 'role', 'organisation', 'location', 'address', 'phone', 'email', 'nhs_number', 'upn', 'ni_number', 'passport', 'driving_licence', 'vehicle', 'bank_account', 'case_ref', 'date_of_birth', 'date', name='kind', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('person_id', sa.Uuid(), nullable=True),
    sa.Column('confidence', sa.Float(), nullable=False),
    sa.Column('rule', sa.String(length=80), nullable=False),
    sa.Column('text_digest', sa.String(length=64), nullable=False),
    sa.Column('treatment', sa.String(length=10), nullable=False),
    sa.Column('code', sa.String(length=12), nullable=False),
    sa.Column('made_by', sa.String(length=80), nullable=False),
    sa.Column('decided_by', sa.String(length=80), nullable=False),
    sa.Column('decided_at', sar_service.db.Instant(timezone=True), nullable=True),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('case_id', sa.Uuid(), nullable=False),
    sa.Column('controller', sa.String(length=60), nullable=False),
    sa.Column('sealed', sa.LargeBinary(), nullable=False),
    sa.CheckConstraint('(record_id IS NULL) <> (document_id IS NULL)', name=op.f('ck_mark_one_home')),
    sa.ForeignKeyConstraint(['case_id'], ['case.id'], name=op.f('fk_mark_case_id_case'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['document_id'], ['document.id'], name=op.f('fk_mark_document_id_document'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_mark_person_id_person'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['record_id'], ['record.id'], name=op.f('fk_mark_record_id_record'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_mark'))
    )
    op.create_index(op.f('ix_mark_case_id'), 'mark', ['case_id'], unique=False)
    op.create_index(op.f('ix_mark_controller'), 'mark', ['controller'], unique=False)
    op.create_index('ix_mark_home', 'mark', ['case_id', 'record_id', 'document_id', 'unit'], unique=False)
    op.create_index(op.f('ix_mark_text_digest'), 'mark', ['text_digest'], unique=False)


def downgrade() -> None:
    op.drop_index(op.f('ix_mark_text_digest'), table_name='mark')
    op.drop_index('ix_mark_home', table_name='mark')
    op.drop_index(op.f('ix_mark_controller'), table_name='mark')
    op.drop_index(op.f('ix_mark_case_id'), table_name='mark')
    op.drop_table('mark')
    op.drop_index(op.f('ix_record_controller'), table_name='record')
    op.drop_index(op.f('ix_record_case_id'), table_name='record')
    op.drop_table('record')
    op.drop_index(op.f('ix_pack_part_controller'), table_name='pack_part')
    op.drop_index(op.f('ix_pack_part_case_id'), table_name='pack_part')
    op.drop_table('pack_part')
    op.drop_index(op.f('ix_pack_controller'), table_name='pack')
    op.drop_index(op.f('ix_pack_case_id'), table_name='pack')
    op.drop_table('pack')
    op.drop_index(op.f('ix_document_controller'), table_name='document')
    op.drop_index(op.f('ix_document_case_id'), table_name='document')
    op.drop_table('document')
    op.drop_index(op.f('ix_system_search_controller'), table_name='system_search')
    op.drop_index(op.f('ix_system_search_case_id'), table_name='system_search')
    op.drop_table('system_search')
    op.drop_index(op.f('ix_suggesting_controller'), table_name='suggesting')
    op.drop_index(op.f('ix_suggesting_case_id'), table_name='suggesting')
    op.drop_table('suggesting')
    op.drop_index(op.f('ix_sign_off_controller'), table_name='sign_off')
    op.drop_index(op.f('ix_sign_off_case_id'), table_name='sign_off')
    op.drop_table('sign_off')
    op.drop_index(op.f('ix_person_controller'), table_name='person')
    op.drop_index(op.f('ix_person_case_id'), table_name='person')
    op.drop_table('person')
    op.drop_index(op.f('ix_decision_person_id'), table_name='decision')
    op.drop_index(op.f('ix_decision_mark_id'), table_name='decision')
    op.drop_index(op.f('ix_decision_controller'), table_name='decision')
    op.drop_index(op.f('ix_decision_case_id'), table_name='decision')
    op.drop_table('decision')
    op.drop_index(op.f('ix_candidate_controller'), table_name='candidate')
    op.drop_index(op.f('ix_candidate_case_id'), table_name='candidate')
    op.drop_table('candidate')
