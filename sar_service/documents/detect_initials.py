"""People who are meant by their initials: "R.B.", "RB" as a signature, in a subject line or in the text.

Two capitals are mostly an abbreviation, so those that records use need the place of a signature or a heading.
"""

import re
from collections.abc import Iterator

from sar_service.documents.detect_index import Index
from sar_service.documents.detect_words import Mention
from sar_service.documents.lexicon import word_set
from sar_service.documents.names import fold

RULE = "initials/1"

_UPPER = "[A-Z\u00c0-\u00d6\u00d8-\u00de\u0100-\u017f\u0218\u021a\u1e00-\u1eff]"
_DOTTED = re.compile(rf"{_UPPER}(?<![\w.].)\.[ ]?(?:{_UPPER}\.[ ]?){{0,2}}{_UPPER}\b\.?")
_PLAIN = re.compile(rf"{_UPPER}(?<![\w/&.\-@'’£].){_UPPER}{{1,3}}(?![\w/&\-@£]|['’][A-Zrtvlmd])")
_SIGNED_BEFORE = re.compile(r"(?:[.!?)\"”][ \t]{0,3}|\n[ \t]{0,8}|\A\s{0,8}|[-–][ ]{0,2}|\bby:?[ ])\Z")
_SIGNED_AFTER = re.compile(r"\.?[ \t]{0,4}(?:\r?\n|\Z)")
_HEADED = re.compile(
    r"(?:\b(?:subject|child|name|yp|client|re|ref|initials|signed)[ ]?:[ ]{0,4}|\b(?:[Rr]e|[Ff]or|RE)[ ])\Z",
    re.IGNORECASE,
)
_NEVER = frozenset({"UK", "US", "USA", "EU", "NB", "PS", "NI", "AM", "PM", "DOB"})
# Abbreviations of the trade, in capitals, that are also somebody's initials.
_TRADE = word_set(
    """
    AC AD AM AP AS AT BC BF BG BP BSL CA CC CE CF CG CIC CIN CLA CM CP CPN CPS CT CYP DA DC DH DI DNA DOB DP DS DSL DT
    DV DWP EA ED EH EHA EHC EP EPO ER ET EU FC FGC FGM FH FM FP FT FYI GB GF GP HA HB HC HE HM HO HR HV IA IC ICO ICT
    ID IE II IM IN IP IQ IRO IS IT IV LA LAC LD LEA LO LP LS MA MC MD ME MG MH MIU MP MR MS MST NA NB NE NEET NFA NG
    NHS NI NO NR NS OAP OC OFF OH OIC OK ON OP OR OT OTH PA PC PCC PCSO PE PEP PH PI PIP PLO PM PMQ PO PP PR PRU PS PT
    QA RC RE RI RIP RP RSL SA SAR SC SDQ SE SEN SG SGO SH SI SLT SMS SO SS ST STD SW SWE TA TAC TAF TB TC TEL TL TM TO
    TV UC UK UN UP US USA UTI VC VE VM VR WC WE WF WM WP YES YJS YO YOT YP AND THE FOR NOT BUT WAS HAS HAD SHE HER HIS
    HIM MUM DAD ALL ANY ARE CAN DID
    """
)


def initials(text: str, index: Index, taken: list[tuple[int, int]]) -> Iterator[Mention]:
    """Mentions by initials outside `taken` (ordered, not overlapping): one candidate or several."""
    for pattern, dotted in ((_DOTTED, True), (_PLAIN, False)):
        at = 0
        for found in pattern.finditer(text):
            written = "".join(c for c in found.group() if c.isalpha())
            if not written.isupper():
                continue
            letters = fold(written).upper()
            people = index.initials.get(letters, [])
            if not people and (
                len(letters) > 3 or letters in (_NEVER if dotted else _TRADE) or (not dotted and len(letters) != 2)
            ):
                continue
            while at < len(taken) and taken[at][1] <= found.start():
                at += 1
            if at < len(taken) and taken[at][0] < found.end():
                continue
            signed = bool(
                _SIGNED_AFTER.match(text, found.end())
                and _SIGNED_BEFORE.search(text, max(0, found.start() - 10), found.start()),
            )
            headed = bool(_HEADED.search(text, max(0, found.start() - 14), found.start()))
            end = found.end()
            if dotted and not signed and found.group().endswith(".") and found.group().count(".") == 1:
                end -= 1
            if not people:
                if signed or (headed and dotted):
                    yield Mention(found.start(), end, (), "initials", 0.6, RULE)
            elif dotted or signed or headed:
                yield Mention(found.start(), end, tuple(people), "initials", 0.85 if dotted or signed else 0.75, RULE)
            elif letters not in _TRADE and not _shouting(text, found.start(), found.end()):
                yield Mention(found.start(), end, tuple(people), "initials", 0.65, RULE)


def _shouting(text: str, start: int, end: int) -> bool:
    """Whether the words beside are in capitals too, as in a heading."""
    line = text[max(0, start - 24) : start].rpartition("\n")[2] + text[end : end + 24].partition("\n")[0]
    words = re.findall(r"[A-Za-z]{3,}", line)
    return bool(words) and all(word.isupper() for word in words)
