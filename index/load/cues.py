"""Cues: general words and shapes by which the text around a text speaks, in English and some in German, French and
Spanish.

Single words and shapes of lines only, none taken from a particular page. `boilerplate.py` weighs them.
"""

from __future__ import annotations

import re


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# What a page asks its reader to do.
ACTIONS = _words(
    "subscribe subscribing subscribed register registered registering join joining joined follow following share "
    "sharing donate donating "
    "donation donations give giving contribute contributing chip support supporting help unlock download click tap "
    "login log accept "
    "unsubscribe opt opted cancel forward tag pin tweet buy consider receive receiving miss enjoyed liked spot "
    "tell contact enter "
    "dismiss skip save print listen watch become upgrade renew sign signing signed visit welcome "
    "abonnieren anmelden teilen verpassen spenden unterstützen folgen melden kaufen herunterladen akzeptieren "
    "weiterlesen "
    "abonnez inscrivez partager partagez suivez soutenez téléchargez accepter suscríbete suscribirse comparte "
    "compartir síguenos apóyanos regístrate"
)
# The words for the page itself, its maker, its readers and the ties between them.
SITE = _words(
    "newsletter newsletters inbox e-mail e-mails email emails digest subscription subscriptions subscribing "
    "subscribe subscriber subscribers "
    "unsubscribe membership member members supporter supporters reader readers journalism journalists journalist "
    "reporting reporters report newsroom editors "
    "misinformation disinformation story stories article articles post posts piece page pages website webmaster "
    "site browser cookie cookies "
    "privacy terms preferences partners device app comments comment thread threads reply replies account copyright "
    "permission affiliate "
    "commission ads advert advertisement advertisements paywall trial release releases alerts podcast coffee "
    "visitor visitors profile "
    "donations donation ad-free independent independence reproduced reprint licence license webpage homepage blog "
    "feed notifications list "
    "beitrag artikel cookies datenschutz impressum leser leserinnen abo abonnement webseite seite konto "
    "lettre article articles lecteurs site confidentialité abonnement compte boletín artículo lectores privacidad "
    "suscripción cuenta"
)
# Of those above, words that any text may use: they count half.
AMBIGUOUS = _words(
    "post posts tag print visit list report piece give giving help save share watch listen buy member members "
    "contact register follow "
    "enter miss tell statements risks internal release releases story stories cuenta compte konto join visitors "
    "app page pages"
)
# Verbs of telling what was; with other past forms they are the text's own voice, not a page's.
TOLD = _words(
    "was were had did said says told wrote came went took made gave found began saw knew thought became kept grew "
    "lost won sagte war hatte wurde était avait fue había"
)
# The words of disclaimers.
LEGAL = _words(
    "disclaimer liability liable warranty warranties confidential confidentiality trademark trademarks "
    "forward-looking risks "
    "uncertainties materially statements privileged recipient permission reproduced reproduction infringement internal "
    "haftung vertraulich marques responsabilité responsabilidad"
)
ADDRESS = _words(
    "you your yours you're you've you'll we our ours us we're we've sie ihr ihre ihren ihnen wir uns unser unsere "
    "unseren vous votre vos "
    "nous notre nos usted su sus tú tu nosotros nuestro nuestra"
)
NEGLIGIBLE = _words(
    "the and for that this with from have has had was were are been will would could should can may might than "
    "then them they their "
    "there these those what when where which while who whom whose why how into onto over under about after before "
    "because but not "
    "only more most much many some such also very just one two other others any all each every its his her hers "
    "him she our out "
    "der die das und von mit ein eine einen einem ist sind den dem des auf für als auch les des une dans est que "
    "qui pour par avec los las una con por para"
)

