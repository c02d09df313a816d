"""In what language a short question is put, where it is not English.

By script, and for Latin letters by function words, which even a short question has. English questions with
foreign names, keywords and typing errors must stay English: a language is named only on the evidence of
words that English has not.
"""

import re
import unicodedata

from retrieval.understand.wording import word_set

_NAMED = """
    ar Arabic be Belarusian bg Bulgarian cs Czech da Danish de German el Greek es Spanish et Estonian fa
    Persian fi Finnish fr French he Hebrew hi Hindi hr Croatian hu Hungarian hy Armenian it Italian ja
    Japanese ka Georgian ko Korean lt Lithuanian lv Latvian mk Macedonian nl Dutch no Norwegian pl
    Polish pt Portuguese ro Romanian ru Russian sk Slovak sl Slovene sr Serbian sv Swedish th Thai tr
    Turkish uk Ukrainian ur Urdu zh Chinese
"""
NAMES = dict(re.findall(r"(\w+)\s+(\w+)", _NAMED))
"""The English names of the languages that are recognised, by ISO 639-1 code."""

# Words that ask, join and point: none of them is English, and few are shared between two of these.
_WORDS: dict[str, str] = {
    "de": "was wer wen wem wessen wie wo wann warum wieso welche welcher welches welchen woher wohin "
        "wieviel und oder aber nicht kein keine ist sind "
    "wird wurde wurden werden haben hatte sein das der den dem des ein eine einen einer eines im zum zur "
    "von vom für über auf aus bei mit nach seit "
    "sagt sagte gesagt gibt gab es sich auch noch wenn dass daß als durch gegen ohne zwischen viel viele "
    "soll können kann hat bitte danke worüber liegt",
    "fr": "qui que quoi quel quelle quels quelles où quand comment pourquoi combien est sont était ont "
        "été le la les des du une et ou mais dans sur "
    "avec pour par sans vers chez au aux ce cette ces son sa ses leur leurs il elle ils elles nous vous "
    "ne pas plus selon depuis entre merci bonjour "
    "dit qu'est-ce c'est de à l'otan y-a-t-il a-t-il en",
    "es": "quién quien quiénes qué cuál cuáles cuándo cuando cómo dónde cuánto cuánta cuántos cuántas "
        "cuanto por el los las una unos unas y pero con "
    "sin para sobre entre desde hasta según es son fue fueron ha han está están del al que se su sus lo "
    "le les más muy también como dijo gracias hola "
    "de en la un otan qué",
    "it": "chi cosa che quale quali quando dove come perché perche quanto quanta quanti quante il lo gli "
        "una uno e ma con per tra fra di del della dei "
    "delle degli dello nel nella nei nelle sul sulla dal dalla al alla è sono stato stata ha hanno non "
    "più anche secondo ha detto grazie ciao si su la "
    "le i cos'è qual dell dall'italia",
    "pt": "quem qual quais quando onde como porque por quê quanto quanta quantos quantas o os as um uma "
        "uns umas e mas com sem para sobre entre desde até "
    "segundo é são foi foram tem têm está estão do da dos das no na nos nas ao à pelo pela que se seu sua "
    "não mais também disse em obrigado obrigada olá de "
    "otan",
    "nl": "wie wat waar wanneer waarom hoe hoeveel welke welk het een de en of maar niet geen zijn was "
        "waren wordt werd worden heeft hebben had van voor "
    "met naar bij uit over op in tot tussen sinds volgens zegt zei gezegd dat dit deze die ook nog al "
    "door tegen zonder er bedankt navo haar hun",
    "pl": "kto kogo komu co czego czemu jaki jaka jakie jakich kiedy gdzie jak dlaczego ile który która "
        "które których czy i oraz ale nie jest są był była "
    "było były będzie ma mają miał w we na do od z ze dla przez po przed o pod nad przy się to ten ta te "
    "tego tej tym powiedział powiedziała według "
    "dziękuję za",
    "cs": "kdo koho komu co čeho jaký jaká jaké kdy kde jak proč kolik který která které jsou je byl byla "
        "bylo byly bude má mají a ale ne není v ve na do "
    "od z ze pro přes po před o pod nad při se si to ten ta te toho této řekl řekla podle děkuji za",
    "sk": "kto koho komu čo čoho aký aká aké kedy kde ako prečo koľko ktorý ktorá ktoré sú je bol bola "
        "bolo boli bude má majú a ale nie v vo na do od z zo "
    "pre cez po pred o pri sa si to ten tá tie toho tejto povedal podľa ďakujem",
    "sv": "vem vad var när hur varför vilken vilket vilka hur mycket många och eller men inte är var "
        "varit har hade blir blev som att det den de ett en av "
    "på för med till från om över under mellan enligt sedan sade sa säger sagt tack också skulle kan "
    "kommer i",
    "da": "hvem hvad hvor hvornår hvordan hvorfor hvilken hvilket hvilke mange meget og eller men ikke er "
        "var har havde bliver blev som at det den de et en "
    "af på for med til fra om over mellem ifølge siden sagde siger sagt tak også skulle kan kommer i",
    "no": "hvem hva hvor når hvordan hvorfor hvilken hvilket hvilke mange mye og eller men ikke er var "
        "har hadde blir ble som at det den de et en ei av på "
    "for med til fra om over mellom ifølge siden sa sier sagt takk også skulle kan kommer i",
    "fi": "kuka kenen ketä mikä mitä missä mistä mihin milloin koska miten miksi kuinka paljon monta mikä "
        "mitkä ja tai mutta ei eivät on oli ovat olivat "
    "ole ollut että joka jotka se ne tämä nämä hän he suomi suomen naton sanoi mukaan kanssa vastaan "
    "kiitos onko myös",
    "hu": "ki kit mi mit mikor hol hogyan miért mennyi hány melyik és vagy de nem van volt voltak lesz "
        "hogy az egy ez ezek azok is meg szerint között "
    "után előtt mondta mondott köszönöm a magyar",
    "ro": "cine ce care când unde cum de câți câte cât câtă și sau dar nu este sunt era a fost au avea în "
        "la pe cu din pentru prin despre între după "
    "înainte spre către potrivit că se lui ei lor un o ale al ai mai spus zis mulțumesc",
    "tr": "kim kimi ne neden niçin nasıl nerede nereye ne zaman kaç hangi hangisi ve veya ama değil mi mı "
        "mu mü bir bu şu o da için ile göre sonra önce "
    "kadar olarak olan oldu olduğu dedi söyledi nato'nun türkiye'nin teşekkürler var yok nedir kimdir "
    "hakkında",
    "hr": "tko ko što šta kada gdje gde kako zašto koliko koji koja koje je su bio bila bilo bili će ima "
        "imaju i ili ali nije u na do od iz za s sa po pred "
    "o se to taj ta te rekao rekla prema hvala li da",
    "sl": "kdo kaj kdaj kje kako zakaj koliko kateri katera katero je so bil bila bilo bili bo ima imajo "
        "in ali pa ni v na do od iz za s z po pred o se to "
    "ta te tega rekel po hvala da kaj",
    "et": "kes mis kus millal kuidas miks kui palju milline millised ja või aga ei on oli olid et see "
        "need tema nad eesti ütles kohta vastu tänan ka mida",
    "lv": "kas kur kad kā kāpēc cik kurš kura kādi un vai bet nav ir bija ka tas tie viņš latvijas teica "
        "par no uz ar pie pēc paldies",
    "lt": "ką kas kur kada kaip kodėl kiek kuris kuri kokie ir ar bet ne yra buvo kad tas tie jis "
        "lietuvos sakė apie iš į su prie po ačiū",
}  # fmt: skip
# English words and names of the news that stand in the lists too; they prove nothing.
_ENGLISH = word_set("""
    a ad ai al ale all am an and ar are arm art as at au az bald be bet bez bi bit bo but by can case ce cik
    co come da das data de del dem den der des did die din dla do does due ei el en era et ez far fare fast
    fin for gang gas gdy go gut had has hat have he her here his hot how i im in into ir is it its iz ja kad
    kaj kas ki kind kur la last le les li lo los lui ma mai mail man mania me meg men mi mit more most my na
    ne ni nie no non not note nu o od of on one or ore our out over pa pan par para pas pe per plan plus po
    port pre president pro rat rather re rot s sa said sale se sea she si sie sin ski smo so some son stark
    ste su sur ta tag tai tak te ten that the their then there these they this ti tie to top tu ty u un
    under up us uz van var von w war was we were what when where which who why wie will with ye you z za ze
""")
_QUESTION_WORDS = re.compile(
    r"\b(?:what|who|whom|whose|which|when|where|why|how|the|does|did|is|are|was|were|has|have|had|will"
    r"|would|about|between|according|from|with|say|said|think|tell|much|many|of|to)\b",
    re.IGNORECASE,
)
_WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
_INDEX: dict[str, tuple[str, ...]] = {}
for _language, _list in _WORDS.items():
    for _word in dict.fromkeys(_list.split()):
        _INDEX[_word] = (*_INDEX.get(_word, ()), _language)

