"""Only what they wrote now is shown; the rest is folded, and nothing is lost."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nextcall.channels.inbound.html_text import text_of
from nextcall.channels.inbound.new_words import split

# ruff: noqa: E501
ANSWERS = {
    "Gmail": "Saturday works.\n\nOn Tue, Nov 24, 2026 at 7:55 AM Ann Reyes <ann@harbor.example> wrote:\n\n> Hi Hazel,\n> are you free?",
    "Gmail, wrapped": "Saturday works.\n\nOn Tue, Nov 24, 2026 at 7:55 AM Ann Reyes of Harbor Homes <\nann@harbor.example> wrote:\n> Hi",
    "Outlook": "Saturday works.\n\n________________________________\nFrom: Ann Reyes <ann@harbor.example>\nSent: Tuesday, November 24, 2026 7:55 AM\nTo: Hazel\nSubject: Your tour\n\nHi Hazel",
    "Outlook in French": "Saturday works.\n\nDe : Ann Reyes <ann@harbor.example>\nEnvoyé : mardi 24 novembre 2026 07:55\nÀ : Hazel\nObjet : Votre visite\n\nBonjour",
    "Apple Mail in German": "Saturday works.\n\nAm 24.11.2026 um 07:55 schrieb Ann Reyes <ann@harbor.example>:\n\n> Hallo",
    "Samsung in Spanish": "Saturday works.\n\nEnviado desde mi Galaxy\n\n-------- Mensaje original --------\nDe: Ann <ann@harbor.example>\nFecha: 24/11/26 7:55\nA: Hazel\nAsunto: Su visita\nHola",
    "an iPhone": "Saturday works.\n\nSent from my iPhone\n\n> On Nov 24, 2026, at 7:55 AM, Ann Reyes <ann@harbor.example> wrote:\n>\n> Hi",
    "below the question": "On Tue, Nov 24, 2026 at 7:55 AM Ann Reyes <ann@harbor.example> wrote:\n> Hi Hazel,\n> are you free?\n\nSaturday works.",
    "without marks": "Saturday works.\n\nOn Tue, Nov 24, 2026 at 7:55 AM Ann Reyes <ann@harbor.example> wrote:\n\nHi Hazel, are you free?",
    "a signature": "Saturday works.\n-- \nHazel Thorne\n(303) 555-0142",
    "forwarded": "Saturday works.\n\n---------- Forwarded message ---------\nFrom: Ann <ann@harbor.example>\nDate: Tue, Nov 24\nSubject: x\nTo: y\n\nHi",
}


@pytest.mark.parametrize("program", ANSWERS)
def test_every_program_quotes_in_its_own_way(program: str) -> None:
    assert split(ANSWERS[program]).new == "Saturday works."


@pytest.mark.parametrize(
    "text",
    [
        "On the one hand it is cheap.\nOn the other it is far. He wrote: call me",
        "See https://example.com/on-monday-someone-wrote: it is good",
        "I mean with regards to the payment.\nThis was sent from our office, not sent from my iPad.",
        "a -- b is no signature\nthanks",
        "Cost is > 100 and < 200",
    ],
)
def test_what_only_looks_quoted_stays(text: str) -> None:
    assert split(text).new == text


def test_answers_between_the_lines_all_survive() -> None:
    found = split(
        "On Tue, Nov 24, 2026 at 7:55 AM Ann <ann@harbor.example> wrote:\n> When?\n\nSaturday\n\n> Where?\n\nAt noon"
    )
    assert found.new == "Saturday\n\nAt noon"
    assert "> When?" in found.quoted and "> Where?" in found.quoted


def test_who_wrote_nothing_new_has_no_new_words() -> None:
    assert split("On Tue, Nov 24, 2026 at 7:55 AM Ann <ann@harbor.example> wrote:\n\n> Hi\n> there").new == ""


def test_html_is_read_as_people_see_it() -> None:
    html = (
        '<style>p{}</style><div>Call me at <b>5</b> please</div><div class="gmail_quote">On Tue, Nov 24, 2026 at 7:55'
        ' AM Ann &lt;ann@harbor.example&gt; wrote:<blockquote>Hi <img src="x"></blockquote></div>'
    )
    assert split(text_of(html)).new == "Call me at 5 please"


LONG = [
    "On ",
    "> ",
    "a@",
    "_",
    "From: \n",
    "--\n",
    "____\n",
    "Sent from my iPhone\n",
    "On Mon 1 ",
    "This mail\n",
    "2026 @>\n",
]


@pytest.mark.parametrize("text", [one * (180_000 // len(one)) for one in LONG], ids=LONG)
def test_no_text_makes_it_slow(text: str) -> None:
    before = time.process_time()
    split(text)
    text_of("<div>" * 20_000 + text)
    assert time.process_time() - before < 10, "quadratic at least: linear is a tenth of a second"


@given(st.text(max_size=400))
def test_no_word_is_lost(text: str) -> None:
    found = split(text)
    meant = text.replace("\xa0", " ").replace("\u200b", "")
    assert sorted("".join((found.new + found.quoted).split())) == sorted("".join(meant.split()))
