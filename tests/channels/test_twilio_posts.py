"""Posts of Twilio's that are no plain text and no plain report of one."""

from typing import Any
from urllib.parse import urlencode

import pytest

from nextcall.channels.contract import CallReport, Posted
from nextcall.channels.sms.twilio_posts import TwilioListener
from nextcall.cli.understand import document

OUT = {"CallSid": "CA1", "Direction": "outbound-api", "From": "+13035550100", "To": "+13035550142"}
IN = {"CallSid": "CA1", "Direction": "inbound", "From": "+13035550142", "To": "+13035550100"}
SAID = {
    "EventType": "onMessageAdded", "ConversationSid": "CH1", "MessageSid": "IM1", "Author": "+13035550142",
    "Body": "Saturday works", "Source": "SMS", "DateCreated": "2026-11-24T17:00:00.000Z", "ClientIdentity": "",
}  # fmt: skip


def told(**form: str) -> dict[str, Any]:
    return document(urlencode(form).encode())


@pytest.mark.parametrize(
    ("form", "outcome", "seconds"),
    [
        (OUT | {"CallStatus": "completed", "CallDuration": "60", "AnsweredBy": "human"}, "answered", 60),
        (OUT | {"CallStatus": "completed", "CallDuration": "60", "AnsweredBy": "unknown"}, "answered", 60),
        (OUT | {"CallStatus": "completed", "CallDuration": "20", "AnsweredBy": "machine_end_beep"}, "voicemail", 20),
        (OUT | {"CallStatus": "completed", "CallDuration": "5", "AnsweredBy": "fax"}, "voicemail", 5),
        (IN | {"CallStatus": "completed", "DialCallStatus": "completed", "DialCallDuration": "120"}, "answered", 120),
        (IN | {"CallStatus": "in-progress", "DialCallStatus": "no-answer"}, "no_answer", 0),
        (IN | {"CallStatus": "completed", "RecordingUrl": "https://r", "DialCallStatus": "completed"}, "answered", 0),
        (IN | {"CallStatus": "completed", "RecordingUrl": "https://r", "RecordingDuration": "9"}, "voicemail", 9),
    ],
)
def test_how_a_call_went_is_told_by_who_answered_and_where_it_was_put_through(
    form: dict[str, str], outcome: str, seconds: int
) -> None:
    (heard,) = TwilioListener(auth_token="").hear(Posted("", urlencode(form).encode(), {}))
    assert isinstance(heard, CallReport)
    assert (heard.outcome, heard.seconds) == (outcome, seconds)


def test_who_answers_told_while_the_call_goes_on_is_no_call_that_came_in() -> None:
    found = told(CallSid="CA1", AccountSid="AC1", AnsweredBy="human", MachineDetectionDuration="2400")
    assert (found["kind"], found["payload"]["kind"]) == ("delivery_report", "outbound_call")
    assert (found["payload"]["outcome"], found["payload"]["answered_by"]) == ("contact", "human")
    found = told(CallSid="CA1", AccountSid="AC1", AnsweredBy="machine_start")
    assert (found["payload"]["outcome"], found["payload"].get("action")) == ("voicemail", None)


def test_the_recording_of_a_talk_is_no_voicemail() -> None:
    form = {"CallSid": "CA1", "RecordingUrl": "https://r", "RecordingDuration": "22", "RecordingStatus": "completed"}
    assert (
        TwilioListener(auth_token="").hear(Posted("", urlencode(form | {"RecordingSource": "DialVerb"}).encode(), {}))
        == ()
    )
    (left,) = TwilioListener(auth_token="").hear(
        Posted("", urlencode(form | {"RecordingSource": "RecordVerb"}).encode(), {})
    )
    assert isinstance(left, CallReport) and left.outcome == "voicemail"


def test_what_a_person_says_in_a_conversation_is_an_answer() -> None:
    found = told(**SAID)
    assert (found["kind"], found["from"], found["text"]) == ("reply", "+13035550142", "Saturday works")
    found = told(**SAID | {"Author": "whatsapp:+33612345678", "Media": '[{"Sid": "ME1", "Filename": "a.jpg"}]'})
    assert (found["from"], found["payload"]["channel"]) == ("+33612345678", "whatsapp")
    assert found["payload"]["attachments"] == ["a.jpg"]


@pytest.mark.parametrize(
    "form",
    [
        SAID | {"Author": "ann", "ClientIdentity": "ann"},
        SAID | {"Author": "system", "Source": "API"},
        {"EventType": "onParticipantAdded", "ConversationSid": "CH1", "ParticipantSid": "MB1"},
    ],
)
def test_what_we_or_a_program_do_there_is_nothing_heard(form: dict[str, str]) -> None:
    assert told(**form)["kind"] == "other"


def test_what_became_of_a_text_in_a_conversation_is_a_report() -> None:
    form = {
        "EventType": "onDeliveryUpdated",
        "ConversationSid": "CH1",
        "ChannelMessageSid": "SM2",
        "Status": "undelivered",
    }
    found = told(**form, ErrorCode="30003")
    assert (found["kind"], found["payload"]["event"], found["answers"]) == ("delivery_report", "failed", ["SM2"])


def test_the_carriers_own_clock_and_an_opt_out_there_are_told() -> None:
    sent = {"MessageSid": "SM2", "MessageStatus": "delivered", "To": "+13035550142", "RawDlrDoneDate": "2611241755"}
    assert told(**sent)["payload"]["carrier_done"] == "2026-11-24T17:55"
    gone = {"MessageSid": "SM2", "MessageStatus": "failed", "To": "+13035550142", "ErrorCode": "21610"}
    assert told(**gone)["payload"]["action"] == "stop texts to this number"


def test_a_form_of_nobody_we_know_is_no_persons_words() -> None:
    assert told(hello="stop", world="1")["kind"] == "other"