_UKRAINIAN = word_set("де й коли про та хто чому що як")
_BULGARIAN = word_set("е за защо какво кога кой колко къде ли са")
_SCRIPTS = {
    "GREEK": "el",
    "HEBREW": "he",
    "CJK": "zh",
    "HANGUL": "ko",
    "THAI": "th",
    "DEVANAGARI": "hi",
    "GEORGIAN": "ka",
    "ARMENIAN": "hy",
}
_OPENERS = {language: frozenset(words.split()[:13]) for language, words in _WORDS.items()}
"""The question words, which stand first in each list."""

_LETTERS = {
    "de": "äöüß",
    "fr": "éèêëçàâîïôûùœ",
    "es": "ñáéíóú¿¡",
    "it": "àèéìòù",
    "pt": "ãõçáâéêíóôú",
    "pl": "ąćęłńóśźż",
    "cs": "áčďéěíňóřšťúůýž",
    "sk": "áäčďéíĺľňóôŕšťúýž",
    "sv": "åäö",
    "da": "æøå",
    "no": "æøå",
    "fi": "äö",
    "hu": "áéíóöőúüű",
    "ro": "ăâîșşțţ",
    "tr": "çğıİöşü",
    "hr": "čćđšž",
    "sl": "čšž",
    "et": "äõöü",
    "lv": "āčēģīķļņšūž",
    "lt": "ąčęėįšųūž",
}


