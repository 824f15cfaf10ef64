"""What an inbound message means for our permission to write and call. Pure; three tiers, none of them a model.

The error is one-sided: a missed stop is a legal event, a false one a lost message. What leaves a doubt is held.
"""

import re
from dataclasses import dataclass, replace
from typing import Literal

from nextcall.consent.wishes import english, french, spanish
from nextcall.consent.wishes.plain import Plain, distance, plain
from nextcall.consent.wishes.scope import scope_of

Verdict = Literal["opt_out", "hold", "opt_in", "help", "auto_reply", "reply"]


@dataclass(frozen=True, slots=True)
class Meaning:
    """`scope`: what an opt-out or a hold is about, of text, call and email. `because` says it in words.

    A wrong number has "wrong number" in `because`: it concerns the number, for everybody reached on it.
    """

    verdict: Verdict
    scope: tuple[str, ...] = ()
    because: str = ""


# Words that are a stop when the whole message is one: FCC list, gateways' lists, and their Spanish and French cousins.
STOP_WORDS = frozenset(
    "stop stopall unsubscribe cancel end quit revoke optout remove td arret arreter arretez arrete desabonner desabonnement "
    "desinscrire desinscription resilier alto parar pare paren para baja cancelar cancela cancele cancelen detener detente detengase detenganse deten terminar "
    "basta desuscribir desuscribirme eliminar borrar quitar remover unsub cease desist annuler retirer stopped stops unsubscribed "
    "stoptext stoptexts stopcall stopcalls stopit stopnow stoppls stopplease donotcall dnc halt discontinue delete spam fin stahp stawp staph stop2end stop2quit".split()
)
HELP_WORDS = frozenset("help info ayuda aide hilfe informacion aider".split())
START_WORDS = frozenset("start unstop subscribe resubscribe optin restart reanudar iniciar suscribir suscribirme reprendre resume unpause".split())
_POLITE = frozenset(
    "please pls plz plez thanks thank you thx ty ok okay k yes no hi hello hey now just kindly sir maam guys por favor porfa porfavor "
    "gracias svp stp sil vous te plait merci i l s il si oui non ya already immediately asap bye sorry man bro dude yo um and y et texts "
    "text txt messages message sms me it this that all them everything from to we us guy lady team folks nextcall numero 2 u".split()
)
_REAL_WORDS = frozenset(
    "top shop stoop strop atop step slop stow stomp spot stock store storm story tops pots shot soup sold stay "
    "and send bend lend mend tend vend fend rend enda ends eend ned den quiet quite quilt suit quin quid "
    "cancer pars part pari park bare care dare fare mare rare ware pane page pale pave para paro paris card "
    "alta auto also halt salt malt baja bajo caja raja haja faja hola pero para removed remote remodel spa span spat "
    "star stars stat state smart info inf into helm kelp yelp helpful held heap start started art tart fit find fine final "
    "ends dnd tv td tdd dec d basic basta pasta vasta fin finn fun fan fix arrest carrot".split()
)

_AUTO = re.compile(
    r"\b(?:out of (?:the )?office|ooo|automatic reply|auto ?-?reply|autoreply|auto ?-?response|automated (?:response|reply|message|system)|"
    r"this is an auto\w*|do not disturb while driving|not receiving notifications|currently (?:away|out|driving|on (?:vacation|leave|holiday|pto))|"
    r"(?:im|i am) (?:currently )?driving(?: right now| with| and will| , (?:ill|i will)| - )|im driving\b.*\b(?:get back|later|sent from)|"
    r"on (?:annual|parental|maternity|paternity|sick|medical) leave|(?:mailbox|inbox|email address|line|number) is (?:not|no longer|un) ?monitored|unmonitored (?:mailbox|inbox)|"
    r"(?:please )?do not reply to this (?:email|message)|no longer (?:with|works? (?:at|for)|employed)|limited access to (?:my )?email|"
    r"thank you for (?:contacting|reaching out to|your (?:message|email|inquiry) to|messaging|texting|calling)\b.*\b(?:we|our|will|shortly|hours|soon)|thanks for (?:contacting|texting|messaging|calling)\b.*\b(?:we|our|shortly|hours)|"
    r"we have received your (?:message|email|request|inquiry)|your (?:message|request|ticket|email) has been received|will (?:respond|reply|get back to you) (?:when i return|upon my return|as soon as i return|within \d+)|"
    r"when i (?:am back|return|get back) (?:to|in|from) the office|fuera de (?:la )?oficina|respuesta automatica|mensaje automatico|estoy (?:conduciendo|manejando)\b.*\b(?:llam|respond|contest|luego|despues)|"
    r"de vacaciones hasta|reponse automatique|message automatique|absente? du bureau|je suis (?:actuellement )?(?:absente?|en conge|en vacances)|"
    r"this is google assistant|call screening|the (?:person|customer|subscriber) you are (?:calling|trying)|ticket #|case number)\b"
)
_INSTRUCTION = re.compile(
    r"\b(?:reply|text|txt|send|responda|envie|repondez|envoyez|responder|type)(?: back)?(?: with)? (?:the word )?(?:stop|end|quit|cancel|help|baja|alto|arret|unsubscribe)(?: \d+)? (?:to|for|if|2|and|at any|at anytime|para|pour|or help)\b[^.?,]*"
)
_BANTER = re.compile(
    r"\b(?:lol|lmao|rofl|ha(?:ha)+h?|hehe|jaja\w*|jeje\w*|mdr|omg|had me at|gorgeous|beautiful|unreal|amazing|stunning|dreamy|drool\w*|"
    r"love (?:it|this|that|the)|so (?:cute|pretty|nice|good)|too good|obsessed|in love|best \w+|wow|perfect|cute|incredible|no way|really)\b"
)
_NOT_NOW = ("asks not to be contacted", "pide que no lo contactemos", "demande de ne plus le contacter")
_LONG_SLIP = re.compile(r"\b[uoim][mn][a-z]{6,13}\b")
_FOR_NOW = re.compile(
    r"\b(?:today|tonight|tomorrow|right now|this (?:week|morning|afternoon|evening)|driving|in a meeting|busy|at work|before|after|until|yet|"
    r"hoy|manana|ahora|trabajando|manejando|aujourd hui|demain|maintenant|ce soir)\b"
)
_FOR_GOOD = re.compile(r"\b(?:again|anymore|any more|ever|never|stop|mas|nunca|jamais|plus|list|registry|remove|delete)\b")
_LANGUAGES = (english, spanish, french)
_BENIGN = tuple(re.compile(pattern) for language in _LANGUAGES for pattern in language.BENIGN)
_OPT_OUT = tuple((re.compile(pattern), says) for language in _LANGUAGES for pattern, says in language.OPT_OUT)
_DOUBT = tuple(re.compile(pattern) for language in _LANGUAGES for pattern in language.DOUBT)