BYLINE = re.compile(
    r"(?:[Bb][Yy]|Von|Par|Por|Words by|Text by|Written by|"
    r"Reported by)\s+(?:[A-ZÀ-Þ][\w.'’-]*[,\s]+)*[A-ZÀ-Þ][^!?]{0,60}"
)
BULLETED = re.compile(r"[•·▪●■|]\s*\S[^.!?:]{0,50}")
TIME_WORDS = re.compile(
    r"(?i)\b(?:mon|tue|tues|wed|weds|thu|thur|thurs|fri|sat|sun)(?:day|sday|nesday|rsday|urday)?\b|"
    r"\b(?:jan|feb|mar|apr|may|jun|jul|aug|sep|sept|oct|nov|dec)[a-z]*\b|\b(?:januar|februar|märz|mai|juni|juli|"
    r"oktober|dezember)\b|"
    r"\b(?:am|pm|a\.m|p\.m|gmt|utc|bst|est|edt|pst|pdt|cet|cest|uhr|ago|hours?|minutes?|days?|at|on|of|th|st|nd|"
    r"rd)\b|\d+|[^\w\s]"
)
STAMP_VERB = re.compile(
    r"(?i)^\W*(?:first |originally |last )?(?:published|updated|posted|modified|created|edited|reviewed|changed|"
    r"veröffentlicht|aktualisiert|stand|publié|actualizado|publicado)\b(?:\s*[:|]|\s+(?:on|at|by|in|am|um|le|el)\b|"
    r"\s+\d|\s*$)"
)
YEAR_OR_CLOCK = re.compile(r"\b(?:19|20)\d\d\b|\b\d{1,2}[:.]\d\d\b")
CREDIT = re.compile(
    r"(?i)^\W*(?:(?:file |stock |cover )?(?:photo|photos|photograph|image|picture|illustration|graphic|video|foto|"
    r"fotos|bild|abbildung|grafik|crédit|credit)s?)(?:\s+(?:by|credit|courtesy|von)\b|\s*[:/|©]).{0,120}$"
)
COPYRIGHT = re.compile(
    r"(?i)(?:©|\(c\)|\bcopyright\b).{0,80}|\ball rights reserved\b|alle rechte vorbehalten|tous droits réservés|"
    r"(?:todos los )?derechos reservados"
)
COPYRIGHT_START = re.compile(
    r"(?i)^\W*(?:©|\(c\)\s|copyright\b|all rights reserved|alle rechte vorbehalten|tous droits|todos los derechos)"
)
TEASER = re.compile(
    r"(?i)^\W*(?:read|see|watch|listen|learn|lesen sie|lire|leer)\s*(?:more|also|next|now|on|auch|aussi|"
    r"más)\b[^.!]{0,100}$|"
    r"^\W*(?:related|recommended|up next|more on this|more from|more about|continue reading|weiterlesen|"
    r"mehr zum thema|lesen sie auch|à lire|también)\b\s*(?:[:|–—-]|stories|articles|posts|reading|content|"
    r"$)[^.!]{0,100}$|"
    r"^\W*listen to (?:this|the)\b[^.!?]{0,40}$|^\W*(?:skip|jump|back) to\b[^.!?]{0,30}$"
)
ADVERT = re.compile(
    r"(?i)^\W*(?:(?:story|article) continues (?:below|after)[^.!?]{0,30}|advertisement|advertising|"
    r"sponsored(?: content)?|anzeige|werbung|publicité|publicidad)\b[^.!?:]{0,40}$"
)
READING_TIME = re.compile(
    r"(?i)^\W*(?:reading time\W*)?\d+\s*[-–]?\s*min(?:ute)?s?\.?(?:\s+(?:read|lesezeit|de lecture|de lectura))?\W*$|"
    r"lesezeit\W*\d+"
)
POWERED = re.compile(
    r"(?i)^\W*(?:proudly )?(?:powered by|filed under|posted in|tagged(?: with)?|tags?:|topics?:|categor(?:y|ies):|"
    r"schlagw[oö]rter|published by|hosted by|best viewed|you are here|view (?:this|it) (?:page |"
    r"e-?mail )?in your).{0,100}$"
)
COUNTER = re.compile(
    r"(?i)^\W*(?:you are visitor\b.*|[\d.,]+k?\s+(?:shares?|likes?|comments?|views?|votes?|replies|kommentare|"
    r"commentaires|comentarios)|[\d.,]+ (?:from|out of|based on) [\d.,]+ (?:votes?|ratings?|reviews?)|(?:joined|"
    r"posts|likes|views|member since)\s*:\s*[\w .,]{1,20})\W*$"
)
LABEL = re.compile(
    r"(?i)^\W*(?:(?:related|similar|recommended|popular|latest|recent|trending|featured|other|more|"
    r"further)\s+(?:articles?|stories|posts?|threads?|topics?|news|reading|content|questions|pages|links|videos)|"
    r"(?:most|best)\s+(?:read|viewed|popular|shared|commented)|(?:you|you'd|you’d)\s+(?:may|might|"
    r"could)?\s*(?:also)?\s*(?:like|enjoy|be interested in)|more (?:from|in|on)\s+\w.{0,30}|"
    r"das könnte sie auch interessieren|auch interessant|meistgelesen|mehr zum thema|vous aimerez aussi|"
    r"articles similaires|te puede interesar|artículos relacionados|"
    r"topics|tags|share(?: this)?|follow us|connect with us|never miss\b.{0,30}|don['’]t miss\b.{0,30}|"
    r"stay (?:in touch|connected|informed|up to date)|"
    r"contents|table of contents|on this page|in this article|inhaltsverzeichnis|sommaire|contenido|(?:media|"
    r"press) (?:contact|inquiries|enquiries)|pressekontakt|contact presse|"
    r"comments|leave a (?:reply|comment)|about the author|newsletter|sections|menu|legal notice|"
    r"notes to editors)\s*:?\W*$"
)
TRAIL = re.compile(r"\s[>»›→|·•/]\s")
FRAGMENT_WORDS = 9
