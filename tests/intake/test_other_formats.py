"""Formats and languages that no fixture has: what is understood must not hang on the exact words."""

import json
from typing import Any

import pytest

from nextcall.intake.parsers import any_format, spreadsheet
from nextcall.intake.parsers.gather import Reading
from nextcall.intake.parsers.new_lead import NewLead, to_json

READING = Reading()
HAZEL = ("Hazel Thorne", "hazel@example.com", "+13035550142")


def posted(document: object) -> dict[str, Any]:
    body = document if isinstance(document, bytes) else json.dumps(document).encode()
    [lead] = any_format.understand(body, reading=READING).leads
    return to_json(lead)


def rows(text: str, encoding: str = "utf-8") -> list[NewLead]:
    return list(spreadsheet.read(text.encode(encoding), "x.csv", READING)[0].leads)


def who(lead: dict[str, Any]) -> tuple[str, str, str]:
    return lead["name"]["full"], lead["emails"][0], lead["phones"][0]


SPANISH = """Nombre;Apellidos;Correo electrónico;Teléfono móvil;Código postal;Fecha de creación;Comentarios
María José;García Ñúñez;maria@example.es;+34 612 345 678;28001;31/12/2023;"Quiere un piso
de 2 habitaciones"
"""


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16", "utf-16-le"])
def test_spanish_headers_in_any_encoding(encoding: str) -> None:
    [lead] = rows(SPANISH, encoding)
    said = to_json(lead)
    assert (said["name"]["given"], said["name"]["family"]) == ("María José", "García Ñúñez")
    assert (said["phones"], said["received_at"]) == (["+34612345678"], "2023-12-31")
    assert said["message"] == "Quiere un piso\nde 2 habitaciones"


def test_german_and_french_headers() -> None:
    [german] = rows(
        "Vorname;Name;E-Mail-Adresse;Telefonnummer;PLZ;Land;Erstellt am\n"
        "Jürgen;Müller;j@example.de;030 901820;10115;Deutschland;01.06.2024 14:30\n"
    )
    assert (german.name.full, german.phones[0].e164, german.address.country) == ("Jürgen Müller", "+4930901820", "DE")
    assert to_json(german)["received_at"] == "2024-06-01T14:30:00-04:00"
    [french] = rows(
        "Prénom;Nom;Adresse e-mail;Téléphone portable;Pays\nZoé;Lefèvre;z@example.fr;06 12 34 56 78;France\n"
    )
    assert (french.name.family, french.phones[0].e164) == ("Lefèvre", "+33612345678")


def test_a_file_without_a_header_is_read_by_its_values() -> None:
    hazel, omar = rows(
        "Hazel Thorne,303-555-0142,hazel@example.com,80202\nOmar Weaver,303-555-0143,o@example.com,80203\n"
    )
    assert who(to_json(hazel)) == HAZEL
    assert omar.address.postal_code == "80203"


def test_titles_above_totals_below_and_questions_as_headers() -> None:
    [lead] = rows(
        "Open house leads June 2024\nExported by Pat\n\n"
        "Visitor,Best number to reach you,Email Address (required),When are you looking to buy?,OK to text?\n"
        '"THORNE, HAZEL",303.555.0142 / 303-555-0199,hazel@example.com; h2@example.com,3 months,Y\nTotal: 1\n'
    )
    said = to_json(lead)
    assert who(said) == HAZEL and len(said["phones"]) == len(said["emails"]) == 2
    assert said["interest"] == {"timeframe": "3 months"} and said["consent"]["channels"] == ["text"]


def test_old_mac_line_ends_and_loose_quotes() -> None:
    assert len(rows("Name,Email\rHazel,hazel@example.com\rOmar,o@example.com\r")) == 2
    [lead] = rows('name\temail\tphone\r\nHazel "Haze" Thorne\thazel@example.com\t=+13035550142\r\n')
    assert lead.phones[0].e164 == "+13035550142" and lead.name.family == "Thorne"


