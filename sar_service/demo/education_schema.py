"""The tables of the demo council's education management database, and what its codes mean.

The style is that of the systems that education services run: one row a pupil, histories beside it, codes everywhere.
"""

SCHEMA = """
CREATE TABLE school (
  school_id INTEGER PRIMARY KEY, dfe_number TEXT NOT NULL, name TEXT NOT NULL, phase TEXT NOT NULL, head_teacher TEXT,
  phone TEXT);
CREATE TABLE officer (
  officer_id INTEGER PRIMARY KEY, name TEXT NOT NULL, job_title TEXT, team TEXT, phone TEXT);
CREATE TABLE pupil (
  pupil_id INTEGER PRIMARY KEY, upn TEXT, former_upn TEXT, forename TEXT, middle_names TEXT, legal_surname TEXT,
  chosen_surname TEXT, former_surname TEXT, birth_date DATE, gender TEXT, ethnicity TEXT, first_language TEXT,
  in_care TEXT, free_meals TEXT, sen_status TEXT, nhs_number TEXT, address_1 TEXT, town TEXT, postcode TEXT,
  phone TEXT, email TEXT, school_id INTEGER REFERENCES school (school_id), remark TEXT);
CREATE TABLE address_history (
  address_history_id INTEGER PRIMARY KEY, pupil_id INTEGER NOT NULL REFERENCES pupil (pupil_id), address_1 TEXT,
  town TEXT, postcode TEXT, moved_in DATE, moved_out DATE, confidential TEXT NOT NULL DEFAULT 'N');
CREATE TABLE school_history (
  school_history_id INTEGER PRIMARY KEY, pupil_id INTEGER NOT NULL REFERENCES pupil (pupil_id),
  school_id INTEGER NOT NULL REFERENCES school (school_id), started DATE, ended DATE, leaving_reason TEXT);
CREATE TABLE parent_contact (
  parent_contact_id INTEGER PRIMARY KEY, pupil_id INTEGER NOT NULL REFERENCES pupil (pupil_id), name TEXT NOT NULL,
  relationship TEXT, phone TEXT, address_1 TEXT, postcode TEXT, priority INTEGER,
  parental_responsibility TEXT, restricted TEXT NOT NULL DEFAULT 'N');
CREATE TABLE attendance (
  attendance_id INTEGER PRIMARY KEY, pupil_id INTEGER NOT NULL REFERENCES pupil (pupil_id),
  school_id INTEGER REFERENCES school (school_id), session_date DATE NOT NULL, session TEXT NOT NULL,
  mark TEXT NOT NULL, comment TEXT);
CREATE TABLE attendance_summary (
  attendance_summary_id INTEGER PRIMARY KEY, pupil_id INTEGER NOT NULL REFERENCES pupil (pupil_id),
  school_year TEXT NOT NULL, term TEXT NOT NULL, possible INTEGER, attended INTEGER, authorised INTEGER,
  unauthorised INTEGER, late INTEGER);
CREATE TABLE exclusion (
  exclusion_id INTEGER PRIMARY KEY, pupil_id INTEGER NOT NULL REFERENCES pupil (pupil_id),
  school_id INTEGER REFERENCES school (school_id), started DATE, ended DATE, sessions INTEGER, category TEXT NOT NULL,
  reason TEXT NOT NULL, detail TEXT);
CREATE TABLE cme_referral (
  cme_referral_id INTEGER PRIMARY KEY, pupil_id INTEGER NOT NULL REFERENCES pupil (pupil_id), received DATE,
  source TEXT NOT NULL, referrer_name TEXT, reason TEXT NOT NULL, last_seen DATE, tracing_notes TEXT, outcome TEXT,
  closed DATE, officer_id INTEGER REFERENCES officer (officer_id));
CREATE TABLE send_plan (
  send_plan_id INTEGER PRIMARY KEY, pupil_id INTEGER NOT NULL REFERENCES pupil (pupil_id), kind TEXT NOT NULL,
  issued DATE, ceased DATE, primary_need TEXT, coordinator_id INTEGER REFERENCES officer (officer_id), advice TEXT);
CREATE TABLE send_provision (
  send_provision_id INTEGER PRIMARY KEY, send_plan_id INTEGER NOT NULL REFERENCES send_plan (send_plan_id),
  kind TEXT NOT NULL, started DATE, hours REAL, provider TEXT, detail TEXT);
CREATE TABLE send_review (
  send_review_id INTEGER PRIMARY KEY, send_plan_id INTEGER NOT NULL REFERENCES send_plan (send_plan_id), held DATE,
  attended_by TEXT, summary TEXT);
"""

CODES: dict[str, dict[str, str]] = {
    "gender": {"F": "Female", "M": "Male"},
    "phase": {"PRI": "Primary", "SEC": "Secondary", "COL": "College"},
    "yes_no": {"Y": "Yes", "N": "No"},
    "sen": {"N": "No special educational need", "K": "SEN support", "E": "Education, health and care plan"},
    "mark": {
        "I": "Illness", "M": "Medical or dental appointment", "O": "Unauthorised absence", "L": "Late",
        "U": "Late after registers closed", "C": "Other authorised circumstance", "E": "Excluded", "H": "Holiday",
        "N": "No reason yet",
    },
    "session": {"AM": "Morning", "PM": "Afternoon"},
    "leaving": {"MOVE": "Moved away", "AGE": "Left at the normal age", "CARE": "Change of placement"},
    "relation": {
        "MO": "mother", "FA": "father", "GM": "grandmother", "AU": "aunt", "FC": "foster carer", "SP": "step-parent"
    },
    "exclusion": {"FT": "Suspension", "PE": "Permanent exclusion", "LT": "Lunchtime"},
    "exclusion_reason": {
        "PP": "Physical assault against a pupil", "VA": "Verbal abuse of an adult", "DB": "Persistent disruption",
        "DM": "Damage", "BU": "Bullying",
    },
    "cme_source": {"SCH": "School", "LA": "Another authority", "NHS": "Health", "PUB": "Member of the public"},
    "cme_reason": {
        "MOVE": "Moved and no new school known", "OFFR": "Taken off roll", "NEVER": "Never started school",
        "UNTR": "Cannot be traced",
    },
    "cme_outcome": {"FOUND": "Found: on roll", "LA": "Passed to another authority", "EHE": "Educated at home"},
    "plan": {"SUP": "SEN support plan", "EHCP": "Education, health and care plan"},
    "need": {
        "SEMH": "Social, emotional and mental health", "SLCN": "Speech, language and communication",
        "SPLD": "Specific learning difficulty", "ASD": "Autism", "MLD": "Moderate learning difficulty",
    },
    "provision": {"TA": "Teaching assistant", "SALT": "Speech therapy", "EP": "Educational psychology", "TUT": "Tutor"},
}  # fmt: skip
