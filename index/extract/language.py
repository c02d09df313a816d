"""Which language a text or a question is in, from its script and its commonest words.

Made for saying that an answer in another language cannot be had: it would rather say nothing than be wrong.
The words are function words, which stand in nearly every sentence of their language; a word that several
languages share counts for each of them in part.
"""

import re
from collections import Counter

_WORDS = {
    "en": "the of and to in is was for that on with as are by at from it be this have has had not but his "
    "her they their which who what when where why how will would said were been he she we you does did do "
    "than there can about into after its or an if out could should may much many any some between during "
    "against",
    "de": "der die das und ist nicht ein eine einen einem einer den dem des mit auf für von im zu sich auch "
    "wird werden wurde hat haben war sind bei nach aus wie was wer wo wann warum über unter durch zum zur "
    "dass sagte oder aber noch nur sein seine kann als um vor gegen wieviel viel gibt welche welcher welches",
    "fr": "le la les des et est un une du dans que qui pour pas sur au aux avec par plus ce cette ces sont "
    "été ont il elle nous vous leur mais ou où quand comment pourquoi quel quelle combien être avait après "
    "selon entre dit dont aussi comme sans",
    "es": "el la los las de y en que es un una por con para del se no al lo como más pero sus su fue ha han "
    "son está qué quién cuándo dónde cómo cuánto cuál entre sobre según también dijo este esta hasta desde "
    "sin",
    "it": "il lo la gli le di e è che un una per con non del della dei delle nel nella al alla si sono ha "
    "hanno come più ma anche dal dalla sul sulla questo questa chi cosa quando dove perché quanto quale "
    "secondo tra fra stato degli ai",
    "pt": "o a os as de e em que é um uma para com não por do da dos das no na nos nas ao à se mais foi são "
    "como mas seu sua também quem quando onde quanto qual pelo pela entre sobre segundo até está",
    "nl": "de het een en van is dat in op te zijn voor met niet die aan er om ook als bij naar maar door "
    "over uit wordt worden heeft hebben was waren wat wie waar wanneer waarom hoe hoeveel dit deze zei nog "
    "tegen volgens",
    "pl": "i w na z do nie się że jest to o przez dla od jak po co ale są był była było oraz ma który która "
    "które kto kiedy gdzie dlaczego ile jako już tym tego czy przed za",
    "sv": "och att det som en på är av för med den till inte ett om har de var från vid hade kan ska eller "
    "vad vem när hur varför också efter mot sade",
    "da": "og at det som en på er af for med den til ikke et om har de var fra ved havde kan skal eller "
    "hvad hvem hvornår hvor hvordan hvorfor også efter mod sagde blev",
    "no": "og at det som en på er av for med den til ikke et om har de var fra ved hadde kan skal eller hva "
    "hvem når hvor hvordan hvorfor også etter mot sa ble",
    "fi": "ja on ei se että hän oli ovat mutta kun myös kuin joka mitä kuka missä milloin miksi miten tai "
    "sekä mukaan ole olla",
    "cs": "a v se na je že s z do o to jako za pro by ve ale jsou byl byla bylo který která které kdo kdy "
    "kde proč kolik podle také nebo už při není",
    "sk": "a v sa na je že s z do o to ako za pre by vo ale sú bol bola bolo ktorý ktorá ktoré kto kedy kde "
    "prečo koľko podľa tiež alebo už pri nie",
    "hu": "a az és hogy nem is egy van volt meg de ha mint csak már ki mi mikor hol miért hogyan mennyi "
    "szerint után vagy ez",
    "ro": "și în de la a cu pe că nu este un o din care pentru mai au fost sunt ce cine când unde cum cât "
    "prin după sau dar al ale lui",
    "tr": "ve bir bu da de için ile olarak çok daha ne kim nerede neden nasıl kaç olan gibi sonra kadar var "
    "ama değil en dedi",
    "hr": "i u je na se da su za od s a o kao što koji koja koje nije bi ali ili po iz će bio bila tko kada "
    "gdje zašto koliko prema nakon",
    "lt": "ir yra kad į su iš tai ne buvo per nuo kaip bet jis kas kur kada kodėl kiek po arba taip apie",
    "lv": "un ir ka uz ar no tas nav bija par kā bet viņš kas kur kad kāpēc cik pēc vai arī",
    "ru": "и в не на что как кто где когда сколько почему это был были также который по из от для при или "
    "если сказал с к за",
    "uk": "і в не на що як хто де коли скільки чому це був були також який по із від для при або "
    "якщо сказав з та за",
    "bg": "и в не на че как кой къде кога колко защо това беше също който по от за при или ако каза с са се",
    "et": "ja on et ei see oli mis kui ka ta kes kus millal miks kuidas või aga ning oma pärast",
}
_LANGUAGES: dict[str, tuple[str, ...]] = {}
"""The languages of each of these words."""
for _language, _listed in _WORDS.items():
    for _word in _listed.split():
        _LANGUAGES[_word] = (*_LANGUAGES.get(_word, ()), _language)