def classify(text: str) -> Meaning:
    """What the message means. Never raises; an empty message is a reply that says nothing."""
    message = plain(text)
    if _LONG_SLIP.search(message.text):
        message = replace(message, text=_LONG_SLIP.sub(_mend, message.text))
    whole = _whole(message)
    if whole:
        return whole
    body = _INSTRUCTION.sub(" ~ ", message.text)
    quiet = body
    for pattern in _BENIGN:
        quiet = pattern.sub(" ~ ", quiet)
    sentences = [" ".join(s.split()) for s in quiet.split(" . ")]
    found = _phrase(sentences)
    if _AUTO.search(body) and not (found and len(message.words) < 12 and "wrong" not in found[1]):
        return Meaning("auto_reply", (), "an automatic reply")
    if found and found[1] in _NOT_NOW and any(
        found[0] in s and _FOR_NOW.search(s) and not _FOR_GOOD.search(s) for s in sentences
    ):
        return Meaning("hold", scope_of(body, found[1]), "not now, or not at all: a person should read it")
    laughing = message.laughs or _BANTER.search(message.text)
    if found and laughing and _is_teasing(found[0]):
        return Meaning("hold", scope_of(message.text, found[1]), "stop in jest, or not: a person should read it")
    if found:
        return Meaning("opt_out", scope_of(body, found[1]), found[1])
    if message.shows_stop_sign:
        return Meaning("opt_out" if len(message.words) <= 4 else "hold", scope_of(body, ""), "shows a stop sign")
    doubt = next((m for s in sentences for p in _DOUBT if (m := p.search(s))), None)
    if doubt:
        return Meaning("hold", scope_of(body, ""), f'"{doubt[0].strip()}" leaves a doubt: a person should read it')
    return Meaning("reply", (), "they answered")


def _mend(match: re.Match[str]) -> str:
    word = match[0]
    return "unsubscribe" if distance(word, "unsubscribe", 3) <= 3 or distance(word, "unsubscribing", 3) <= 3 else word


def _whole(message: Plain) -> Meaning | None:
    """Tier 1: the message is a keyword, give or take politeness and a typing slip."""
    words = message.words
    if not words:
        return Meaning("opt_out", ("text",), "a stop sign") if message.shows_stop_sign else Meaning("reply", (), "no words")
    core = [word for word in words if word not in _POLITE]
    if not core or len(words) > 8:
        return None
    asks = "?" in message.text
    if set(core) <= STOP_WORDS and not (asks and len(words) > 2):
        return Meaning("opt_out", scope_of(message.text, "keyword"), f'the keyword "{core[0]}"')
    if set(core) <= HELP_WORDS and len(words) <= 3:
        return Meaning("help", (), f'the keyword "{core[0]}"')
    if set(core) <= START_WORDS and len(words) <= 3:
        return Meaning("opt_in", ("text",), f'the keyword "{core[0]}"')
    if len(core) == 1 and len(words) <= 4:
        return _slip(core[0], len(words))
    return None


def _slip(word: str, length: int) -> Meaning | None:
    """A keyword with a typing slip. Two letters wrong are forgiven in a long one."""
    if word in _REAL_WORDS or not word.isalpha():
        return None
    for keyword in ("stop", "stopall", "unsubscribe", "unsubscribed", "cancel", "optout", "remove", "revoke", "desabonner", "cancelar", "arreter"):
        most = 0 if abs(len(word) - len(keyword)) > 3 else 3 if len(keyword) > 8 else 1
        if most and distance(word, keyword, most) <= most:
            certain = len(word) >= len(keyword) or len(keyword) > 6
            return Meaning("opt_out" if certain else "hold", ("text",), f'"{word}", a slip for "{keyword}"')
    return None


def _phrase(sentences: list[str]) -> tuple[str, str] | None:
    """Tier 2: the words that ask for it, and which wish they are. A complaint or a wrong number speaks first."""
    found = [(match[0], says) for s in sentences for pattern, says in _OPT_OUT if (match := pattern.search(s))]
    first = [one for one in found if one[1].startswith(("wrong", "complains", "threatens", "repeats", "denies"))]
    return (first or found or [None])[0]


def _is_teasing(words: str) -> bool:
    """Whether the only sign is a bare "stop" or "quit it", which friends say laughing."""
    return bool(re.fullmatch(r"(?:ok |just |please |omg |and |no |so |but )?(?:stop|quit|stop it|quit it|shut up|shut the|get out|enough|go away|basta|para ya|quit that|stop that|stop this)\W*", words.strip()))
