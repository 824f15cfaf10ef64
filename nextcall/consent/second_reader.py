"""A model of the operator's own that reads what the patterns let pass. It can add a stop; it can never clear one.

NEXTCALL_STOP_MODEL names a function, `package.module:function`: it takes the message and returns True where somebody
asks to be left alone, False or None where not. Only a plain True counts.
"""

import importlib
import os
from collections.abc import Callable
from functools import lru_cache
from threading import BoundedSemaphore, Thread
from time import perf_counter

from nextcall.consent.keywords import Meaning, came_on, classify
from nextcall.consent.wishes.plain import LONGEST, plain
from nextcall.consent.wishes.scope import scope_of

Model = Callable[[str], bool | None]

SECONDS = 3.0  # how long a message waits for the model; after that it means what the patterns say
AT_ONCE = 4  # calls under way; a model that hangs is not asked again until one of them returns

_under_way = BoundedSemaphore(AT_ONCE)


def understand(text: str, channel: str = "text", *, seconds: float = SECONDS) -> Meaning:
    """What the message means: as `classify` says, and held where the model sees a wish that the patterns did not.

    An opt-out is never shown to the model. Never raises: a model that fails, is slow or is not there changes nothing.
    """
    meaning = classify(text, channel)
    named = os.environ.get("NEXTCALL_STOP_MODEL", "")
    if meaning.verdict in ("opt_out", "hold") or not named or not _says_stop(named, text[:LONGEST], seconds):
        return meaning
    because = "the plugged-in model reads a wish to be left alone: a person should read it"
    return came_on(channel, text, Meaning("hold", scope_of(plain(text).text, ""), because))


def problem() -> str:
    """What is wrong with NEXTCALL_STOP_MODEL; "" where it is unset or can be asked."""
    named = os.environ.get("NEXTCALL_STOP_MODEL", "")
    try:
        if named:
            _load(named)
    except Exception as wrong:  # whatever its import does
        return f"{named!r} cannot be used: {type(wrong).__name__}: {wrong}"
    return ""


@lru_cache(maxsize=8)
def _load(named: str) -> Model:
    module, _, function = named.partition(":")
    found = getattr(importlib.import_module(module), function)
    if not callable(found):
        raise TypeError(f"{named} is no function")
    return found  # type: ignore[no-any-return]


def _says_stop(named: str, text: str, seconds: float) -> bool:
    """Whether the model answered True in time. The log names its failures, never the message."""
    if not _under_way.acquire(blocking=False):
        _log(f"{AT_ONCE} calls are under way, it was not asked")
        return False
    answers: list[object] = []
    started = perf_counter()
    thread = Thread(target=_ask, args=(named, text, answers), daemon=True, name="stop-model")
    try:
        thread.start()
    except RuntimeError as wrong:  # no thread to be had
        _under_way.release()
        _log(f"it could not be asked: {wrong}")
        return False
    thread.join(seconds)
    answer = answers[0] if answers else None
    if not answers:
        _log(f"it did not answer within {seconds:g} seconds")
    elif isinstance(answer, BaseException):
        _log(f"{type(answer).__name__} after {perf_counter() - started:.1f} seconds")
    elif answer is not None and not isinstance(answer, bool):
        _log(f"it answered {type(answer).__name__} instead of True, False or None")
    return answer is True


def _ask(named: str, text: str, answers: list[object]) -> None:
    try:
        answers.append(_load(named)(text))
    except BaseException as wrong:  # also SystemExit: nothing a model does may reach the engine
        answers.append(wrong)
    finally:
        _under_way.release()


def _log(what: str) -> None:
    import structlog  # 50 ms, and needed only for a model that fails

    structlog.get_logger("nextcall.stop_model").warning("the stop model added nothing", reason=what)
