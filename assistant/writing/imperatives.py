"""Sentences that tell their readers to do something, by the verb that they open with: "Press the button"."""

from __future__ import annotations

import re

_VERBS = "|".join(
    """
    accept access acknowledge act activate add address adjust admit adopt advise agree align allow analy[sz]e
    announce answer append apply appoint approve arrange ask assemble assign assume attach augment authori[sz]e
    avoid back bake be beware bind book break bring build buy calculate call cancel capture carry cast catch change
    charge check choose claim clean clear click climb close collect combine come comment compare complete comply
    compose compute confirm connect consider consult contact continue convert convince cook copy correct count cover
    create cut deactivate decide declare decrease define delete deliver demand deny deposit describe design destroy
    detach determine develop direct disable discard disclose disconnect display distribute divide do donate download
    draft draw drink drive drop dry eat edit emphasi[sz]e employ empty enable encourage end enhance enjoy ensure
    enter erase escape establish estimate examine exclude execute exit expect explain explore export express extend
    fasten fetch file fill find finish fit fix fold follow force forward gather generate get give go grab grant
    greet group guess guide halt hand handle help hide highlight hint hold identify ignore imagine implement import
    improve include increase inform inject insert inspect install integrate introduce invite join jumble jump keep
    know label launch lead learn leave let lift limit link listen load locate lock look lower mail maintain make
    mark match measure mention mind mix modify monitor mount move multiply name note notify obey observe obtain
    offer omit open order organi[sz]e pack paint pass paste pause pay perform pick place plan play plug point post
    pour practice practise praise prefer prepare present preserve press prevent print proceed process produce
    promise promote propose protect prove provide publish pull purchase push put quit quote raise reach read recall
    receive recommend record recover reduce refer refuse register reject release remember remind remove rename
    render repair repeat replace reply report request require reset resist respect respond rest restart restore
    return reveal review rinse rotate run save say scan schedule scroll search seek select sell send serve set shake
    share show shut sign sit skip solve sort speak specify spend spread stand start state stay stir stop store
    stress submit substitute subtract suggest supply support suppose swap sweep switch take talk tap teach tear
    tease tell test thank think throw tie touch trace train transfer translate travel treat try turn type understand
    undo unfold uninstall unlock unplug unscrew update upgrade upload urge use utili[sz]e verify view visit vote
    wait wake walk warn wash watch wear weigh welcome wipe wish withdraw work wrap write
    """.split()
)
_OPENINGS = (
    "please|now|also|then|and|but|so|first|next|finally|important|note|attention|kindly|always|never|only|just|instead"
    "|do not|don['’]t"
)
_TELLS = re.compile(
    rf"^\W*(?:\d+[.)]\s*)?(?:(?:{_OPENINGS})\b\W*)*(?:{_VERBS})(?=\s)"
    r"(?!\s+(?:is|are|was|were|has|have|had|will|can|could|may|might|would|of)\b)",
    re.IGNORECASE,
)


def tells_to_do(text: str) -> bool:
    """Whether a sentence opens as an instruction does. A noun that looks like a verb may be taken for one."""
    return bool(_TELLS.search(text))
