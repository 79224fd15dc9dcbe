"""Days, rights and the steps of the clock in Welsh.

Sentences are built so that a day can stand in them unchanged: {on} begins with "dydd", {soft} with "ddydd", as it does
after a preposition that softens and where it says when something was done.
"""

from collections.abc import Mapping
from datetime import date
from types import MappingProxyType

from .clock_steps import Step
from .rights import Right

_DAYS = ("Llun", "Mawrth", "Mercher", "Iau", "Gwener", "Sadwrn", "Sul")
_MONTHS = (
    "Ionawr", "Chwefror", "Mawrth", "Ebrill", "Mai", "Mehefin",
    "Gorffennaf", "Awst", "Medi", "Hydref", "Tachwedd", "Rhagfyr",
)  # fmt: skip

RIGHTS: Mapping[Right, str] = MappingProxyType(
    {
        Right.ACCESS: "copi o’r wybodaeth bersonol sydd gennym",
        Right.RECTIFICATION: "cywiro gwybodaeth anghywir",
        Right.ERASURE: "dileu gwybodaeth",
        Right.RESTRICTION: "cyfyngu ar yr hyn y defnyddir gwybodaeth ar ei gyfer",
        Right.PORTABILITY: "derbyn gwybodaeth ar ffurf y gall gwasanaeth arall ei darllen",
        Right.OBJECTION: "gwrthwynebu defnyddio gwybodaeth",
        Right.AUTOMATED_DECISION: "cael rhywun i edrych ar benderfyniad awtomataidd",
        Right.WITHDRAW_CONSENT: "tynnu cydsyniad yn ôl",
        Right.PUPIL_RECORD: "gweld cofnod addysgol disgybl",
        Right.COMPLAINT: "cwyno am y ffordd y defnyddiwyd gwybodaeth",
    }
)
HOLIDAYS: Mapping[str, str] = MappingProxyType(
    {
        "New Year’s Day": "Dydd Calan",
        "Good Friday": "Dydd Gwener y Groglith",
        "Easter Monday": "Llun y Pasg",
        "Early May bank holiday": "gŵyl banc dechrau mis Mai",
        "Spring bank holiday": "gŵyl banc y gwanwyn",
        "Summer bank holiday": "gŵyl banc yr haf",
        "Christmas Day": "Dydd Nadolig",
        "Boxing Day": "Gŵyl San Steffan",
    }
)
SUBSTITUTE = " (substitute day)"
SENTENCES: Mapping[str, str] = MappingProxyType(
    {
        "received": "Daeth y cais i law {soft}.",
        "identity_asked": "Gofynnwyd am dystiolaeth o hunaniaeth neu awdurdod {soft}.",
        "identity_received": "Daeth honno i law {soft}.",
        "identity_asked_late": (
            "Gofynnwyd amdani {count} diwrnod ar ôl i’r cais gyrraedd. Gwiriwch mai dyna’r cyntaf y gellid ei wneud."
        ),
        "identity_asked_after_due": (
            "Pan ofynnwyd amdani, roedd yr ateb eisoes i fod i gyrraedd erbyn {limit}: roedd yn hwyr bryd hynny, "
            "ac nid yw gofyn yn newid hynny."
        ),
        "fee_asked_after_due": (
            "Pan ofynnwyd am y ffi, roedd yr ateb eisoes i fod i gyrraedd erbyn {limit}: roedd yn hwyr bryd hynny, "
            "ac nid yw gofyn yn newid hynny."
        ),
        "identity_unsettled": (
            "Nid yw’r gyfraith yn glir a yw aros am dystiolaeth o hunaniaeth yn gohirio cais am benderfyniad "
            "awtomataidd: i fod yn ddiogel, atebwch o fewn mis i’r diwrnod y daeth i law."
        ),
        "identity_does_not_wait": ("Nid yw aros am dystiolaeth o hunaniaeth yn newid y dyddiad hwn (yn ôl {article})."),
        "fee_asked": "Gofynnwyd am ffi {soft}.",
        "fee_paid": "Fe’i talwyd {soft}.",
        "fee_does_not_wait": "Nid yw aros am ffi yn newid y dyddiad hwn (yn ôl {article}).",
        "waiting_for_identity": (
            "Nid yw’r amser wedi dechrau: nid yw’r dystiolaeth y gofynnwyd amdani {soft} wedi dod i law."
        ),
        "waiting_for_fee": "Nid yw’r amser wedi dechrau: nid yw’r ffi y gofynnwyd amdani {soft} wedi’i thalu.",
        "started": "Mae’r amser yn dechrau {soft}, yr olaf o’r rhain.",
        "at_once": (
            "Nid yw’r gyfraith yn rhoi mis ar gyfer hyn: rhaid ei wneud ar unwaith. "
            "Terfyn eithaf yn unig yw’r mis isod."
        ),
        "one_month": "Fis yn ddiweddarach: {on}.",
        "one_month_short": "Fis yn ddiweddarach: {on}, diwrnod olaf y mis hwnnw.",
        "three_months": "Gyda’r estyniad, tri mis o’r dechrau: {on}.",
        "three_months_short": "Gyda’r estyniad, tri mis o’r dechrau: {on}, diwrnod olaf y mis hwnnw.",
        "thirty_days": "Ddeg diwrnod ar hugain yn ddiweddarach: {on}.",
        "before_complaints": (
            "Daeth hwn i law cyn {on}, pan ddaeth y ddyletswydd i gydnabod cwynion o fewn 30 diwrnod yn rhan o’r "
            "gyfraith: arfer da yw’r diwrnod, nid dyletswydd."
        ),
        "notice_by": "Rhaid rhoi gwybod am estyniad erbyn diwedd {on}.",
        "extended": "Rhoddwyd gwybod am estyniad mewn pryd, {soft}.",
        "extension_late": (
            "Nid yw’r hysbysiad o estyniad a roddwyd {soft} yn cyfrif: roedd rhaid ei roi erbyn {limit}."
        ),
        "extension_no_reasons": (
            "Nid yw’r hysbysiad o estyniad a roddwyd {soft} yn cyfrif: nid oedd yn rhoi rhesymau dros yr oedi."
        ),
        "extension_not_allowed": "Ni ellir estyn yr amser ar gyfer hyn (yn ôl {article}).",
        "pause": (
            "Gofynnwyd am eglurhad {asked_soft} a daeth i law {soft}. Nifer y diwrnodau nad ydynt yn cyfrif: {count}."
        ),
        "pause_open": "Gofynnwyd am eglurhad {soft} ac nid yw wedi dod i law: mae’r cloc wedi’i stopio.",
        "pause_too_late": (
            "Nid yw’r eglurhad y gofynnwyd amdano {soft} yn newid dim: roedd yr ateb eisoes i fod i gyrraedd "
            "erbyn {limit}."
        ),
        "pause_not_allowed": (
            "Nid yw’r eglurhad y gofynnwyd amdano {soft} yn newid dim: dim ond cais am gopi o wybodaeth sy’n cael "
            "ei oedi ganddo (Erthygl 12A(5))."
        ),
        "pauses_added": "Mae ychwanegu’r diwrnodau nad ydynt yn cyfrif ({count}) yn rhoi {on}.",
        "weekend": "Nid yw {on} yn ddiwrnod gwaith.",
        "holiday": "Mae {on} yn ŵyl gyhoeddus ({name}).",
        "next_working_day": "Y diwrnod gwaith nesaf: {on}.",
        "before_2026": (
            "Daeth hwn i law cyn {on}, pan ddaeth oedi ac estyn yn rhan o’r gyfraith fel y maent yn awr: cyn hynny "
            "roeddent yn seiliedig ar ganllawiau ac ar y testun blaenorol."
        ),
        "beyond_known_holidays": (
            "Mae’r rhestr gyhoeddedig o wyliau cyhoeddus yn gorffen {soft}: gall y dyddiad hwn newid pan ddaw "
            "un newydd."
        ),
        "paused": "Nid oes dyddiad tra arhosir am yr eglurhad y gofynnwyd amdano {soft}.",
        "not_started": "Nid oes dyddiad nes i’r hyn y gofynnwyd amdano {soft} ddod i law.",
        "terms_end": (
            "Dim ond o {begin} i {on} y mae tymhorau ysgol yn hysbys. Y tu allan i hynny, cyfrifwyd pob diwrnod o "
            "ddydd Llun i ddydd Gwener nad yw’n ŵyl gyhoeddus: gall y dyddiad fod yn rhy gynnar."
        ),
        "terms_unknown": (
            "Nid oes tymhorau ysgol yn hysbys. Cyfrifwyd pob diwrnod o ddydd Llun i ddydd Gwener nad yw’n ŵyl "
            "gyhoeddus: gall y dyddiad fod yn rhy gynnar."
        ),
        "school_days": "Nifer y diwrnodau ysgol yn ddiweddarach: {count}, sef {on}.",
        "no_school_on": "Nid oes ysgol {soft}.",
        "no_school": "Nid oes ysgol rhwng {begin} a {on}.",
        "acknowledged": "Cydnabuwyd y gŵyn mewn pryd, {soft}.",
        "acknowledged_late": "Cydnabuwyd y gŵyn {soft}: roedd rhaid gwneud hynny erbyn {limit}.",
        "no_day_for_outcome": (
            "Nid yw’r gyfraith yn rhoi diwrnod ar gyfer y canlyniad: rhaid iddo ddod heb oedi gormodol."
        ),
        "outcome_aim": "Nod y cyngor ei hun ar gyfer hynny, {count} diwrnod ar ôl iddi ddod i law: {on}.",
        "news_again": (
            "Tan hynny byddant yn clywed pa mor bell rydym arni, fan bellaf {count} diwrnod ar ôl y llythyr diwethaf: "
            "erbyn {on}."
        ),
        "due_news": "Rhaid rhoi newyddion am ba mor bell rydym arni, neu’r canlyniad, erbyn diwedd {on}.",
        "due_acknowledgement": "Rhaid cydnabod erbyn diwedd {on}.",
        "due_outcome": "Rhaid rhoi’r canlyniad erbyn diwedd {on}.",
        "due": "Rhaid rhoi’r ateb erbyn diwedd {on}.",
    }
)
ARTICLES: Mapping[str, str] = MappingProxyType(
    {"Articles": "Erthyglau", "Article": "Erthygl", "section": "adran", "to": "i", "UK GDPR": "GDPR y DU",
     "Data Protection Act": "Deddf Diogelu Data"}
)  # fmt: skip


def written(day: date) -> str:
    """A day in Welsh words: "dydd Gwener 30 Ionawr 2026"."""
    return f"dydd {_DAYS[day.weekday()]} {day.day} {_MONTHS[day.month - 1]} {day.year}"


def sentence(step: Step) -> str:
    """A step of the clock in Welsh, or in English if there is no Welsh for it."""
    template = SENTENCES.get(step.key)
    if template is None:
        return step.sentence
    told: dict[str, object] = {}
    for name, value in step.values.items():
        if isinstance(value, date):
            told |= {name: written(value), f"{name}_soft": f"d{written(value)}"}
        else:
            told[name] = _in_welsh(name, value)
    on = written(step.on) if step.on else ""
    return template.format(on=on, soft=f"d{on}", **told)


def _in_welsh(name: str, value: str | int) -> str | int:
    if name == "name" and isinstance(value, str):
        plain = value.replace("'", "’")
        bare = plain.removesuffix(SUBSTITUTE)
        return HOLIDAYS[bare] + (" (diwrnod yn ei le)" if bare != plain else "") if bare in HOLIDAYS else value
    if name == "article" and isinstance(value, str):
        for english, welsh in ARTICLES.items():
            value = value.replace(english, welsh)
    return value
