"""The words that numbers are written with: cardinals, ordinals, magnitudes, months, currencies, measures."""

from typing import Final


def _by_alias(listed: dict[str, str]) -> dict[str, str]:
    return {alias: name for name, aliases in listed.items() for alias in aliases.split(", ")}


def _valued(words: str, first: int = 0, step: int = 1) -> dict[str, int]:
    return {word: first + step * at for at, word in enumerate(words.split())}


_UNITS: Final = _valued(
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen"
    " seventeen eighteen nineteen"
)
_TENS: Final = _valued("twenty thirty forty fifty sixty seventy eighty ninety", 20, 10)
CARDINALS: Final = frozenset(_UNITS) | frozenset(_TENS)
ORDINALS: Final = {
    **_valued(
        "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth"
        " fourteenth fifteenth sixteenth seventeenth eighteenth nineteenth",
        1,
    ),
    **_valued(
        "twentieth thirtieth fortieth fiftieth sixtieth seventieth eightieth ninetieth hundredth", 20, 10
    ),
}
FRACTIONS: Final = {
    "halve": 2,
    "quarter": 4,
    **_valued("third fourth fifth sixth seventh eighth ninth tenth", 3),
}
MAGNITUDES: Final = {
    "dozen": 12.0,
    "hundred": 1e2,
    "thousand": 1e3,
    "lakh": 1e5,
    **dict.fromkeys(("million", "mln", "mn"), 1e6),
    "crore": 1e7,
    **dict.fromkeys(("billion", "bln", "bn"), 1e9),
    **dict.fromkeys(("trillion", "trn", "tn"), 1e12),
}
MONTHS: Final = tuple(
    _valued("january february march april may june july august september october november december")
)
SYMBOLS: Final = _by_alias(
    {
        "USD": "$, US$",
        "CAD": "C$, CA$",
        "AUD": "A$, AU$",
        "NZD": "NZ$",
        "HKD": "HK$",
        "SGD": "S$",
        "BRL": "R$",
        "TWD": "NT$",
        "EUR": "€",
        "GBP": "£",
        "JPY": "¥",
        "UAH": "₴",
        "RUB": "₽",
        "TRY": "₺",
        "INR": "₹",
        "KRW": "₩",
        "ILS": "₪",
        "PLN": "zł",
    }
)
"""Signs that stand before or after an amount, and the ISO 4217 code of what they mean."""
CURRENCIES: Final = frozenset(SYMBOLS.values()) | frozenset(
    _valued("CNY CHF SEK NOK DKK CZK HUF RON BGN ISK RSD ZAR")
)
CURRENCY_WORDS: Final = _by_alias(
    {
        "USD": "dollar, us dollar, u.s. dollar, american dollar",
        "EUR": "euro",
        "GBP": "pound, pound sterling",
        "CAD": "canadian dollar",
        "AUD": "australian dollar",
        "JPY": "yen",
        "CNY": "yuan, renminbi",
        "CHF": "swiss franc",
        "SEK": "krona, kronor, swedish krona, swedish kronor",
        "NOK": "norwegian krone, norwegian kroner, norwegian crown",
        "DKK": "danish krone, danish kroner, danish crown",
        "PLN": "zloty, zlotys",
        "UAH": "hryvnia",
        "RUB": "rouble, ruble",
        "INR": "rupee",
        "TRY": "lira",
        "ILS": "shekel",
        "HUF": "forint",
        "RON": "leu, lei",
        "CZK": "koruna, czech crown",
    }
)
MEASURES: Final = _by_alias(
    {
        "km": "km, kilometre, kilometer",
        "m": "metre, meter",
        "cm": "cm, centimetre, centimeter",
        "mm": "mm, millimetre, millimeter",
        "mile": "mile, mi",
        "nautical mile": "nautical mile",
        "foot": "foot, feet, ft",
        "inch": "inch, inche",
        "yard": "yard",
        "acre": "acre",
        "hectare": "hectare",
        "sq km": "sq km, square kilometre, square kilometer",
        "sq mile": "sq mile, square mile",
        "kg": "kg, kilogram, kilo",
        "gram": "gram",
        "tonne": "tonne, metric ton",
        "ton": "ton",
        "lb": "lb",
        "litre": "litre, liter",
        "gallon": "gallon",
        "barrel": "barrel",
        "year": "year, yr",
        "month": "month",
        "week": "week",
        "day": "day",
        "hour": "hour, hr",
        "minute": "minute",
        "second": "second",
        "knot": "knot",
        "mph": "mph",
        "km/h": "km/h, kph, kmh",
        "mw": "mw, megawatt",
        "gw": "gw, gigawatt",
        "degree": "degree, °",
        "°c": "°c, degrees celsius",
        "°f": "°f, degrees fahrenheit",
        "basis point": "basis point",
        "point": "point",
    }
)


def cardinal(words: list[str]) -> float | None:
    """The value of a number in lower-case words (``two hundred and five``); None if they are none."""
    total, group, shown = 0.0, 0.0, False
    last = ""
    for word in words:
        if word == "and":
            continue
        if word in ("a", "an"):
            group, shown = 1.0, True
        elif word in _UNITS:
            if last in _UNITS or (last in _TENS and not 0 < _UNITS[word] < 10):
                return None
            group, shown = group + _UNITS[word], True
        elif word in _TENS:
            if last in _UNITS or last in _TENS:
                return None
            group, shown = group + _TENS[word], True
        elif word in ("hundred", "dozen"):
            group, shown = (group if shown else 1.0) * MAGNITUDES[word], True
        elif word in MAGNITUDES:
            total, group, shown = total + (group if shown else 1.0) * MAGNITUDES[word], 0.0, False
        else:
            return None
        last = word
    return total + group
