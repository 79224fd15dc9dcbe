"""Is this word a name here? Evidence from the words around it, for words that are ordinary words as well.

"Rose", "Will", "Hope", "Grant" and "Long" are names in a file and words in a sentence. `score` weighs what stands
before and after. It knows no register: that is `detect_roster`; the word lists are `lexicon`.
"""

from sar_service.documents.lexicon import DAYS, MONTHS, SEASONS, is_given, is_ordinary, word_set

# What people do and are, after a name.
_VERBS_AFTER = word_set(
    """
    said says say told tells stated states reported reports explained explains asked asks replied replies answered
    agreed agrees refused refuses denied denies admitted admits disclosed discloses alleged alleges claimed claims
    described describes felt feels thinks thought believes wants wanted needs needed likes loves hates is was has had
    isnt wasnt hasnt hadnt does doesnt did didnt who whose r lives lived stays stayed went goes came comes left leaves
    moved attended attends rang phoned called texted emailed visited spoke speaks presented presents appeared appears
    became seemed seems looked looks worried shouted hit kicked punched slapped threatened assaulted arrived returned
    returns ran took takes gave gives got gets made makes put kept keeps told saw sees met knows knew tried tries
    started stopped began continues continued remains remained cried laughed smiled struggled engaged enjoys enjoyed
    suffers informed requested confirmed advised expressed shared discussed declined accepted brought sat slept ate
    shouting crying screaming hitting smoking drinking sleeping playing walking mobile turning talking hiding drank aged
    smokes drinks uses used works worked misses missed confided
    """
)
_ANYTHING_DOES = word_set(
    """
    is was has had does did isnt wasnt hasnt hadnt doesnt didnt needs needed went goes became seemed seems looked looks
    took takes gave gives got gets makes made put kept keeps started stopped began continues continued remains remained
    works worked used uses shared left leaves lives lived moved returned returns tried
    """
)
_BASE_VERBS = word_set(
    """
    be have not also never always still only need ring call contact visit attend speak see meet make take go come do
    give get send write arrange discuss complete continue ask tell try provide share ensure review update follow
    remain return receive require support help stay live move start stop use work look keep let find check confirm
    refer consider happen become appear want know think feel say show leave pay inform advise request bring hold
    include offer set put run play allow liaise email text phone chase then now probably hopefully likely soon no lead
    result depend explore progress read sign transport collect pick drop open close benefit impact seek commence
    undertake you we they he she it i the a there this that be
    """
)
_BEFORE = word_set(
    """
    with from tell told telling saw see seen seeing met meet called named rang ring phoned phone texted visited visit
    visiting asked ask asking about re regarding concerning between both and & plus mgm mgf pgm pgf mum mummy mam dad
    daddy mother father sister brother sibling siblings aunt auntie aunty uncle nan nana nanny gran granny grandma
    grandad stepdad stepmum stepfather stepmother baby cousin son daughter partner boyfriend girlfriend husband wife
    friend neighbour carer peer twin worker teacher nurse hi hello dear thanks spoke when if because whether but says
    said that where while as by for dont held hugged hit assaulted against contacted informed advised emailed mr mrs
    discussed discuss discusses reviewed heard hear hears likes loves hates misses mentioned supporting supported
    collect collected took take discussing ms miss dr child children pupil student client named approved signed seen
    cc attn love regards n coz cos
    """
)
_NOT_BEFORE = word_set(
    """
    the a his her my our their your its this these those some any no every each i we you they he she it there who
    which not would could can cannot should must might do does did to in of all very too so more most such what never
    good best great
    """
)
_NOT_AFTER = {
    "hope": word_set("you this that to all the for it we she he they i your our of"),
    "will": _BASE_VERBS,
    "may": _BASE_VERBS | word_set("well have 1 2 3"),
    "mark": word_set("of on the up down"),
    "grant": word_set("of for to application funding funded permission the"),
    "long": word_set("term time as ago way before after standing lasting stay history"),
    "field": frozenset(["trip", "work", "of"]),
    "bill": word_set("of for payment to"),
    "grace": word_set("period the this our us"),
    "summer": word_set("holidays holiday term school of break 2019 2020 2021 2022 2023 2024 2025 2026"),
    "autumn": word_set("term holidays half school of break"),
    "young": word_set("people person child carer carers offender offenders adult adults man woman boy girl"),
    "brown": frozenset(["hair", "eyes", "envelope"]),
    "black": word_set("eye hair caribbean african british and"),
    "white": word_set("british other and irish"),
    "art": word_set("therapy work class club"),
    "joy": frozenset(["of"]),
    "faith": frozenset(["school", "in", "group"]),
    "angel": frozenset(["of"]),
    "sue": frozenset(["for", "the"]),
    "pat": frozenset(["on", "the"]),
    "christian": frozenset(["family", "faith", "school"]),
    "head": frozenset(["teacher"]),
}
_NOT_AFTER_SMALL = {
    "rose": word_set("to up from by in"),
    "chase": frozenset(["up"]),
}  # without a capital
_ASKS = word_set("can could would please pls plz thanks hi just")  # after a name that a message begins with
_MODALS = word_set(
    "will would should could might must cant wont cannot wouldnt couldnt shouldnt wudnt cudnt shudnt aint"
)
_NO_DEED = word_set(
    """
    morning evening something nothing anything everything during spring string wedding building meeting bedding
    clothing feeling training housing nursing being
    """
)
_AUXILIARY = frozenset({"will", "may", "can", "might"})
_ARTICLES = word_set("the a an no any some every each this these those")


