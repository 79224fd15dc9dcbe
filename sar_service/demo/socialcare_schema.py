"""The tables of the demo council's children's social care database, and what its codes mean."""

SCHEMA = """
CREATE TABLE worker (
  worker_id INTEGER PRIMARY KEY, staff_number TEXT NOT NULL, name TEXT NOT NULL, job_title TEXT, team TEXT,
  organisation TEXT, phone TEXT, email TEXT);
CREATE TABLE person (
  person_id INTEGER PRIMARY KEY, case_number TEXT, forename TEXT, middle_name TEXT, surname TEXT, known_as TEXT,
  birth_date DATE, gender TEXT, ethnicity TEXT, nhs_number TEXT, upn TEXT, address_1 TEXT, town TEXT, postcode TEXT,
  phone TEXT, email TEXT, address_protected TEXT NOT NULL DEFAULT 'N', is_child TEXT NOT NULL DEFAULT 'Y');
CREATE TABLE person_alias (
  person_alias_id INTEGER PRIMARY KEY, person_id INTEGER NOT NULL REFERENCES person (person_id),
  alias_type TEXT NOT NULL, forename TEXT, surname TEXT, valid_from DATE, valid_to DATE);
CREATE TABLE person_address (
  person_address_id INTEGER PRIMARY KEY, person_id INTEGER NOT NULL REFERENCES person (person_id),
  kind TEXT NOT NULL, address_1 TEXT, town TEXT, postcode TEXT, moved_in DATE, moved_out DATE,
  protected TEXT NOT NULL DEFAULT 'N');
CREATE TABLE relationship (
  relationship_id INTEGER PRIMARY KEY, person_id INTEGER NOT NULL REFERENCES person (person_id),
  related_person_id INTEGER NOT NULL REFERENCES person (person_id), related_name TEXT, kind TEXT NOT NULL,
  parental_responsibility TEXT, contact TEXT, remark TEXT);
CREATE TABLE involvement (
  involvement_id INTEGER PRIMARY KEY, person_id INTEGER NOT NULL REFERENCES person (person_id),
  worker_id INTEGER NOT NULL REFERENCES worker (worker_id), kind TEXT NOT NULL, started DATE, ended DATE);
CREATE TABLE referral (
  referral_id INTEGER PRIMARY KEY, person_id INTEGER NOT NULL REFERENCES person (person_id), received DATE,
  source TEXT NOT NULL, referrer_name TEXT, referrer_address TEXT, referrer_phone TEXT,
  wishes_anonymity TEXT NOT NULL DEFAULT 'N', reason TEXT, decision TEXT,
  decided_by INTEGER REFERENCES worker (worker_id));
CREATE TABLE case_note (
  case_note_id INTEGER PRIMARY KEY, person_id INTEGER NOT NULL REFERENCES person (person_id),
  worker_id INTEGER REFERENCES worker (worker_id), noted DATE NOT NULL, kind TEXT NOT NULL, title TEXT NOT NULL,
  body TEXT NOT NULL);
CREATE TABLE assessment (
  assessment_id INTEGER PRIMARY KEY, person_id INTEGER NOT NULL REFERENCES person (person_id),
  worker_id INTEGER REFERENCES worker (worker_id), kind TEXT NOT NULL, title TEXT NOT NULL, started DATE,
  completed DATE);
CREATE TABLE assessment_section (
  assessment_section_id INTEGER PRIMARY KEY, assessment_id INTEGER NOT NULL REFERENCES assessment (assessment_id),
  position INTEGER NOT NULL, heading TEXT NOT NULL, body TEXT NOT NULL, completed DATE);
CREATE TABLE third_party_contact (
  third_party_contact_id INTEGER PRIMARY KEY, person_id INTEGER NOT NULL REFERENCES person (person_id),
  contacted DATE, contact_name TEXT, contact_role TEXT, professional TEXT NOT NULL DEFAULT 'N', organisation TEXT,
  phone TEXT, summary TEXT);
CREATE TABLE hazard (
  hazard_id INTEGER PRIMARY KEY, person_id INTEGER NOT NULL REFERENCES person (person_id), kind TEXT NOT NULL,
  detail TEXT, raised DATE, ended DATE, raised_by INTEGER REFERENCES worker (worker_id));
CREATE TABLE legal_status (
  legal_status_id INTEGER PRIMARY KEY, person_id INTEGER NOT NULL REFERENCES person (person_id), kind TEXT NOT NULL,
  court TEXT, started DATE, ended DATE, order_text TEXT);
CREATE TABLE placement (
  placement_id INTEGER PRIMARY KEY, person_id INTEGER NOT NULL REFERENCES person (person_id), kind TEXT NOT NULL,
  carer_person_id INTEGER REFERENCES person (person_id), carer_name TEXT, address_1 TEXT, postcode TEXT,
  started DATE, ended DATE, reason_ended TEXT);
CREATE TABLE health_note (
  health_note_id INTEGER PRIMARY KEY, person_id INTEGER NOT NULL REFERENCES person (person_id), seen DATE,
  kind TEXT NOT NULL, professional_name TEXT, professional_role TEXT, body TEXT);
"""

