"""A carrier's picture is fetched from the carrier, or from where in public it sends us."""

import httpx
import pytest

from nextcall.channels.contract import SendError
from nextcall.channels.sms.media import download


@pytest.mark.parametrize(
    "place",
    [
        "http://169.254.169.254/keys",
        "https://127.0.0.1/",
        "https://10.0.0.8/",
        "https://[::ffff:10.0.0.8]/",
        "http://example.com/",
    ],
)
def test_no_redirect_leads_into_a_private_network_or_onto_an_open_line(place: str) -> None:
    asked: list[str] = []

    def carrier(request: httpx.Request) -> httpx.Response:
        asked.append(request.url.host)
        return httpx.Response(307, headers={"Location": place})

    client = httpx.Client(transport=httpx.MockTransport(carrier))
    with pytest.raises(SendError, match="no public address"):
        download("https://api.carrier.example/media/1", most=100, client=client)
    assert asked == ["api.carrier.example"]


def test_a_public_storage_is_followed_without_our_sign_in_and_circles_end() -> None:
    signed: list[bool] = []

    def carrier(request: httpx.Request) -> httpx.Response:
        signed.append("authorization" in request.headers)
        if request.url.host == "8.8.8.8":
            return httpx.Response(200, content=b"picture", headers={"Content-Type": "image/png"})
        return httpx.Response(
            307, headers={"Location": "https://8.8.8.8/it" if "good" in str(request.url) else "https://1.1.1.1/"}
        )

    client = httpx.Client(transport=httpx.MockTransport(carrier), auth=("AC1", "token"))
    assert download("https://api.carrier.example/good", most=100, client=client) == (b"picture", "image/png")
    assert signed == [True, False]
    with pytest.raises(SendError, match="circles"):
        download("https://api.carrier.example/bad", most=100, client=client)
