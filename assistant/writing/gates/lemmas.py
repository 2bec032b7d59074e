"""Base forms of words, as stems."""

from __future__ import annotations

from index.lexical import stem

IRREGULAR = {
    form: line.split()[0]
    for line in """
be was were been is are am; have had has; do did done does; go went gone; give gave given; take took taken; make made
see saw seen; come came; know knew known; find found; think thought; tell told; become became; leave left; feel felt
put; bring brought; begin began begun; keep kept; hold held; write wrote written; stand stood; hear heard; mean meant
meet met; run ran; pay paid; sit sat; speak spoke spoken; lie lay lain; lead led; grow grew grown; lose lost
fall fell fallen; send sent; build built; understand understood; draw drew drawn; break broke broken; spend spent
rise rose risen; drive drove driven; buy bought; wear wore worn; choose chose chosen; seek sought; throw threw thrown
catch caught; deal dealt; win won; forget forgot forgotten; fight fought; teach taught; eat ate eaten; sing sang sung
strike struck; hang hung; shake shook shaken; ride rode ridden; feed fed; shoot shot; drink drank drunk; swim swam swum
fly flew flown; sell sold; steal stole stolen; sleep slept; dig dug; bind bound; bend bent; lend lent; freeze froze frozen
hide hid hidden; tear tore torn; bear bore borne; swear swore sworn; sink sank sunk; withdraw withdrew withdrawn
arise arose arisen; overthrow overthrew overthrown; forbid forbade forbidden; show shown; prove proven; man men
woman women; child children
""".replace("\n", ";").split(";")
    if line.strip()
    for form in line.split()[1:]
}


def lemma(word: str) -> str:
    """The stem of a lower-case word, of its base form where it is irregular."""
    return stem(IRREGULAR.get(word, word))
