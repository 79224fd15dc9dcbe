"""Word lists: ordinary English words, given and family names of many traditions, and names of places.

They decide nothing alone; `detect_roster`, `detect_new` and `detect_places` ask them how likely it is that a word is
somebody's name. The lists are in `data/` and are read once, when first asked for.
"""

import gzip
from collections.abc import Iterator
from functools import cache
from importlib.resources import files

from sar_service.domain import nicknames


def word_set(words: str) -> frozenset[str]:
    """The words of a text, parted by white space, as a set."""
    return frozenset(words.split())


MONTHS = word_set(
    """
    january february march april may june july august september october november december jan feb mar apr jun jul aug
    sep sept oct nov dec
    """
)
SEASONS = word_set("spring summer autumn winter easter christmas")
DAYS = word_set(
    """
    monday tuesday wednesday thursday friday saturday sunday mon tue tues wed thu thur thurs fri sat sun
    """
)

# Words of jobs, kin and paperwork that records write with a capital, before or after a name.
TITLES_OF_OFFICE = word_set(
    """
    social worker workers manager teacher head health visitor support family child children young people person
    protection senior deputy assistant practitioner officer nurse police chair independent reviewing foster carer
    carers mother father mum dad parent parents sister brother sibling siblings referrer caller case note notes
    contact record home visit strategy meeting initial core assessment decision outcome reason date time subject sent
    dear thanks regards re from to cc summary background concerns actions action agreed update supervision email
    telephone call mobile tel address name school early help duty educational psychologist midwife doctor solicitor
    guardian judge advocate mentor tutor learning disability mental domestic abuse violence neglect emotional physical
    sexual harm risk emergency looked after care leaver personal adviser advisor university primary secondary special
    educational needs interim final yes no not known none unknown
    """
)
# Words that make a run of capital words a place, a body or a thing, not a person.
THINGS = word_set(
    """
    street road avenue lane close drive court house school primary academy college nursery hospital surgery centre
    center team service services council station park place square terrace gardens grove crescent way view trust
    association group partnership foundation society university infants junior juniors high community church mosque
    temple hotel hostel refuge clinic ward practice pharmacy project charity solicitors ltd limited llp plc department
    office panel board meeting conference review plan assessment report order act section form unit hub club company
    agency authority borough county city town village estate gp general infirmary pharmacy kidz plus tower lodge
    cottage
    """
)
# Words of records that the list of ordinary words lacks, written here as `names.fold` writes them.
_OFFICE = word_set(
    """
    mum mums mummy mam dad dads daddy nan nana nanny nanna gran granny grandma grandad grandpa auntie aunty uncle bro
    sis mgm mgf pgm pgf mggm mggf mga mgu pga pgu t c re asap tmrw tmr tonite ok okay hi hiya hello dont cant wont
    didnt doesnt isnt wasnt wouldnt couldnt shouldnt havent hasnt hadnt im ive id ill youre theyre theyve weve were
    hes shes its thats whats lets u ur r n pls plz thx cos coz gonna wanna num mob tel fax email emails website online
    offline wifi whatsapp facebook snapchat instagram tiktok youtube messenger facetime xbox playstation iphone ipad
    laptop camhs cafcass nspcc barnardos mash lac cin cpp cp sgo ehcp senco sen send nhs upn dob ni nino lcs id ref pr
    gp hv sw yot yjs lado iro dsl tm pc dc ds di pcso oic cps dwp hmrc pip esa jsa uc dv da asd adhd add odd ptsd ocd
    asbo cad pnc cro marac mappa tac taf eha daf caf dash risk sdq pep pp ppn asb strat icpc rcpc ict council ofsted
    childline refuge childminder childminders wellbeing timeline covid lockdown neighbour neighbours neighbourly
    carers carer foster fostering safeguarding stepdad stepmum stepfather stepmother stepbrother stepsister
    halfbrother halfsister godmother godfather grandparent grandparents placement placements assessor assessors
    paediatric paediatrician paediatrics paracetamol ibuprofen sertraline fluoxetine citalopram mirtazapine methadone
    subutex diazepam ritalin concerta melatonin ventolin salbutamol cannabis ketamine spice cocaine autism autistic
    asthma eczema epilepsy christmas easter eid diwali ramadan english british irish scottish welsh polish romanian
    bulgarian nigerian somali pakistani indian bangladeshi chinese vietnamese kurdish iranian iraqi syrian afghan
    turkish albanian roma traveller travellers gypsy muslim christian catholic sikh hindu jewish jehovah islam islamic
    african caribbean asian european arabic urdu punjabi bengali gujarati hindi tamil farsi persian kurmanji sorani
    russian ukrainian lithuanian latvian hungarian slovak czech portuguese spanish french german italian greek
    tigrinya amharic swahili yoruba igbo twi shona mandarin cantonese pashto dari bsl makaton tesco asda lidl aldi
    sainsburys morrisons mcdonalds greggs primark argos uber british england britain uk london section article
    schedule act gdpr dpa foi sar ico police constable ambulance referrer referrers informant informants signatory
    roti dhal headlice joinery quorate dropin inquorate naan samosa samosas
    assessor recs attendees apologies chronology genogram ecomap lgbt yr yrs wk wks mth mths hr hrs min mins reg am pm
    mr mrs ms miss mx dr rev prof sir cllr st rd ave
    """
)


