"""The installed app: what a phone is told, and what it keeps."""

import json
import re

import pytest
from django.test import Client

from nextcall.team.models import Member
from nextcall.web.device import app
from tests.builders import make_account, make_member
from tests.web.signed import signed

pytestmark = pytest.mark.django_db


def test_the_manifest_names_icons_that_are_there(client: Client) -> None:
    answer = client.get("/manifest.webmanifest")
    assert answer["Content-Type"] == "application/manifest+json"
    told = json.loads(answer.content)
    assert told["start_url"] == "/now/" and told["display"] == "standalone"
    assert {one["sizes"] for one in told["icons"]} == {"192x192", "512x512"}
    assert any(one.get("purpose") == "maskable" for one in told["icons"])
    for one in told["icons"]:
        assert b"".join(client.get(one["src"]))[:4] == b"\x89PNG"


def test_the_worker_is_never_old_and_everything_it_keeps_is_there(client: Client) -> None:
    answer = client.get("/sw.js")
    assert answer["Content-Type"].startswith("text/javascript")
    assert (answer["Cache-Control"], answer["Service-Worker-Allowed"]) == ("no-cache", "/")
    first = re.match(r"self\.NEXTCALL = (.*);\n", answer.content.decode())
    assert first
    told = json.loads(first[1])
    kept = {one.partition("?")[0] for one in told["assets"]}
    assert {"/static/js/deal.js", "/static/js/outbox.js", "/static/css/card.css", "/static/icons.svg"} <= kept
    for one in [*told["assets"], told["offline"]]:
        assert client.get(one).status_code == 200, one


def test_every_file_of_a_kept_page_is_kept(member: Member) -> None:
    kept = set(app.assets())
    client = signed(member)
    for page in ("/now/", "/leads/", "/inbox/"):
        html = client.get(page).content.decode()
        asked = set(re.findall(r'(?:href|src)="(/static/[^"#]+)', html))
        assert asked - kept <= {one for one in asked if "mark.svg" in one or "touch-180" in one}


def test_the_page_without_connection_says_nothing_of_anybody(member: Member) -> None:
    html = signed(member).get("/device/offline/").content.decode()
    assert "No connection" in html
    assert member.name not in html and "nextcall-member" not in html


def test_a_device_is_told_who_is_signed_in_and_given_a_token(member: Member) -> None:
    client = signed(member)
    client.cookies.pop("csrftoken", None)
    answer = client.get("/device/")
    assert answer.json() == {"member": member.pk}
    assert answer.cookies["csrftoken"].value
    assert not answer.cookies["csrftoken"]["httponly"]  # the outbox reads it when it sends, hours later


def test_every_page_names_its_member_so_that_nothing_is_sent_as_another(member: Member) -> None:
    html = signed(member).get("/now/").content.decode()
    assert f'<meta name="nextcall-member" content="{member.pk}">' in html
    assert 'rel="manifest"' in html and 'name="theme-color"' in html
    other = make_member(make_account("Other"), name="Eve Other")
    assert f'content="{other.pk}"' in signed(other).get("/now/").content.decode()