CODES: dict[str, dict[str, str]] = {
    "gender": {"F": "Female", "M": "Male"},
    "alias": {"FORMER": "Former surname", "AKA": "Also known as"},
    "address": {"HOME": "Home", "PLACE": "Placement", "TEMP": "Temporary", "FORMER": "Former home"},
    "relation": {
        "MO": "mother", "FA": "father", "SIB": "brother or sister", "TWIN": "twin", "HALF": "half-brother or sister",
        "GM": "grandmother", "AU": "aunt", "UN": "uncle", "PT": "parent's partner", "FC": "foster carer",
        "FR": "friend", "NB": "neighbour", "CH": "child",
    },
    "contact": {"N": "No contact: court order", "S": "Supervised", "O": "Open", "U": "Not known"},
    "involved": {"KEY": "key worker", "TM": "team manager", "IRO": "reviewing officer", "PA": "personal adviser"},
    "source": {
        "POL": "Police", "SCH": "School", "HEA": "Health", "FAM": "Family member", "PUB": "Member of the public",
        "SELF": "Self", "OTH": "Other council service",
    },
    "decision": {"NFA": "No further action", "ASS": "Assessment", "S47": "Section 47 enquiry", "ADV": "Advice given"},
    "note": {
        "home_visit": "Home visit", "school_call": "School", "phone_family": "Telephone", "health": "Health",
        "contact_session": "Family time", "strategy": "Strategy discussion", "missing": "Missing episode",
        "lac_review": "Looked after review", "conference": "Conference", "supervision": "Management oversight",
        "housing_money": "Housing and money", "legal": "Legal", "placement": "Placement", "praise": "Achievement",
        "office_transport": "File note", "domestic_abuse": "Domestic abuse", "leaving_care": "Leaving care",
        "home": "Home visit", "contact": "Contact", "police": "Police", "safe": "Protected information",
        "school": "School", "leaving": "Leaving care",
    },
    "assessment": {
        "CFA": "Child and family assessment", "S47": "Section 47 enquiry", "PA": "Parenting assessment",
        "NEEDS": "Needs assessment for leaving care", "CORE": "Core assessment",
    },
    "hazard": {
        "NOCON": "No contact: must not be given the family's details", "SAFE": "Protected address",
        "VISIT": "Do not visit alone", "DOG": "Dog at the property",
    },
    "legal": {
        "S20": "Accommodated under section 20", "ICO": "Interim care order", "CO": "Care order",
        "NMO": "Non-molestation order", "CAO": "Child arrangements order: no contact", "SO": "Supervision order",
    },
    "placement": {"U1": "Foster placement", "U4": "Foster placement, long term", "K": "With family or friends"},
    "health": {"RHA": "Review health assessment", "HOSP": "Hospital", "GP": "Surgery", "CAMHS": "Mental health"},
    "yes_no": {"Y": "Yes", "N": "No"},
}  # fmt: skip
