"""What DNS says of a sending domain: each line is ok or mends it; what was not asked is not judged."""

from typing import Any

import pytest
from django.utils import timezone

from nextcall.channels.sending_domain import lookup
from nextcall.channels.sending_domain.advice import Advice, advise, aligned, names
from nextcall.channels.sending_domain.wanted import WANTS, wants
from nextcall.cli import doctor, doctor_mail
from nextcall.lib import sealing
from nextcall.team.models import Account, Connection
from tests.channels.sending_domain.dns_server import name_server

DOMAIN = "seller.com"
KEY = "v=DKIM1; k=rsa; p=MIGfMA0GCSqGSIb3DQEBAQUAA4GN"
GOOD: dict[str, Any] = {
    DOMAIN: ("google-site-verification=x", "v=spf1 include:mailgun.org ~all"),
    f"k1._domainkey.{DOMAIN}": (KEY,),
    f"_dmarc.{DOMAIN}": ("v=DMARC1; p=none; rua=mailto:a@seller.com",),
}


def advised(
    answers: dict[str, Any], *, provider: str = "mailgun", domain: str = DOMAIN, **more: str
) -> dict[str, Advice]:
    wanted = wants(provider)
    asked = dict.fromkeys(names(domain, wanted), ()) | answers
    return {one.what: one for one in advise(domain, wanted, asked, **more)}


def test_a_domain_that_is_set_up_is_ok() -> None:
    assert {one.what: one.state for one in advised(GOOD).values()} == {"SPF": "ok", "DKIM": "ok", "DMARC": "ok"}


@pytest.mark.parametrize(
    ("records", "mend"),
    [
        ((), 'add seller.com TXT "v=spf1 include:mailgun.org ~all"'),
        (("v=spf1 include:_spf.google.com -all",),
         'change seller.com TXT to "v=spf1 include:_spf.google.com include:mailgun.org -all"'),
        (("v=spf1 mx",), 'change seller.com TXT to "v=spf1 mx include:mailgun.org"'),
        (("v=spf1 redirect=other.com",), 'change seller.com TXT to "v=spf1 include:mailgun.org redirect=other.com"'),
        (("v=spf1 include:mailgun.org +all",), 'change seller.com TXT to "v=spf1 include:mailgun.org ~all"'),
        (("v=spf1 mx ~all", "v=spf1 include:mailgun.org -all"),
         'keep one: seller.com TXT "v=spf1 mx include:mailgun.org -all"'),
        (("v=spf1 include:mailgun.org " + " ".join(f"include:s{n}.com" for n in range(10)) + " ~all",),
         "take out the includes of services you no longer use"),
    ],
)  # fmt: skip
def test_spf_is_mended_by_an_exact_record(records: tuple[str, ...], mend: str) -> None:
    found = advised(GOOD | {DOMAIN: records})["SPF"]
    assert (found.state, found.mend) == ("mend", mend)


@pytest.mark.parametrize(
    ("records", "says"),
    [((), "no DKIM key of Mailgun"), (("v=DKIM1; p=",), "is withdrawn"), (("v=spf1 ~all",), "no DKIM key of Mailgun")],
)
def test_a_missing_or_withdrawn_key_is_told(records: tuple[str, ...], says: str) -> None:
    found = advised(GOOD | {f"k1._domainkey.{DOMAIN}": records})["DKIM"]
    assert found.state == "mend" and says in found.says


@pytest.mark.parametrize(
    ("records", "state", "mend"),
    [
        ((), "mend", 'add _dmarc.seller.com TXT "v=DMARC1; p=none; rua=mailto:postmaster@seller.com"'),
        (("v=DMARC1; rua=mailto:x@y.com",), "mend", 'change _dmarc.seller.com TXT to "v=DMARC1; p=none;'),
        (("v=DMARC1; p=none", "v=DMARC1; p=reject"), "mend", "keep one: _dmarc.seller.com"),
        (("v=DMARC1;p=reject",), "ok", ""),
    ],
)
def test_dmarc_is_mended_by_an_exact_record(records: tuple[str, ...], state: str, mend: str) -> None:
    found = advised(GOOD | {f"_dmarc.{DOMAIN}": records})["DMARC"]
    assert found.state == state and found.mend.startswith(mend)


