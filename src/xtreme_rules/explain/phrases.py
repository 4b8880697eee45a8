"""The library's own words, in both languages. What a rulebook says stands in its rule files, not here."""

from xtreme_rules.errors import unknown_name
from xtreme_rules.language.template import LANGUAGES

_PHRASES: dict[str, dict[str, str]] = {
    "granted": {"nl": "TOEGEKEND", "en": "GRANTED"},
    "denied": {"nl": "AFGEWEZEN", "en": "DENIED"},
    "needs_information": {"nl": "MEER INFORMATIE NODIG", "en": "NEEDS INFORMATION"},
    "breached": {"nl": "TE LAAT", "en": "BREACHED"},
    "at_risk": {"nl": "DREIGT TE LAAT", "en": "AT RISK"},
    "safe": {"nl": "OP TIJD", "en": "SAFE"},
    "paused": {"nl": "WACHT OP DE KLANT", "en": "WAITING FOR THE CUSTOMER"},
    "never": {"nl": "GEEN UITERSTE REACTIE", "en": "NO DEADLINE"},
    "not_covered": {"nl": "NIET GEDEKT", "en": "NOT COVERED"},
    "answered": {"nl": "BEANTWOORD", "en": "ANSWERED"},
    "answered_late": {"nl": "TE LAAT BEANTWOORD", "en": "ANSWERED LATE"},
    "not_decided": {"nl": "NIET BESLIST", "en": "NOT DECIDED"},
    "incident": {"nl": "Melding", "en": "Incident"},
    "contract": {"nl": "Contract", "en": "Contract"},
    "deadline": {"nl": "Reactie", "en": "Response"},
    "covered-by": {"nl": "Waardoor gedekt", "en": "What covers it"},
    "order": {"nl": "Plaats in de volgorde", "en": "Place in the order"},
    "within": {"nl": "Responstijd", "en": "Response time"},
    "respond-by": {"nl": "Reageren uiterlijk", "en": "Respond by"},
    "paused-since": {"nl": "Wacht op de klant sinds", "en": "Waits for the customer since"},
    "used": {"nl": "Verbruikt", "en": "Used"},
    "overdue": {"nl": "Overschreden met", "en": "Over by"},
    "remaining": {"nl": "Resteert", "en": "Remaining"},
    "warning": {"nl": "Waarschuwing bij", "en": "Warning at"},
    "never-open": {
        "nl": "De responstijd loopt nooit af: er is geen dekking meer",
        "en": "The response time never ends: nothing covers it any more",
    },
    "now": {"nl": "nu", "en": "now"},
    "from-when": {"nl": "vanaf", "en": "from"},
    "standing": {"nl": "Stand", "en": "Standing"},
    "stands-still": {"nl": "staat stil", "en": "paused"},
    "more": {"nl": "meer", "en": "more"},
    "closed": {"nl": "afgesloten", "en": "closed"},
    "not-yet": {"nl": "nog niet ingediend", "en": "not submitted yet"},
    "in-queue": {"nl": "te behandelen", "en": "in the queue"},
    "bad-rows": {"nl": "Rijen die niet te lezen zijn", "en": "Rows that could not be read"},
    "until": {"nl": "tot", "en": "until"},
    "required": {"nl": "vereist", "en": "required"},
    "weekend-booked": {"nl": "geboekt", "en": "booked"},
    "weekend-granted": {"nl": "mogelijk", "en": "possible"},
    "weekend-needs_information": {
        "nl": "mogelijk, er ontbreken nog gegevens",
        "en": "possible, facts are still missing",
    },
    "weekend-denied": {"nl": "niet mogelijk", "en": "not possible"},
    "before": {"nl": "gaat voor", "en": "comes before"},
    "queue": {"nl": "Volgorde van behandeling", "en": "Queue"},
    "why": {"nl": "Waarom", "en": "Why"},
    "why-not": {"nl": "Waarom niet", "en": "Why not"},
    "granted-from": {"nl": "Vanaf wanneer wel", "en": "From when it would be granted"},
    "open": {"nl": "Nog open", "en": "Still open"},
    "remedies": {"nl": "Wanneer wel", "en": "What would grant it"},
    "no-later-than": {"nl": "uiterlijk", "en": "no later than"},
    "no-sooner-than": {"nl": "op zijn vroegst", "en": "no sooner than"},
    "in-order": {"nl": "Wel in orde", "en": "In order"},
    "ask": {"nl": "Wat nog ontbreekt", "en": "What is missing"},
    "obligations": {"nl": "Wat erbij hoort", "en": "What comes with it"},
    "promise": {"nl": "Wat de optie inhoudt", "en": "What the option is"},
    "clause": {"nl": "bepaling", "en": "clause"},
    "assumption": {"nl": "aanname", "en": "assumption"},
    "assumptions": {"nl": "Waar dit op berust", "en": "What this rests on"},
    "rulebook": {"nl": "Regelboek", "en": "Rulebook"},
    "from": {"nl": "geldig vanaf", "en": "in effect from"},
    "overlays": {"nl": "met wijzigingen uit", "en": "with changes from"},
    "option": {"nl": "Optie", "en": "Option"},
    "outcome": {"nl": "Uitkomst", "en": "Outcome"},
    "why-or-missing": {"nl": "Waarom niet, of wat ontbreekt", "en": "Why not, or what is missing"},
    "first": {"nl": "eerste", "en": "first"},
    "of": {"nl": "van", "en": "of"},
    "rows": {"nl": "rijen", "en": "rows"},
    "yes": {"nl": "ja", "en": "yes"},
    "no": {"nl": "nee", "en": "no"},
    "and": {"nl": "en", "en": "and"},
    "holiday": {"nl": "een feestdag", "en": "a public holiday"},
    "none": {"nl": "geen", "en": "none"},
    "not-met": {"nl": "Niet voldaan", "en": "Not met"},
    "not-known": {"nl": "Nog na te gaan", "en": "To be established"},
    "unknown": {"nl": "onbekend", "en": "unknown"},
    "day": {"nl": "dag", "en": "day"},
    "days": {"nl": "dagen", "en": "days"},
    "hour": {"nl": "uur", "en": "h"},
    "minute": {"nl": "min", "en": "min"},
    "at": {"nl": "om", "en": "at"},
    "clock": {"nl": " uur", "en": ""},
}

WEEKDAYS = {
    "nl": ("maandag", "dinsdag", "woensdag", "donderdag", "vrijdag", "zaterdag", "zondag"),
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
}
MONTHS = {
    "nl": [
        "januari",
        "februari",
        "maart",
        "april",
        "mei",
        "juni",
        "juli",
        "augustus",
        "september",
        "oktober",
        "november",
        "december",
    ],
    "en": [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ],
}


def phrase(key: str, lang: str) -> str:
    """One of the library's own phrases."""
    return _PHRASES[key][lang]


def checked_language(lang: str) -> str:
    """``lang``, if it is a language that texts are written in.

    Raises:
        UnknownNameError: it is not.
    """
    if lang not in LANGUAGES:
        raise unknown_name("language", lang, LANGUAGES)
    return lang
