"""The words that a conversation is read by: closed classes of English, common verbs, nouns that name no topic.

| set | its words |
|---|---|
| `WH` … `ADVERBS` | closed classes: words that ask, help, point, join |
| `GENERIC` | nouns that ask for something about a topic and are none themselves: types, causes, history |
| `ADJECTIVES` | common adjectives, which name no topic either |
| `VERBS` | common verbs in all their forms; `BASES` those without an ending, `ALSO_NOUNS` those that are nouns, too |
| `LIGHT` | verbs that say little: do, say, happen |
"""

from __future__ import annotations


def _set(text: str) -> frozenset[str]:
    return frozenset(text.split())


def _forms(verb: str) -> set[str]:
    stem = verb[:-1] if verb.endswith("e") else verb
    ending = verb[:-1] + "ies" if verb.endswith("y") and verb[-2] not in "aeou" else verb + "s"
    past = verb[:-1] + "ied" if ending.endswith("ies") else stem + "ed"
    doubled = verb + verb[-1]
    return {verb, ending, verb + "es", past, stem + "ing", doubled + "ed", doubled + "ing"}


WH = _set("what who whom whose which when where why how")
AUXILIARIES = _set(
    """
    is are was were am be been being do does did done has have had having can could will would shall should may
    might must ought to isn't aren't wasn't weren't don't doesn't didn't hasn't haven't hadn't can't cannot
    couldn't won't wouldn't shouldn't mustn't mightn't not
    """
)
THIRD = _set("it its itself they them their theirs themselves he him his himself she her hers herself")
OWNING = _set("its their his her")
DEMONSTRATIVES = _set("this that these those")
PRONOUNS = THIRD | DEMONSTRATIVES
PERSONAL = _set("i me my mine myself you your yours yourself we us our ours ourselves")
DETERMINERS = _set("a an the some any no every each all both either neither such many much few several my your our")
PREPOSITIONS = _set(
    """
    about above across after against along among around at before behind below beneath beside besides between
    beyond by despite down during except for from in inside into like near of off on onto out outside over past
    per regarding since than through throughout till toward towards under until up upon versus via vs with
    within without as
    """
)
CONJUNCTIONS = _set("and or but nor so if because although though while whether unless then")
ADVERBS = _set(
    """
    again ago almost already also always anyway away back ever even exactly far further generally here however
    instead just later maybe more most much less least never nowadays now often once only originally perhaps
    please probably quite rather really recently sometimes soon still there today together tomorrow tonight too
    usually very well yesterday yet else nearly mostly simply actually currently earlier finally first last long
    ok okay yes oh hmm wow thanks thank sorry
    """
)
GENERIC = _set(
    """
    additional advantage age aim alternative answer anyone anything application area argument article artist
    aspect author background basic basis benefit cause certain challenge chance character characteristic city
    claim class component con concern condition consequence content contribution controversy cost country
    creation criticism current date day definition detail development difference disadvantage disease downside
    drawback drug duration effect everyone everything evidence example explanation extent fact factor feature
    finding form founder founding function future general goal group history idea impact implication importance
    improvement influence information interesting invention issue job key kids kind least lesson level limit
    limitation list meaning measure member method month most name nature negative next nobody none nothing number
    objective ones opinion option origin other outcome overall part people person place point policy popularity
    position positive possibility previous price pro problem process project property purpose reaction reason
    region relation relationship reply requirement response result risk role root rule same second side sign
    significance similarity situation size solution someone something sort source specific stage standard status
    step story strength structure success symptom team term theme thing third time title topic total treatment
    trend type usage use user value variation variety various version view way weakness word work year
    """
)
ADJECTIVES = _set(
    """
    able available awful bad best better big bigger biggest bright broad busy calm cheap cheaper cheapest clean
    clear close cold common complete complicated cool correct costly critical crucial cruel dangerous dark dead
    deadly deep different difficult dirty distinct dry due early easier easiest easy effective endangered equal
    essential ethical expensive faint fair false famous far fast faster fastest fatal few fine firm free
    frequent fresh friendly full good great half happy hard harder hardest harmful healthier healthiest healthy
    heavier heavy helpful high higher highest hot huge ill illegal important impossible indoor large larger
    largest late legal likely little local long longer longest loud low lower lowest main major minor modern
    nearby necessary new newer normal odd old older oldest open ordinary own painful permanent poor popular
    possible powerful proper proud quick quiet rare ready real related reliable rich right risky safe safer
    safest scary secure separate serious severe sharp short shorter sick silent similar simple single slow
    slower small smaller smallest smart smooth soft special steep strange strict strong stronger strongest
    successful sudden sure sweet tall taller tallest temporary thick thin tired toxic traditional true typical
    ugly unique unknown unlikely unsafe unusual upset urgent useful usual vague valid valuable visible
    vulnerable warm weak wet whole wide widespread wild wise worse worst worth wrong young younger youngest
    """
)
BASES = _set(
    """
    abolish absorb accept accuse achieve adapt add address admit adopt advise affect agree alleviate allow alter
    announce answer apologise apologize appear apply approve argue arrest arrive ask assemble attack attempt
    attend avoid balance ban base be become begin behave believe belong benefit block board boost borrow break
    bring build burn buy call cancel care carry catch cause cease celebrate change charge check choose claim
    close collapse collect combine come commit compare compete complain compose concede conclude confirm connect
    consider consist consume contain continue contrast contribute control convert convict convince cook correct
    cost count cover create cross cure cut damage dance deal decide declare defend define delay deliver demand
    deny depend deploy describe design destroy detain determine develop diagnose die differ digest disagree
    discard discover discuss displace distinguish divide do dominate donate download draw drink drive drop earn
    eat educate eliminate emerge employ enable encounter encourage end enter escape establish estimate evaluate
    evolve examine exercise exist expand expect explain explore export express extend face fade fail fall fear
    feel fight find finish fire fish fix fly follow forbid force forget forgive form found fund gain gather get
    give go govern grant grow guarantee guide hand handle happen harm hate heal hear help hire hit hold hope hunt
    hurt identify impact import impose improve include increase infect influence inform insist inspect install
    integrate introduce invade invent invest investigate invite involve isolate join judge jump justify keep
    kill know label lack land lapse last launch lay lead learn leave let lie like limit link list live locate
    log look lose love lower maintain make manage market marry matter mean measure meet melt mention migrate
    mind mix monitor motivate move name need negotiate note notice object obtain occupy occur offer open operate
    oppose order organise organize originate outlaw outnumber outweigh overlap own pack paint park pass patrol
    pay perform permit persuade place plan play point pollute possess practice practise prefer prepare preserve
    prevent print produce profit prohibit promise promote propose protect protest prove provide publish pull
    push put qualify question quit raise rank ratify reach react read rebuild receive recognise recognize
    recommend record recover recycle reduce refer refuse reject relate release relieve rely remain remember
    remove renew rent repair repeat replace reply report represent request require rescue resign resolve respond
    rest restore restrict result retain retire return reveal review ride rise risk rotate rule run sail sample
    save say scan scrap see seek seem seize select sell send separate serve set settle shake shape share shift
    shoot show sign sing sink sit skip sleep smoke smuggle solve sound speak speed spend split sponsor spread
    stand start state stay steal stem stick stop store strengthen stress strike struggle study subscribe succeed
    suffer suggest supply support suppose surrender survive suspend swear swell swim switch tackle take talk
    target taste teach tear tell test think threaten touch trace track train transfer transport travel treat
    trigger trust try turn understand unite upgrade upset use vary violate visit vote wait wake walk want warn
    wash watch wear weigh welcome win wish withdraw wonder work worry worsen write yield
    """
)
_PAST = _set(
    """
    ate became began begun bought broke broken brought built came caught chose chosen drank drawn drew driven
    drove drunk eaten fallen fell felt flew flown forgave forgiven forgot forgotten fought found gave given gone
    got gotten grew grown heard held kept knew known laid lain lay led left lost made meant met paid ran ridden
    risen rode rose said sang sank sat saw seen sent shaken shook shot shown slept sold sought spent spoke
    spoken stole stolen stood struck sung sunk swam swore sworn swum taken taught thought told took tore torn
    understood went woke woken won wore worn written wrote
    """
)
_NOUNS = _set(
    """
    answer attack attempt balance ban base benefit board break burn call care cause change charge check claim
    close control cook cost count cover cross cure cut damage dance deal delay demand design drink drop end
    escape estimate exercise export face fall fear feel fight find fire fish fix fly force form found fund gain
    grant guide harm help hit hold hope hunt impact import increase influence judge jump label lack land lapse
    last launch lead lie limit link list log look love market matter measure mention mind mix monitor move name
    need note notice object offer order park pass patrol place plan play point practice print profit promise
    protest push question rank reach read record release repair reply report request rest result return review
    ride rise risk rule run sail sample scan set shape share show sign sink sleep smoke speed split spread stand
    start state stem stick stop store stress strike struggle study supply support swim switch talk target taste
    test touch trace track train transfer transport travel treat trigger trust try turn upset use visit vote
    wait walk wash watch wear wish work worry yield
    """
)
ALSO_NOUNS = _NOUNS | frozenset(f"{verb}s" for verb in _NOUNS)
VERBS = frozenset(form for verb in BASES for form in _forms(verb)) | _PAST
_LIGHT = _set(
    """
    ask be become begin bring call change come do end exist feel find found get give go happen hear keep know
    let like look make mean need occur put react reply respond say see seem show start stop suggest take talk
    tell think try turn use want work
    """
)
LIGHT = frozenset(form for verb in _LIGHT for form in _forms(verb)) | _set(
    "became began came gave got had have kept knew made meant said saw thought told took went"
)