def test_the_record_of_the_parent_counts_for_a_domain_below_it() -> None:
    found = advised({f"_dmarc.{DOMAIN}": ("v=DMARC1; p=quarantine",)}, domain=f"mail.{DOMAIN}")["DMARC"]
    assert (found.state, found.says) == ("ok", "_dmarc.seller.com: p=quarantine")


def test_a_domain_that_the_service_does_not_sign_for_fails_dmarc() -> None:
    assert advised(GOOD, signed_by="other.org")["alignment"].state == "mend"
    assert "alignment" not in advised(GOOD, signed_by="mg.seller.com")


@pytest.mark.parametrize(
    ("one", "two", "same"),
    [("a.com", "a.com", True), ("mail.seller.com", "seller.com", True), ("a.seller.com", "b.seller.com", True),
     ("seller.co.uk", "other.co.uk", False), ("a.seller.co.uk", "seller.co.uk", True),
     ("seller.com", "other.com", False)],
)  # fmt: skip
def test_alignment_is_relaxed_to_one_organisation(one: str, two: str, same: bool) -> None:
    assert aligned(one, two) is same


def test_an_address_at_a_free_provider_cannot_be_sent_from_by_a_service() -> None:
    (found,) = advised({}, domain="gmail.com").values()
    assert (found.state, found.mend) == ("mend", "send from an address at a domain of your own")


@pytest.mark.parametrize("provider", sorted(WANTS))
def test_what_could_not_be_asked_is_said_and_not_judged(provider: str) -> None:
    silent: dict[str, Any] = dict.fromkeys(names(DOMAIN, wants(provider)))
    for one in advised(silent, provider=provider).values():
        assert one.state == "note"
        assert "could not be asked" in one.says or "cannot be guessed" in one.says


ZONE = {
    "seller.com.": [("TXT", '"v=spf1 include:" "sendgrid.net ~all"'), ("TXT", '"other"')],
    "s1._domainkey.seller.com.": [("CNAME", "s1.domainkey.u1.wl.sendgrid.net.")],
    "s1.domainkey.u1.wl.sendgrid.net.": [("TXT", f'"{KEY}"')],
    "_dmarc.seller.com.": [("TXT", '"v=DMARC1; p=none"')],
}


def test_a_name_server_is_really_asked() -> None:
    with name_server(ZONE) as port:
        found = lookup.ask(
            ["seller.com", "s1._domainkey.seller.com", "nobody.seller.com", "a..b"], nameserver="127.0.0.1", port=port
        )
    assert sorted(found["seller.com"] or ()) == ["other", "v=spf1 include:sendgrid.net ~all"]
    assert found["s1._domainkey.seller.com"] == (KEY,)
    assert found["nobody.seller.com"] == ()
    assert found["a..b"] is None


def test_a_name_server_that_is_silent_is_no_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lookup, "SECONDS", 0.3)
    with name_server(ZONE) as port:
        assert lookup.ask(["x.silent"], nameserver="127.0.0.1", port=port) == {"x.silent": None}


def test_doctor_tells_of_each_sending_domain(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    Connection.objects.create(
        account=account, channel="email", provider="sendgrid", sealed=sealing.seal({"api_key": "K"}),
        from_address="hazel@seller.com", created_at=timezone.now(),
    )  # fmt: skip
    with name_server(ZONE) as port:
        found = {
            one.what: one.state
            for _, one in doctor_mail.sending_domains(
                lambda names: lookup.ask(names, nameserver="127.0.0.1", port=port)
            )
        }
        assert found == {"SPF": "ok", "DKIM": "ok", "DMARC": "ok"}
    Connection.objects.update(from_address="hazel@seller.example")
    (line,) = doctor.sending_domains()
    assert (line.state, line.what) == ("note", "domain of seller.example")
