"""Rules where the sentence library errs: whether a sentence begins at a place, by the words around it.

`begins` answers True (a sentence begins), False (it goes on) or None (the library decides). A missed boundary gives a
long quotation, a false one gives a fragment: in doubt a sentence goes on.
"""

from __future__ import annotations

import re

BEHIND = 300  # characters of the sentence so far that are read: enough to see an open quote or bracket
AHEAD = 80  # characters read behind a place
TAIL = 60  # characters that hold the last three words
CLOSERS = "\"'”’»«“‹›)]}」』）】》〉"  # German closes with “, and » may close or open
OPENERS = "\"'“‘«»„‚‹(['{「『（【《〈¿¡"
PAIRS = (("(", ")"), ("[", "]"), ("“", "”"), ("«", "»"), ("「", "」"), ("（", "）"))
NOTE = r"(?:\[[^\[\]\n]{1,20}\]|[¹²³⁰-⁹])"  # a footnote mark or [citation needed] belongs to the sentence before it
PLACE = re.compile(rf"[.!?…][{re.escape(CLOSERS)}]{{0,4}}{NOTE}{{0,6}}\s+|[。！？｡។][{re.escape(CLOSERS)}]{{0,4}}\s*")
# These ends of sentences need no white space behind them.
UNSPACED_END = re.compile(rf"[。！？｡…។။།۔][{re.escape(CLOSERS)}]{{0,4}}$")
NOTES = re.compile(rf"{NOTE}+$")
UNFINISHED = re.compile(r"[^\W_]$|[,;:—–-]$")
ENUMERATOR = re.compile(r"[(\[]?(?:\d{1,3}|[^\W\d_]|[ivxlIVXL]{1,5})[.)\]]|[^\w]+")
LOWER_ENUMERATOR = re.compile(r"\(?(?:[a-z]|[ivxl]{1,5})(?:\)\s|\.\s+[A-Z])")
FIRST_WORD = re.compile(rf"[{re.escape(OPENERS)}—–\-\s]*([^\W_][\w’'-]*)(?:,?\s+\W*(\w)|)")
BRACKETED = re.compile(r"[(（].*[.!?。！？][)）]$", re.DOTALL)  # a whole sentence in brackets
LAST_WORD = re.compile(rf"(?:(\S+)\s+)?([^\s{re.escape(OPENERS)}]+)\.$")
OMISSION = re.compile(r"\s(?:…|\.\.\.)$")  # behind a space an ellipsis leaves words out; behind a word it may end
TRAILING_OFF = re.compile(r"\w(?:…|\.{3,4})$")
CLOCK = re.compile(r"\b[ap]\.\s?m\.$", re.IGNORECASE)
CLOCK_TAIL = re.compile(
    r"(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day|(?:Jan|Febr)uary|March|April|May \d|June|July|August|October"
    r"|(?:Sept|Nov|Dec)ember|(?:Eastern|Central|Mountain|Pacific|Greenwich|Local|Standard)\b|[A-Z]{1,3}T\b|UTC\b"
)
# "The answer was no. 5 miles on": behind such a verb `no` is the word and not the abbreviation of "number".
NEGATION = re.compile(r"\b(?:is|was|are|were|be|been|said|says|say|answered|replied|with|a|or) no\.$")
QUOTED_QUESTION = re.compile(r"[?!…][\"”’»]$")  # "Where?" Nell asked: the speaker belongs to the quote
SPEECH = re.compile(
    r"(?:I|(?:[A-Z][\w’'.-]+ ){0,2}[A-Z][\w’'-]+) (?:says?|said|asks?|asked|cried|cries|shouted|replied|answered|added"
    r"|whispered|yelled|screamed|exclaimed|called|demanded|wondered|muttered|murmured)\b"
)
# After a closing quote: Japanese particles and the Korean quotative, which need what was quoted; Chinese "he said".
QUOTATIVE = re.compile(
    r"と(?!ころ|ても|き)|って|[をが](?!っ)|は(?!い)|に|の|など|、|라고|하고|고 |이라"
    r"|[^。！？，、\s]{1,6}[说道问答喊](?=[。，：])"
)
CLOSED_WIDE = re.compile(r"[」』”’]$")
ORDINAL = re.compile(  # German: "im 19. Jahrhundert"
    r"\b(?:de[rmns]|die|das|am|im|vom|zum|zur|beim|ab|seit|bis|eine?[nmrs]?|und)\s\d{1,2}\.$", re.IGNORECASE
)


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# Stand before a number, in any of the languages met.
BEFORE_NUMBER = _words("""
    no nos nr nrs núm num n nn fig figs eq eqs vol vols ch chs chap sec secs arts pp pg pag pág abs abb bd kap tab
    ref refs approx para paras cl cls reg regs ziff rn ca circa c est poz ust pkt godz ul str tel ext p s рис табл
    стр гл ст п пп д кв оп с тел т
""")
# Stand before a name or an explanation: never end a sentence.
BEFORE_NAME = _words("""
    mr mrs ms dr prof gen col lt sgt capt sen rep gov hon rev mt v vs cf e.g i.e viz eds dott avv mme mlle ул т.е
    т.н د डॉ डा प्रो पं ডা ড டாக்டர்
""")
# Close a list: a capital behind them begins a sentence.
AND_SO_ON = _words("""
    etc usw u.s.w u.ä u.a itp itd ecc enz atd osv т.д т.п др пр
""")
# Close a company's name: a capital and then a small letter behind them begin a sentence.
COMPANY = _words("""
    inc corp co ltd llc plc bros
""")
# Function words have a capital only where a sentence begins: they tell "in the U.S. The" from "the U.S. Navy".
STARTERS = {
    "en": _words("""
        the a an this that these those it its he she they we you i his her their our my in on at by for from with as
        after before when while if but and or so then there however although though since because until once some
        many most both each every all no not nor what who why how where to under over during despite later now today
        also meanwhile instead only even still yet among between such another other others one two neither none
        nobody nothing
    """),
    "de": _words("""
        der die das den dem des ein eine einen einem einer es er sie wir ihr ich in im an am auf bei mit nach von
        vom zu zum zur für und oder aber als da dann doch wenn weil dies diese dieser dieses sein seine ihre unser
        auch noch nur so hier dort
    """),
    "fr": _words("""
        le la les un une des il elle ils elles on nous vous je ce cet cette ces en dans à au aux pour par sur avec
        mais et ou donc puis après avant son sa ses leur leurs si quand comme
    """),
    "es": _words("""
        el la los las un una él ella ellos en de a al con por para pero y o este esta estos estas su sus se no si
        cuando como después
    """),
    "it": _words("""
        il lo la i gli le un una egli lei loro in nel nella con per ma e o questo questa suo sua si non se quando
        come dopo
    """),
    "pt": _words("""
        o a os as um uma ele ela eles em no na nos nas com por para mas e ou este esta seu sua se não quando como
        depois
    """),
    "ru": _words("""
        он она оно они мы вы я это эта этот эти в во на с по за из от до у к о об но а и или его её их там тогда
        затем после однако сейчас теперь потом когда если так как все
    """),
}