def score(
    word: str,
    before: tuple[str, str],
    after: tuple[str, str],
    *,
    starts: bool,
    near: bool = False,
    apart: bool = False,
    capital: bool = True,
) -> int:
    """How strongly the words around speak for a name: 2 or more is a name, 0 says nothing, below 0 is a word.

    All words come folded; `before` is nearest last, `after` nearest first, empty where there is none. `starts` says
    that the word begins a sentence or line; `near` that a certain name stands beside it, joined by "and" or a comma;
    `apart` that a comma, a dash or the line's end follows it; `capital` that it is written with one.
    """
    previous, following = before[1], after[0]
    if following and not apart:
        if following in _NOT_AFTER.get(word, ()):
            return -3
        if not capital and following in _NOT_AFTER_SMALL.get(word, ()):
            return -3
    if word in MONTHS and (following.isdigit() or previous.isdigit() or previous in DAYS | MONTHS | {"in", "of"}):
        return -3
    points = 2 if near else 0
    if following in _VERBS_AFTER:
        points += 2
    elif (following.endswith("ed") and len(following) > 4) or following in {
        "and",
        "an",
        "at",
        "on",
        "in",
        "to",
        "dob",
        "mobile",
        "asap",
        "re",
        "seen",
        "been",
        "gone",
    }:
        points += 1
    elif following in _MODALS:
        points += 3 if word in _AUXILIARY else 1
    elif following.endswith("ing") and len(following) > 5 and following not in _NO_DEED:
        points += 2 if not capital or word in _AUXILIARY else 1
    if following in {"and", "an", "n"} and is_given(after[1]) and not is_ordinary(after[1]):
        points += 1
    if following in {"house", "flat", "place", "bedroom", "phone", "mum", "dad", "school"} and previous in {
        "at",
        "to",
        "from",
    }:
        points += 3
    if starts:
        points += 2 if apart and (word not in MONTHS | SEASONS or following in _ASKS) else 0
    elif previous in _BEFORE or (capital and previous == "to"):
        points += 1 if word in _AUXILIARY and not (word == "will" and capital) else 2
    elif previous in (_ARTICLES if capital else _NOT_BEFORE):
        points -= 3
    elif previous and not is_ordinary(previous):
        points += 0 if word in _AUXILIARY else 1
    if (
        word in _AUXILIARY
        and following in _VERBS_AFTER
        and following not in {"have", "need", "r", "say", "does", "did"}
    ):
        points += 1
    return points


def speaks(following: str) -> bool:
    """Whether a folded word is what follows a person: a verb of saying or doing, or "who"."""
    return following in _VERBS_AFTER


def acts(following: str) -> bool:
    """Whether a folded word says what only a person does: "rang", but not "is" or "remains"."""
    return following in _VERBS_AFTER and following not in _ANYTHING_DOES


def addressed(previous: str) -> bool:
    """Whether a folded word is what stands before a person: "with", "told", "mum", "Dear"."""
    return previous in _BEFORE
