"""assistant/writing/language.py: an answer in another language than the question's is seen, and nothing else is taken for one."""

from __future__ import annotations

import pytest

from assistant.writing.language import differ, language

TEXTS = {
    "en": "The declaration was signed in Moscow and it is still in force.",
    "de": "Die Erklärung wurde in Moskau unterzeichnet und ist noch in Kraft.",
    "fr": "La déclaration a été signée à Moscou et elle est toujours en vigueur.",
    "es": "La declaración se firmó en Moscú y todavía está en vigor para los dos.",
    "ru": "Декларация была подписана в Москве и ещё действует.",
    "ja": "宣言はモスクワで署名され、今も有効である。",
    "zh": "宣言在莫斯科签署，至今有效。",
    "ar": "تم توقيع الإعلان في موسكو ولا يزال ساريا.",
    "hi": "घोषणा पर मास्को में हस्ताक्षर किए गए थे।",
    "ko": "선언은 모스크바에서 서명되었고 아직 유효하다.",
}


@pytest.mark.parametrize("one", TEXTS)
@pytest.mark.parametrize("other", TEXTS)
def test_languages_differ(one: str, other: str) -> None:
    """Two whole sentences differ exactly if their languages do."""
    assert differ(TEXTS[one], TEXTS[other]) is (one != other)


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("Who signed?", "Nikolai Bulganin, Dmitri Shepilov."),
        ("What is 北方領土 in English, and where is it?", "It is the Northern Territories."),
        ("Why?", "Weil beide Seiten die Inseln beanspruchen und keine nachgibt."),
        ("Kunashir area?", "1,489 sq. km"),
        ("Was ist Kunashir und wo liegt es?", "Kunashir: 1489 km²"),
        ("", ""),
    ],
)
def test_little_text_says_nothing(question: str, answer: str) -> None:
    """Names, numbers and short texts are in no other language."""
    assert not differ(question, answer)


@pytest.mark.parametrize(
    ("question", "name"),
    [
        ("Where do seals sleep?", "en"),
        ("Who signed the treaty?", "en"),
        ("Wo schlafen die Robben?", "de"),
        ("Où dorment les phoques ?", "fr"),
        ("¿Dónde duermen las focas?", "es"),
        ("Kunashir Iturup Shikotan Habomai", ""),
        ("Vladimir Putin, Shinzo Abe", ""),
    ],
)
def test_short_questions(question: str, name: str) -> None:
    """Questions of a few words are in their language; names alone are in none."""
    found = language(question)
    assert found is not None
    assert found.name == name


def test_too_little() -> None:
    """Of a few letters nothing is said."""
    assert language("Oh") is None
    assert language("123 456 789 000") is None
