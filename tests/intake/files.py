"""Files of leads for tests, and the steps that take them in."""

from nextcall.intake import importing
from nextcall.intake.choices import Choices, Summary
from nextcall.intake.models import Import
from nextcall.team.models import Account, Member
from tests import builders

MONDAY = builders.MONDAY
PERMISSION = {
    "channels": ["call", "text", "email"],
    "wording": builders.WORDING,
    "sellers": ["Acme Homes"],
    "attested_by": "Ann Weaver",
}
MIXED = b"""Name,Cell #,e-mail addy,State,ZIP,Notes,Do Not Call,Created
Hazel Thorne,(303) 555-0142,hazel@example.com,CO,80202,wants a call,,5/30/2024
"Weaver, Omar",555-0143,omar@example.com,CO,80203,,,6/13/2024
Iris Lake,5.03555E+09,,CO,80204,,,
Noor Banks,,noor@example.com,Florida,33101,,yes,6/14/2024
HAZEL THORNE,303-555-0142,HAZEL@example.com,,,again,,
Nobody,,,,,,,
"""


def begin(account: Account, body: bytes = MIXED, by: Member | None = None, name: str = "leads.csv") -> Import:
    return importing.start(account=account, by=by, file_name=name, body=body, at=MONDAY)


def run_all(import_: Import, *, chunk: int = importing.CHUNK) -> Summary:
    while importing.run(import_, at=MONDAY, chunk=chunk):
        pass
    import_.refresh_from_db()
    return Summary.from_json(import_.summary)


def take(
    account: Account,
    body: bytes = MIXED,
    *,
    choices: Choices | None = None,
    by: Member | None = None,
    chunk: int = importing.CHUNK,
) -> tuple[Import, Summary]:
    import_ = begin(account, body, by)
    importing.confirm(import_, choices=choices or Choices(), by=by, at=MONDAY)
    return import_, run_all(import_, chunk=chunk)


def many(count: int, start: int = 0) -> bytes:
    rows = [
        f"Given{n} Family{n},30355{n % 100000:05d},lead{n}@example.com,CO,80202" for n in range(start, start + count)
    ]
    return "\n".join(["name,phone,email,state,zip", *rows]).encode()
