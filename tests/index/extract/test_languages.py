import pytest

from index.extract.language import language_code, language_of


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("What did the minister say about the depot?", "en"),
        ("Where is the depot located?", "en"),
        ("How much does Norway spend on defence?", "en"),
        ("Was sagte der Minister über das Depot im Norden?", "de"),
        ("Wie viel gibt Norwegen für Verteidigung aus?", "de"),
        ("Qu'a dit le ministre sur le dépôt dans le nord ?", "fr"),
        ("¿Qué dijo el ministro sobre el depósito en el norte?", "es"),
        ("Che cosa ha detto il ministro sul deposito nel nord?", "it"),
        ("Ile Polska wydaje na obronność i dlaczego?", "pl"),
        ("Wat zei de minister over het depot in het noorden?", "nl"),
        ("Що сказав міністр про склад на півночі?", "uk"),
        ("Что сказал министр о складе, который ещё строится?", "ru"),
        ("Сколько тратит Польша на оборону?", "ru"),
        ("Τι είπε ο υπουργός για την αποθήκη;", "el"),
        ("国防部长谈到了仓库", "zh"),
        ("大臣は倉庫について何と言いましたか", "ja"),
        ("ماذا قال الوزير عن المستودع؟", "ar"),
    ],
)
def test_languages_are_told_from_a_question(text: str, language: str) -> None:
    assert language_of(text) == language


@pytest.mark.parametrize(
    "text", ["", "NATO 2025", "Narvik depot vehicles 300", "Rutte Den Haag", "1.3% 2%", "😀"]
)
def test_what_could_be_several_languages_is_none(text: str) -> None:
    assert language_of(text) is None


def test_a_foreign_word_does_not_change_the_language() -> None:
    assert (
        language_of("The talks were held in Brussels במסגרת the meeting of ministers, and they were good.")
        == "en"
    )


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("en", "en"),
        ("EN-us", "en"),
        ("pt_BR", "pt"),
        ("deu", "de"),
        ("German", "de"),
        ("xyzzy", None),
        (None, None),
    ],
)
def test_names_of_languages_become_codes(name: str | None, code: str | None) -> None:
    assert language_code(name) == code