def test_another_exporter_s_address_columns() -> None:
    [lead] = rows(
        "Name,Email 1,Email 2,Phone 1,Phone 2,Address 1 - Street,Address 1 - City,Address 1 - State,Address 1 - Zip\n"
        "Hazel Thorne,hazel@example.com,h2@example.com,303-555-0142,3035550199,1 Main St,Boston,Massachusetts,2134\n"
    )
    assert (lead.address.street, lead.address.city, lead.address.region, lead.address.postal_code) == (
        "1 Main St",
        "Boston",
        "MA",
        "02134",
    )
    assert len(lead.emails) == len(lead.phones) == 2


JSON_POSTS: dict[str, object] = {
    "labels and values in a list": {
        "data": {
            "formName": "Value",
            "fields": [
                {"key": "q1", "label": "Your name", "type": "INPUT_TEXT", "value": "Hazel Thorne"},
                {"key": "q2", "label": "Where can we write?", "type": "INPUT_EMAIL", "value": "hazel@example.com"},
                {"key": "q3", "label": "Phone", "type": "INPUT_PHONE_NUMBER", "value": "+13035550142"},
            ],
        }
    },
    "a box within a payload": {
        "payload": {
            "name": "Contact Us Form",
            "data": {
                "First Name": "Hazel",
                "Last Name": "Thorne",
                "email": "hazel@example.com",
                "Phone Number": "(303) 555-0142",
            },
        }
    },
    "boxes of several": {
        "lead": {
            "id": 1,
            "name": {"first": "Hazel", "last": "Thorne"},
            "contact": {
                "emails": [{"type": "home", "value": "hazel@example.com"}],
                "phones": [{"type": "mobile", "number": "303-555-0142"}],
            },
        }
    },
    "camel case and numbers": {
        "firstName": "Hazel",
        "lastName": "Thorne",
        "emailAddress": "hazel@example.com",
        "mobilePhone": 3035550142,
    },
    "keys of a plugin": {"your-name": "Hazel Thorne", "your-email": "hazel@example.com", "your-tel": "303 555 0142"},
}


@pytest.mark.parametrize("name", JSON_POSTS)
def test_json_of_many_shapes(name: str) -> None:
    assert who(posted(JSON_POSTS[name])) == HAZEL


def test_a_form_of_bracketed_fields() -> None:
    body = (
        b"form[name]=Contact&fields[name][title]=Name&fields[name][value]=Hazel+Thorne&fields[email][title]=Email&"
        b"fields[email][value]=hazel%40example.com&fields[f1][title]=Cell&fields[f1][value]=3035550142"
    )
    assert who(posted(body)) == HAZEL


def test_a_raw_multipart_request_of_jotform() -> None:
    answers = json.dumps(
        {
            "q3_fullName": {"first": "Hazel", "last": "Thorne"},
            "q4_email": "hazel@example.com",
            "q5_phoneNumber": {"full": "(303) 555-0142"},
        }
    )
    parts = "".join(
        f'--XX\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in (("submissionID", "5747"), ("rawRequest", answers))
    )
    lead = posted(
        f"POST /x HTTP/1.1\r\nContent-Type: multipart/form-data; boundary=XX\r\n\r\n{parts}--XX--\r\n".encode()
    )
    assert who(lead) == HAZEL and (lead["external_id"], lead["raw_format"]) == ("5747", "jotform")


def test_consent_is_never_more_than_was_said() -> None:
    lead = posted({"email": "hazel@example.com", "consent": {"sms": True, "email": False, "text": "I agree to texts"}})
    assert lead["consent"]["channels"] == ["text"] and lead["consent"]["wording"] == "I agree to texts"
    assert posted({"email": "hazel@example.com", "consent": "no"})["consent"] is None
    assert posted({"email": "hazel@example.com", "consent": "yes"})["consent"]["channels"] == []