def begins(before: str, after: str, language: str, cased: bool) -> bool | None:
    """Whether a sentence begins with `after`: True, False, or None where no rule speaks.

    `before` is the sentence so far, trimmed on its right, or its last `BEHIND` characters; `after` the next `AHEAD`. In
    text that has no capitals at all (`cased` False) a small letter says nothing.
    """
    tail = " ".join(before[-TAIL:].split()[-3:])
    bare = tail.rstrip(CLOSERS)
    if _goes_on(before, tail, after, language, cased) or _is_quoted_speech(tail, after):
        return False
    last = LAST_WORD.search(bare)
    if last and _needs_what_follows(last, bare, after, language):
        return False
    if NEGATION.search(bare) and after[0].isdigit():
        return True
    return _begins_anew(before, bare, last, after, language)


def _begins_anew(before: str, bare: str, last: re.Match[str] | None, after: str, language: str) -> bool | None:
    """True where the library sees an abbreviation, an omission or a bracket, but the next words begin a sentence."""
    word = FIRST_WORD.match(after)
    bracketed = bool(BRACKETED.match(before))
    if is_open(before):
        return None
    if bracketed:
        return True
    if word is None or not word[1][0].isupper():
        return None
    if TRAILING_OFF.search(bare):
        return True
    key = _key(last) if last else ""
    if key in BEFORE_NAME or key in BEFORE_NUMBER:
        return None
    small = bool(word[2]) and not word[2].isupper()  # a second capital speaks for a name: "Inc. Chief Executive"
    starter = small and word[1].lower() in STARTERS.get(language, ())
    return True if starter or key in AND_SO_ON or (key in COMPANY and small) else None


def is_open(text: str) -> bool:
    """Whether a bracket or double quote opened in the text is still open at its end."""
    if text.count('"') % 2:
        return True
    return any(opener in text and text.count(opener) > text.count(closer) for opener, closer in PAIRS)


def _goes_on(before: str, tail: str, after: str, language: str, cased: bool) -> bool:
    """Nothing is finished, or what follows is a small letter or punctuation."""
    ended = NOTES.sub("", tail).rstrip(CLOSERS)
    if language not in ("el", "hy") and UNFINISHED.search(ended) and after[0] not in "•‣▪◦":
        return True  # Greek asks with a semicolon, Armenian may end with a colon
    if after[0] in ".,;:!?…)]" or ENUMERATOR.fullmatch(before) or OMISSION.search(tail):
        return True
    word = FIRST_WORD.match(after)
    if not word or not cased or not word[1][0].islower() or LOWER_ENUMERATOR.match(after):
        return False
    return not any(char.isupper() or char.isdigit() for char in word[1])  # iPhone, eBay, x86


def _is_quoted_speech(tail: str, after: str) -> bool:
    if QUOTED_QUESTION.search(tail) and SPEECH.match(after):
        return True
    return bool(CLOSED_WIDE.search(tail) and QUOTATIVE.match(after))


def _needs_what_follows(last: re.Match[str], bare: str, after: str, language: str) -> bool:
    """The word before the place is an abbreviation that needs its number, name, weekday or month."""
    key = _key(last)
    number_before = bool(last[1]) and last[1][-1].isdigit()
    capital_letter = len(last[2]) == 1 and last[2].isupper()  # "plan C. 5 days later" is not "c. 1850"
    if after[0].isdigit() and key in BEFORE_NUMBER and not capital_letter:
        is_unit = number_before and len(key) == 1  # "30 s. 5 more" is not "Art. 5 para. 2"
        return not is_unit and not NEGATION.search(bare)
    if CLOCK.search(bare):
        return bool(CLOCK_TAIL.match(after))
    if language == "de" and ORDINAL.search(bare):
        word = FIRST_WORD.match(after)
        return word is not None and word[1].lower() not in STARTERS["de"]
    return key in BEFORE_NAME and not number_before


def _key(last: re.Match[str]) -> str:
    """The abbreviation in lower case without its last period: `e.g`, `no`; `т. д` with its space left out."""
    first, word = last[1] or "", last[2].lower()
    spaced = len(word) == 1 and len(first) == 2 and first[0].isalpha() and first[1] == "."
    return f"{first.lower()}{word}" if spaced else word