# Pet forms that are more often something else.
_NO_NAMES = word_set("fanta barbie domin hols")


def _lines(name: str) -> Iterator[str]:
    text = files("sar_service.documents").joinpath("data", name).read_text(encoding="utf-8")
    for line in text.splitlines():
        if line and not line.startswith("#"):
            yield line


@cache
def ordinary_words() -> frozenset[str]:
    """Every ordinary English word, lower case: some sixty thousand, and the words of office life."""
    packed = files("sar_service.documents").joinpath("data", "words.txt.gz").read_bytes()
    return frozenset(gzip.decompress(packed).decode("utf-8").split()) | _OFFICE | MONTHS | DAYS


@cache
def _by_tradition(name: str) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for line in _lines(name):
        label, _, words = line.partition(":")
        found[label] = tuple(words.split())
    return found


def given_names_by_tradition() -> dict[str, tuple[str, ...]]:
    """Given names by naming tradition, as the list has them; compounds keep their hyphen."""
    return _by_tradition("given_names.txt")


def family_names_by_tradition() -> dict[str, tuple[str, ...]]:
    """Family names by naming tradition, as the list has them."""
    return _by_tradition("family_names.txt")


def _folded(lists: dict[str, tuple[str, ...]]) -> frozenset[str]:
    return frozenset(
        word.replace("-", "").replace("'", "") for words in lists.values() for word in words if len(word) > 1
    )


@cache
def given_names() -> frozenset[str]:
    """Given names, folded as `names.fold` folds: no hyphen, no apostrophe; longer pet forms and spellings too."""
    return _folded(given_names_by_tradition()) | ({name for name in nicknames.KNOWN if len(name) > 4} - _NO_NAMES)


@cache
def family_names() -> frozenset[str]:
    """Family names, folded as `names.fold` folds."""
    return _folded(family_names_by_tradition())


@cache
def places() -> frozenset[str]:
    """Names of towns, boroughs, counties and countries, lower case with single spaces."""
    return frozenset(part.strip() for line in _lines("places.txt") for part in line.split(",") if part.strip())


def is_ordinary(word: str) -> bool:
    """Whether a folded word is an ordinary English word or the plural of one."""
    words = ordinary_words()
    return word in words or (len(word) > 5 and word[-1] == "s" and word[:-1] in words)


def is_given(word: str) -> bool:
    """Whether a folded word is in the list of given names."""
    return word in given_names()


@cache
def _seldom_names() -> frozenset[str]:
    lists = dict(given_names_by_tradition())
    seldom = frozenset(lists.pop("virtue_and_word_names"))
    return (seldom & ordinary_words()) - _folded(lists) - MONTHS  # June and April are names as often as months


def is_seldom_name(word: str) -> bool:
    """Whether a folded word is a given name of some ("Progress", "Memory"), but nearly always an ordinary word."""
    return word in _seldom_names()


def is_family(word: str) -> bool:
    """Whether a folded word is in the list of family names."""
    return word in family_names()
