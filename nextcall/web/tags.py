"""Template tags, available in every template."""

import hashlib
import re
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django import template
from django.conf import settings
from django.forms import BoundField
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from nextcall.web import welcome

register = template.Library()
STATIC = Path(__file__).parent / "static"


@lru_cache(maxsize=256)
def _stamped(path: str, changed: float) -> str:
    digest = hashlib.sha256(_file(path).read_bytes()).hexdigest()[:10]
    return f"/{settings.STATIC_URL.strip('/')}/{path}?v={digest}"


@register.simple_tag
def asset(path: str) -> str:
    """The address of a static file with the hash of its content, so that browsers may keep it for good."""
    return _stamped(path, _file(path).stat().st_mtime if settings.DEBUG else 0)


def _file(path: str) -> Path:
    return STATIC.joinpath(*path.split("/"))


@register.simple_tag
def icon(name: str) -> SafeString:
    """A decorative icon from the sprite; the word beside it, or the button's label, is what is read out."""
    return format_html('<svg class="i" aria-hidden="true"><use href="{}#{}"/></svg>', asset("icons.svg"), name)


@register.inclusion_tag("base/_field.html")
def field(bound: BoundField, css: str = "") -> dict[str, object]:
    """A labelled form field with its hint and what is wrong with it, tied together for assistive tech."""
    widget = bound.field.widget
    kind = "check" if getattr(widget, "input_type", "") == "checkbox" else "field"
    parts = {"hint": bound.help_text, "wrong": bound.errors}
    described = [f"{bound.id_for_label}_{part}" for part, there in parts.items() if there]
    attributes: dict[str, str | bool] = {"class": _css_of(bound, css)} if kind == "field" else {}
    if described:
        attributes["aria-describedby"] = " ".join(described)
    if bound.errors:
        attributes["aria-invalid"] = "true"
    return {"bound": bound, "kind": kind, "control": bound.as_widget(attrs=attributes)}


def _css_of(bound: BoundField, extra: str) -> str:
    kind = getattr(bound.field.widget, "input_type", "area")
    return f"{ {'select': 'select', 'area': 'area', 'file': 'file'}.get(kind, 'input') } {extra}".strip()


@register.simple_tag
def sources(written: str) -> SafeString:
    """Where a rule is written: addresses become links, anything else stays words."""
    parts = [part.strip() for part in re.split(r";|\s(?=https?://)", written) if part.strip()]
    links = [
        format_html(
            '<a href="{}" rel="noreferrer noopener" target="_blank">{}</a>', part, urlsplit(part).hostname or part
        )
        if part.startswith(("https://", "http://"))
        else format_html("{}", part)
        for part in parts
    ]
    return format_html_join(", ", "{}", ((link,) for link in links))


@register.inclusion_tag("welcome/_pointer.html", takes_context=True)
def pointer(context: dict[str, Any]) -> dict[str, object]:
    """The one word of help on the first card, until the first outcome."""
    member = context.get("member")
    return {"pointer": bool(member and welcome.shows_pointer(member))}
