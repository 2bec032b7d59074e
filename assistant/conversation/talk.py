"""Chit-chat and questions about the assistant itself, which search nothing; what merely begins with thanks is a question."""

from __future__ import annotations

import re

from assistant.conversation.record import Understood
from assistant.said import Said

MOST_WORDS = 14  # of an utterance that is looked at; longer ones are questions
_POLITE = (
    r"thanks?(?: (?:you|a lot|so much|very much|again|for (?:that|this|your help|the help|the answer|the information)))*|"
    r"many thanks|thx|ty|cheers|ok(?:ay)?|great(?: (?:answer|job|work|stuff))?|cool|nice(?: (?:one|work))?|"
    r"good(?: (?:answer|job|to know))?|well done|perfect|excellent|awesome|wonderful|wow|oh|ah+|hm+|i see|got it|gotcha|"
    r"understood|makes sense|right|all right|alright|sure|fine|interesting|really|indeed|yes|yeah|yep|no|nope|please|"
    r"sorry|my bad|never ?mind|(?:that|this|it)(?:['’]?s| is| was) (?:all|it|great|good|nice|fine|cool|perfect|"
    r"(?:very )?helpful|interesting|enough|clear|correct|right|wrong|true)|that helps|that (?:was )?helped|"
    r"you(?:['’]re| are) (?:welcome|great|right|helpful)|no problem|no worries|lol|haha+"
)
_GREETING = (
    r"hi(?: there| all)?|hello(?: there)?|hey(?: there)?|good (?:morning|afternoon|evening|day|night)|greetings|"
    r"how are you(?: doing)?(?: today)?|how(?:['’]s| is) it going|what['’]s up|nice to meet you|"
    r"bye(?:[ -]bye)?|goodbye|see you(?: later| soon)?|have a (?:nice|good|great) (?:day|evening|weekend)"
)
_QUESTION = (
    r"and|but|so|then|now|i|who|whom|whose|what|which|when|where|why|how|is|are|was|were|do|does|did|has|have|had|can|"
    r"could|will|would|should|tell"
)
_GAP = r"[\s,.!?;:–—-]*"
_SMALL = re.compile(
    rf"{_GAP}(?:(?:and|but|so|well|then|again|very|much|{_POLITE}|{_GREETING})\b{_GAP})+", re.IGNORECASE
)
_OPENING = re.compile(  # ends at a mark, or before what opens a question: not in "Right whales" or "Cool science"
    rf"^{_GAP}(?:(?:{_POLITE}|{_GREETING}|well)\b"
    rf"(?:{_GAP}(?<=[,.!?;:–—-]\s)|\s+(?=(?:{_QUESTION}|{_POLITE}|{_GREETING})\b)))+",
    re.IGNORECASE,
)
_ABOUT = re.compile(
    r"who are you(?: exactly)?|what are you(?: exactly)?|what(?:['’]?s| is) your name|tell me your name|"
    r"do you have a name|introduce yourself|tell me (?:something )?about yourself|"
    r"who (?:made|built|created|wrote|trained) you|are you (?:an? )?(?:ai|bot|chat ?bot|human|robot|machine|person|"
    r"real(?: person)?|language model|llm|assistant|chatgpt|gpt)|what can you do(?: for me)?|what do you do|"
    r"how can you help(?: me)?|(?:can|could) you help(?: me)?|help(?: me)?|what (?:can|should|could) i ask(?: you)?|"
    r"how do you work|how (?:do|should|can) i use you|where do (?:your answers|you get your (?:answers|information)) come from|"
    r"where do you get your (?:answers|information)(?: from)?|where do you know (?:that|this) from",
    re.IGNORECASE,
)
_DOCUMENTS = re.compile(
    r"(?:which|what) (?:documents|files|sources|papers|pages|texts) (?:do you (?:have|know|use|search)|"
    r"are you (?:using|searching)|can you (?:search|read|see)|have you (?:got|read|indexed)|"
    r"are (?:there|indexed|available)|did you (?:read|index))|what do you know(?: about)?|"
    r"what(?:['’]?s| is) in your (?:documents|knowledge base|collection|index)|"
    r"(?:list|show)(?: me)? (?:all |the |your |all the |all your )?(?:documents|files|sources)|"
    r"(?:which|what) topics (?:do you (?:know|cover)|can i ask about)",
    re.IGNORECASE,
)
_ELSEWHERE = {  # by language, what is said and the text that replies to it
    "de": {
        "talk_thanks": r"(?:(?:vielen|herzlichen|besten) dank|danke(?: schön| sehr| dir| ihnen)?|dankeschön)",
        "talk_greeting": r"(?:hallo|guten (?:tag|morgen|abend)|moin|servus|grüß gott)",
        "talk_goodbye": r"(?:tschüss?|auf wiedersehen|bis bald)",
    },
    "fr": {
        "talk_thanks": r"(?:merci(?: beaucoup| bien)?|je vous remercie)",
        "talk_greeting": r"(?:bonjour|bonsoir|salut)",
        "talk_goodbye": r"(?:au revoir|à bientôt)",
    },
    "es": {
        "talk_thanks": r"(?:muchas |mil )?gracias",
        "talk_greeting": r"(?:hola|buen[oa]s (?:días|tardes|noches))",
        "talk_goodbye": r"(?:adiós|hasta (?:luego|pronto|la vista))",
    },
    "ja": {
        "talk_thanks": r"(?:どうも)?ありがとう(?:ございま(?:す|した))?",
        "talk_greeting": r"(?:こんにち[はわ]|こんばん[はわ]|おはよう(?:ございます)?)",
        "talk_goodbye": r"(?:さようなら|さよなら)",
    },
}


