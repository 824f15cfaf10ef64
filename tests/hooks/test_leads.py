"""Leads in by post: safe first, understood second, the same delivery once."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client

from nextcall.hooks import leads as hook
from nextcall.intake import captures
from nextcall.intake.models import Capture
from nextcall.leads.models import Lead
from nextcall.team.models import Account, LeadInKey
from tests import builders

HAZEL = {"name": "Hazel Thorne", "email": "hazel@example.com", "phone": "(303) 555-0142"}
BROWSER = {"HTTP_ACCEPT": "text/html,application/xhtml+xml"}


@pytest.fixture(autouse=True)
def quiet(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Time to understand each delivery before answering."""
    monkeypatch.setattr(hook, "QUIET_SECONDS", -1.0)
    yield


@pytest.fixture
def key(account: Account) -> LeadInKey:
    return builders.make_lead_in_key(account)


def post(client: Client, key: LeadInKey, body: object, format: str = "json", **headers: Any) -> Any:
    data = body if isinstance(body, bytes | str) else json.dumps(body)
    return client.post(
        f"/in/{key.key}/{format}", data=data, content_type=headers.pop("content_type", "application/json"), **headers
    )


def test_a_post_is_answered_with_202_and_becomes_a_lead(client: Client, key: LeadInKey) -> None:
    answer = post(client, key, HAZEL)
    capture = Capture.objects.get()
    assert (answer.status_code, answer.json()) == (202, {"capture": capture.pk})
    assert (capture.state, capture.lead) == ("accepted", Lead.objects.get())
    assert json.loads(bytes(capture.body)) == HAZEL


def test_the_same_delivery_again_is_the_same_capture(client: Client, key: LeadInKey) -> None:
    first, second = post(client, key, HAZEL), post(client, key, HAZEL)
    assert second.status_code == 202 and first.json() == second.json()
    assert Lead.objects.count() == Capture.objects.count() == 1


def test_an_idempotency_key_says_what_is_the_same(client: Client, key: LeadInKey) -> None:
    ids = [post(client, key, HAZEL, HTTP_IDEMPOTENCY_KEY=name).json()["capture"] for name in ("a", "b", "a")]
    assert ids[0] == ids[2] != ids[1]


@pytest.mark.parametrize("csrf", [True, False])
def test_a_form_of_any_site_needs_no_token(account: Account, key: LeadInKey, csrf: bool) -> None:
    answer = Client(enforce_csrf_checks=csrf).post(f"/in/{key.key}/form", HAZEL)
    assert answer.status_code == 202
    assert Lead.objects.get().person.name == "Hazel Thorne"


def test_auto_guesses_between_form_and_json(client: Client, key: LeadInKey) -> None:
    post(client, key, HAZEL, "auto")
    post(
        client,
        key,
        "name=Omar+Weaver&email=omar%40example.com",
        "auto",
        content_type="application/x-www-form-urlencoded",
    )
    assert set(Lead.objects.values_list("person__name", flat=True)) == {"Hazel Thorne", "Omar Weaver"}


def test_what_cannot_be_read_is_kept_and_still_answered(client: Client, key: LeadInKey) -> None:
    assert post(client, key, b'{"name": ').status_code == 202
    assert post(client, key, {"name": "No Reach"}).status_code == 202
    assert list(Capture.objects.order_by("pk").values_list("state", flat=True)) == ["unreadable", "unreadable"]
    assert "not JSON" in Capture.objects.order_by("pk")[0].problem


def test_a_failure_of_ours_never_loses_a_delivery(
    client: Client, key: LeadInKey, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*args: object, **kwargs: object) -> None:
        raise RuntimeError("we are at fault")

    monkeypatch.setattr(captures.accept, "accept_many", broken)
    assert post(client, key, HAZEL).status_code == 202
    assert (Capture.objects.get().state, Lead.objects.count()) == ("unreadable", 0)


def test_a_busy_moment_leaves_the_understanding_to_the_engine(
    client: Client, key: LeadInKey, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hook, "QUIET_SECONDS", 3600.0)
    post(client, key, HAZEL)
    post(client, key, {**HAZEL, "email": "omar@example.com", "name": "Omar"})
    assert Capture.objects.filter(state="new").exists()
    captures.run_waiting(at=builders.MONDAY)
    assert not Capture.objects.filter(state="new").exists()


def test_wrong_keys_formats_and_methods_are_refused(client: Client, key: LeadInKey) -> None:
    assert client.post("/in/nonsense/json", "{}", content_type="application/json").status_code == 404
    assert post(client, key, HAZEL, "pigeon").status_code == 404
    assert client.get(f"/in/{key.key}/form").status_code == 405
    assert post(client, key, b"").status_code == 400
    LeadInKey.objects.update(revoked_at=builders.MONDAY)
    assert post(client, key, HAZEL).status_code == 404
    assert not Capture.objects.exists()


def test_a_body_has_a_limit(client: Client, key: LeadInKey, settings: Any) -> None:
    assert post(client, key, b"x" * (settings.CAPTURE_MAX_BYTES + 1)).status_code == 413
    assert post(client, key, b"x" * (settings.DATA_UPLOAD_MAX_MEMORY_SIZE + 1)).status_code == 413
    assert not Capture.objects.exists()


def test_a_person_sees_a_thank_you_page(client: Client, key: LeadInKey) -> None:
    answer = client.post(f"/in/{key.key}/form", HAZEL, **BROWSER)
    assert answer.status_code == 200 and b"Thank you" in answer.content


@pytest.mark.parametrize(
    ("wanted", "origin", "goes"),
    [
        ("https://acme.example/thanks", "https://acme.example", True),
        ("https://evil.example/x", "https://acme.example", False),
        ("//evil.example/x", "https://acme.example", False),
        ("javascript:alert(1)", "https://acme.example", False),
        ("https://acme.example\\@evil.example", "https://acme.example", False),
        ("https://acme.example/thanks", "", False),
    ],
)
def test_no_door_to_a_third_site(client: Client, key: LeadInKey, wanted: str, origin: str, goes: bool) -> None:
    body = f"name=Hazel&email=hazel%40example.com&_next={wanted}"
    answer = post(
        client, key, body, "form", content_type="application/x-www-form-urlencoded", HTTP_ORIGIN=origin, **BROWSER
    )
    assert answer.status_code == (303 if goes else 200)
    assert answer.headers.get("Location") == (wanted if goes else None)


def test_a_form_with_files_gives_its_fields(client: Client, key: LeadInKey, tmp_path: Any) -> None:
    picture = tmp_path / "house.jpg"
    picture.write_bytes(b"\xff\xd8")
    with picture.open("rb") as file:
        client.post(f"/in/{key.key}/form", {**HAZEL, "picture": file})
    assert Lead.objects.get().person.name == "Hazel Thorne"
