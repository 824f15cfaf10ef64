"""When somebody who is away comes back."""

import time
from datetime import date

import pytest

from nextcall.conversations.log import clean
from nextcall.conversations.out_of_office import returns_on

TODAY = date(2026, 11, 23)


@pytest.mark.parametrize(
    ("text", "back"),
    [
        ("I am out of office until Nov 27.", date(2026, 11, 28)),
        ("I'm away and will be back on November 30th.", date(2026, 11, 30)),
        ("Returning 12/1. For urgent matters call the office.", date(2026, 12, 1)),
        ("On leave from 20 Nov to 2 December 2026", date(2026, 12, 2)),
        ("I will return on 2026-12-04", date(2026, 12, 4)),
        ("Back in the office January 4", date(2027, 1, 4)),
        ("Out through 11/25/26", date(2026, 11, 26)),
        ("I was back on Nov 2", None),
        ("Back on 31/31", None),
        ("Back in 2030-01-01", None),
        ("Away until Nov 27. I return to the office on November 27th.", date(2026, 11, 27)),
        ("I will be travelling on Nov 25-30 and answer when I can", date(2026, 12, 1)),
        ("I'm out of the office Friday.", None),
        ("Out today, back in the office on Monday.", date(2026, 11, 30)),
        ("I will be back tomorrow", date(2026, 11, 24)),
        ("Back to back meetings today", None),
        ("Away from Nov 20 through Friday, Nov 27. Back Monday, Nov 30.", date(2026, 11, 30)),
        ("Estoy fuera de la oficina hasta el 27 de noviembre de 2026.", date(2026, 11, 28)),
        ("Estaré de vuelta el lunes 30 de noviembre.", date(2026, 11, 30)),
        ("Estoy de vacaciones del 20 al 27 de noviembre", date(2026, 11, 28)),
        ("Estoy fuera. Regreso el 5/12/2026.", date(2026, 12, 5)),
        ("Je suis absent jusqu'au 27 novembre inclus.", date(2026, 11, 28)),
        ("Je suis en congé du 20/11 au 05/12/2026.", date(2026, 12, 6)),
        ("Absente du bureau, de retour le 1er décembre", date(2026, 12, 1)),
        ("Ich bin bis einschließlich 27.11.2026 nicht im Büro.", date(2026, 11, 28)),
        ("Vielen Dank. Ich bin ab dem 30.11. wieder erreichbar.", date(2026, 11, 30)),
        ("Ich bin vom 20. November bis 4. Dezember abwesend", date(2026, 12, 5)),
        ("Ab 20.11. bis 30.11. bin ich im Urlaub", date(2026, 12, 1)),
        ("Estou fora do escritório até o dia 27 de novembro.", date(2026, 11, 28)),
        ("Estou de férias e retorno em 1º de dezembro", date(2026, 12, 1)),
        ("Sono fuori ufficio fino al 27 novembre", date(2026, 11, 28)),
        ("Sono in ferie, rientro il 30 novembre 2026", date(2026, 11, 30)),
        ("Ik ben afwezig tot en met 27 november", date(2026, 11, 28)),
        ("Ik ben met vakantie en op 30 november weer bereikbaar, terug op 30 november", date(2026, 11, 30)),
        ("我将于11月30日返回办公室", date(2026, 11, 30)),
        ("11月27日まで不在にしております", date(2026, 11, 28)),
        ("外出至2026年11月27日", date(2026, 11, 28)),
        ("Thanks, I will answer soon.", None),
        ("", None),
    ],
)
def test_the_day_of_return_is_read_from_the_words(text: str, back: date | None) -> None:
    assert returns_on(text, today=TODAY) == back


def test_a_long_text_is_read_quickly() -> None:
    began = time.process_time()
    for words in ("back ", "until 1", "am 1.", "to May ", "1月1日 "):
        returns_on(words * 5000, today=TODAY)
    assert time.process_time() - began < 2


def test_text_is_kept_without_control_characters() -> None:
    assert clean("Hi\x00\x07\r\nthere\u202e \U0001f468\u200d\U0001f469") == "Hi\nthere \U0001f468\u200d\U0001f469"
