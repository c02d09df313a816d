import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.understand.language import NAMES, question_language


@pytest.mark.parametrize(
    ("question", "language"),
    [
        ("Was hat Rutte über die Ukraine gesagt?", "de"),
        ("Wie viel gibt Polen für Verteidigung aus?", "de"),
        ("Wo liegt das JTAC-Zentrum?", "de"),
        ("Combien la Pologne dépense-t-elle pour la défense ?", "fr"),
        ("Qui dirige l'OTAN ?", "fr"),
        ("¿Quién es el secretario general de la OTAN?", "es"),
        ("cuanto gasta españa en defensa", "es"),
        ("Quanto spende l'Italia per la difesa?", "it"),
        ("Ile Polska wydaje na obronność?", "pl"),
        ("Hoeveel geeft Nederland uit aan defensie?", "nl"),
        ("O que disse Rutte sobre a Ucrânia?", "pt"),
        ("Що сказав Рютте про Україну?", "uk"),
        ("Сколько Польша тратит на оборону?", "ru"),
        ("Какво каза Рюте за Украйна?", "bg"),
        ("Rutte Ukrayna hakkında ne dedi?", "tr"),
        ("Cât cheltuie România pentru apărare?", "ro"),
        ("Co řekl Rutte o Ukrajině?", "cs"),
        ("Hur mycket lägger Sverige på försvaret?", "sv"),
        ("Kuinka paljon Suomi käyttää puolustukseen?", "fi"),
        ("Τι είπε ο Ρούτε για την Ουκρανία;", "el"),
        ("ماذا قال روته عن أوكرانيا؟", "ar"),
        ("מה אמר רוטה על אוקראינה?", "he"),
        ("吕特对乌克兰说了什么?", "zh"),
        ("ルッテはウクライナについて何と言いましたか?", "ja"),
        ("뤼터는 우크라이나에 대해 뭐라고 말했나요?", "ko"),
    ],
)
def test_another_language_is_recognised_in_a_short_question(question: str, language: str) -> None:
    assert question_language(question) == language
    assert language in NAMES


@pytest.mark.parametrize(
    "question",
    [
        "Who leads Die Linke?",
        "What did Der Spiegel say about the Bundeswehr?",
        "le pen macron debate",
        "What is La France Insoumise?",
        "de Gaulle and NATO",
        "Who is Ursula von der Leyen?",
        "What does НАТО mean?",
        "new start warhead limit each side",
        "waht did putin say abt UKR joining teh EU",
        "Does Türkiye's Erdoğan back Sweden?",
        "Łódź Poland base",
        "Is Macron's “économie de guerre” real?",
        "Zapad 2025",
        "",
        "12 %",
    ],
)
def test_english_with_foreign_names_stays_english(question: str) -> None:
    assert question_language(question) is None


@given(st.text(max_size=200))
def test_any_text_gets_a_known_language_or_none(text: str) -> None:
    assert question_language(text) in {None, *NAMES}