def question_language(text: str) -> str | None:
    """The ISO 639-1 code of the language of ``text``, None where it is English or cannot be told."""
    by_script = _by_script(text)
    if by_script:
        return by_script
    return _by_words(text) if _WORD.search(text) else None


def _by_script(text: str) -> str | None:
    """The language of a text whose letters are mostly of another script than ours."""
    if text.isascii():
        return None
    counts: dict[str, int] = {}
    letters = 0
    for char in text:
        if char.isalpha():
            letters += 1
            if char > "\u036f":
                script = _script(char)
                counts[script] = counts.get(script, 0) + (
                    2 if script in ("CJK", "HIRAGANA", "KATAKANA", "HANGUL") else 1
                )
    if not counts:
        return None
    script, count = max(counts.items(), key=lambda item: item[1])
    # A word in another script inside an English question ("what does НАТО mean") does not make it foreign.
    if count * 2 <= letters:
        return None
    lowered = text.lower()
    if script == "CYRILLIC":
        return _cyrillic(lowered)
    if script == "ARABIC":
        return "ur" if re.search("[ٹڈڑںے]", text) else "fa" if re.search("[پچژگی]", text) else "ar"
    if "HIRAGANA" in counts or "KATAKANA" in counts:
        return "ja"
    return _SCRIPTS.get(script)


def _script(char: str) -> str:
    return unicodedata.name(char, "?").partition(" ")[0]


def _cyrillic(text: str) -> str:
    """By letters that only some of these languages have, then by words."""
    words = set(_WORD.findall(text))
    if re.search("[ђћјљњџ]", text):
        return "mk" if re.search("[ѓќѕ]", text) else "sr"
    if "ў" in text:
        return "be"
    if re.search("[іїєґ]", text) or (words & _UKRAINIAN and not re.search("[ыэёъ]", text)):
        return "uk"
    bulgarian = words & _BULGARIAN and ("ъ" in text or "какво" in words)
    return "bg" if bulgarian and not re.search("[ыэё]", text) else "ru"


def _by_words(text: str) -> str | None:
    """The language of a text in Latin letters, by function words that English has not."""
    words = [word.replace("’", "'") for word in _WORD.findall(text.lower())]
    parts = [part for word in words for part in ((word, *word.split("'")) if "'" in word else (word,))]
    strong: dict[str, set[str]] = {}
    weak: dict[str, set[str]] = {}
    for part in parts:
        for language in _INDEX.get(part, ()):
            (weak if part in _ENGLISH else strong).setdefault(language, set()).add(part)
    if not strong:
        return None
    english = len(
        {word.lower() for word in _QUESTION_WORDS.findall(text)}
        - {"was", "to", "is", "has", "had", "of", "are", "will"}
    )
    lowered = text.lower()

    def score(language: str) -> float:
        special = any(char in _LETTERS.get(language, "") for char in lowered)
        opens = parts[0] in _OPENERS[language]
        return (
            len(strong[language])
            + (0.5 if opens else 0)
            + 0.4 * len(weak.get(language, ()))
            + (0.5 if special else 0)
        )

    best = max(strong, key=lambda language: (score(language), -list(_WORDS).index(language)))
    evidence, needed = score(best), 1.8 if len(parts) <= 12 else 2.5
    inverted = "¿" in text or "¡" in text
    if evidence + (1 if inverted else 0) < needed or evidence <= english * 1.2:
        return None
    # Of a long English question two foreign words are a title or a name.
    return best if evidence / max(len(parts), 1) >= 0.2 or inverted else None
