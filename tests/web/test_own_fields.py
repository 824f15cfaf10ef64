"""The account's own fields: managers define them in Settings."""

import pytest

from nextcall.leads.own_fields import OwnField, Wrong, made, read_all
from nextcall.team.models import Account
from tests.builders import make_member
from tests.web.signed import signed

pytestmark = pytest.mark.django_db


def test_a_manager_adds_a_field_and_takes_it_off_the_pages(account: Account) -> None:
    client = signed(make_member(account, "manager", name="Mia Berg"))
    page = client.post(
        "/settings/company/own-fields/", {"label": "Lender", "kind": "choice", "choices": "Us\nBank\n\n"}, follow=True
    )
    assert "Lender is a field of every lead now." in page.content.decode()
    account.refresh_from_db()
    assert read_all(account.own_fields) == [OwnField("lender", "Lender", "choice", ("Us", "Bank"))]
    again = client.post("/settings/company/own-fields/", {"label": "lender", "kind": "text"}, follow=True)
    assert "There is a field lender already." in again.content.decode()
    gone = client.post("/settings/company/own-fields/lender/removal/", follow=True)
    assert "What was written in it is kept." in gone.content.decode()
    account.refresh_from_db()
    assert account.own_fields == []


@pytest.mark.parametrize(
    ("field", "written", "kept"),
    [
        (OwnField("n", "Loan", "number"), " 380000 ", "380000"),
        (OwnField("d", "Due", "date"), "2026-06-30", "2026-06-30"),
        (OwnField("c", "Lender", "choice", ("Us",)), "Us", "Us"),
        (OwnField("t", "Dog", "text"), "  two   dogs ", "two dogs"),
        (OwnField("n", "Loan", "number"), "a lot", None),
        (OwnField("d", "Due", "date"), "30 June", None),
        (OwnField("c", "Lender", "choice", ("Us",)), "Them", None),
    ],
)
def test_a_value_is_read_by_its_kind(field: OwnField, written: str, kept: str | None) -> None:
    if kept is None:
        with pytest.raises(Wrong, match=field.label):
            field.read(written)
    else:
        assert field.read(written) == kept


def test_two_labels_of_the_same_letters_get_keys_of_their_own() -> None:
    first = made("Lender?", "text", [], among=[])
    assert made("Lender!", "text", [], among=[first]).key != first.key
    with pytest.raises(Wrong, match="at least two"):
        made("Lender", "choice", ["Us"], among=[])