def talk(utterance: str) -> Understood | None:
    """What to say to chit-chat or to a question about the assistant; None if the utterance asks the documents.

    Only whole utterances count: "who are you allowed to bring to the club?" asks the documents.
    """
    if len(utterance.split()) > MOST_WORDS:
        return None
    text = utterance.strip()
    if _SMALL.fullmatch(text):
        return Understood("smalltalk", utterance, reply=Said("en")(_answer_to(text)))
    elsewhere = _in_another_language(text)
    if elsewhere:
        return Understood("smalltalk", utterance, reply=elsewhere)
    asked = without_thanks(text).strip(" ?.!,")
    asked = re.sub(r"^(?:and|so|but)\s+", "", asked, flags=re.IGNORECASE)
    if _ABOUT.fullmatch(asked):
        return Understood("about", utterance, reply=Said("en")("talk_about"))
    if _DOCUMENTS.fullmatch(asked):
        return Understood("about", utterance, reply=Said("en")("talk_documents"))
    return None


def without_thanks(utterance: str) -> str:
    """The utterance without the thanks, greeting or yes and no that it begins with; all of it if nothing else is there."""
    return _OPENING.sub("", utterance) or utterance


def _in_another_language(text: str) -> str:
    """The reply to thanks, a greeting or a goodbye in another language than English; empty to anything else."""
    bare = text.strip(" .,!?¡¿。、！").lower()
    for language, replies in _ELSEWHERE.items():
        for name, pattern in replies.items():
            if re.fullmatch(pattern, bare):
                return Said(language)(name)
    return ""


def _answer_to(text: str) -> str:
    if re.search(r"\b(?:bye|goodbye|see you|good night)\b|have a ", text, re.IGNORECASE):
        return "talk_goodbye"
    if re.search(r"\b(?:thank|thanks|thx|ty|cheers)\b", text, re.IGNORECASE):
        return "talk_thanks"
    greets = re.match(rf"{_GAP}(?:{_GREETING})\b", text, re.IGNORECASE)
    return "talk_greeting" if greets else "talk_other"
