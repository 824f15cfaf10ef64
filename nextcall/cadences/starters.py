"""What a new touch says until somebody writes its own words."""

from collections.abc import Mapping
from typing import Any

# A text or an email waits for a person: nothing goes out by machine that nobody chose.
WORDS: Mapping[str, Mapping[str, Any]] = {
    "call": {"says": "Say who you are, and ask one easy thing: {{ question }}"},
    "voicemail": {"says": "Three beats: who you are, what it is about, when you can be reached."},
    "text": {
        "by": "person",
        "wording": [
            "Hi {{ lead.first_name }}, {{ me.first_name }} at {{ seller }}. {{ question }} Reply STOP to opt out.",
            "{{ seller }} here about your request. {{ question }} Reply STOP to opt out.",
        ],
    },
    "email": {
        "by": "person",
        "subject": ["Your {{ offer }} request", "Your request to {{ seller }}"],
        "wording": [
            "Hi {{ lead.first_name }},\n\nOne thing would help me answer you properly: {{ question }}\n\n"
            "{{ me.first_name }}\n{{ seller }}",
            "Hello,\n\nOne thing would help us answer you properly: {{ question }}\n\n{{ seller }}",
        ],
    },
}