_SCRIPTS = (
    ("ja", re.compile(r"[\u3040-\u30ff]")),
    ("ko", re.compile(r"[\u1100-\u11ff\uac00-\ud7af]")),
    ("zh", re.compile(r"[\u4e00-\u9fff]")),
    ("el", re.compile(r"[\u0370-\u03ff\u1f00-\u1fff]")),
    ("he", re.compile(r"[\u0590-\u05ff]")),
    ("ka", re.compile(r"[\u10a0-\u10ff]")),
    ("hy", re.compile(r"[\u0530-\u058f]")),
    ("th", re.compile(r"[\u0e00-\u0e7f]")),
    ("hi", re.compile(r"[\u0900-\u097f]")),
    ("arabic", re.compile(r"[\u0600-\u06ff]")),
    ("cyrillic", re.compile(r"[\u0400-\u04ff]")),
)
_CYRILLIC = (("uk", "іїєґ"), ("ru", "ыэё"), ("sr", "јљњћђ"), ("mk", "ѓќѕ"), ("be", "ў"), ("bg", "щъ"))
_LATIN = re.compile(r"[a-zà-öø-ÿā-ɏ]")
_NOT_LATIN = re.compile(r"[\u0370-\u1e00\u1f00-\u1fff\u3040-\ud7af]")
_TOKEN = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")
_SAMPLE = 1500
_CODE = re.compile(r"([a-z]{2})(?:[-_@.].*)?")


def language_of(text: str) -> str | None:
    """The ISO 639-1 code of the language that ``text`` is in, or None where that is in doubt."""
    sample = text[:_SAMPLE].lower()
    others = len(_NOT_LATIN.findall(sample))
    if not others:
        return _by_words(sample)
    latin = len(_LATIN.findall(sample))
    if latin > others:
        return _by_words(sample)
    other = Counter({name: len(pattern.findall(sample)) for name, pattern in _SCRIPTS})
    if other["ja"] and other["zh"]:
        other["ja"] += other.pop("zh")
    script, count = other.most_common(1)[0]
    return _in_script(script, sample) if count >= 2 else None


def language_code(name: str | None) -> str | None:
    """The ISO 639-1 code in ``en``, ``en-US``, ``eng`` or ``English``; None where it is none of these."""
    bare = (name or "").strip().lower()
    if match := _CODE.fullmatch(bare):
        return match[1]
    if len(bare) < 3:
        return None
    import pycountry

    found = pycountry.languages.get(alpha_3=bare) or pycountry.languages.get(name=bare.capitalize())
    code = getattr(found, "alpha_2", None)
    return code if isinstance(code, str) else None


def _in_script(script: str, sample: str) -> str | None:
    if script == "arabic":
        return "fa" if re.search("[پچژگ]", sample) else "ar"
    if script != "cyrillic":
        return script
    counts = {language: sum(map(sample.count, letters)) for language, letters in _CYRILLIC}
    if counts["be"]:
        return "be"
    counts["uk"] *= 2 if not counts["ru"] else 1
    best = max(counts, key=lambda language: counts[language])
    return best if counts[best] >= 1 else _by_words(sample)


def _by_words(sample: str) -> str | None:
    scores: dict[str, float] = {}
    tokens = [token.replace("’", "'").partition("'")[0] for token in _TOKEN.findall(sample)]
    for token, count in Counter(tokens).items():
        languages = _LANGUAGES.get(token, ())
        for language in languages:
            scores[language] = scores.get(language, 0.0) + count / len(languages)
    if not scores:
        return None
    best = max(scores, key=lambda language: scores[language])
    most, second = scores[best], max((score for other, score in scores.items() if other != best), default=0.0)
    enough = most >= 1 and most >= 0.12 * len(tokens)
    return best if enough and most >= 1.6 * second else None
