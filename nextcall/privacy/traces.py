"""Where else a person's values may stand: undo snapshots, answers to posts, deliveries as they came, files imported."""

import csv
import io
import json
import re
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db.models import QuerySet

from nextcall.engine.models import Action, BulkChange, Notice, Taken
from nextcall.intake import set_aside
from nextcall.intake.models import Capture, Import
from nextcall.leads.models import ContactPoint, Lead, Person

OVER = (Import.State.DONE, Import.State.FAILED, Import.State.UNDONE)
CHUNK = 200
LARGEST = 16 * 1024 * 1024  # bytes of one part of a workbook
SHORTEST = 7  # digits of a number written in a file: without country, and however it is spaced


@dataclass
class Traces:
    """Whose traces: the person, their leads, and what stands for them in writing."""

    person: Person
    leads: list[int]
    points: list[ContactPoint]
    words: list[str] = field(init=False)
    numbers: list[str] = field(init=False)

    def __post_init__(self) -> None:
        emails = [form.lower() for point in self.points if point.kind == "email" for form in (point.value, point.key)]
        self.words = [one for one in (*emails, self.person.name.lower()) if len(one) > 3]
        digits = [re.sub(r"\D", "", point.value) for point in self.points if point.kind == "phone"]
        self.numbers = [one[-10:] for one in digits if len(one) >= SHORTEST]

    def stands_in(self, text: str) -> bool:
        """Whether their name, address or number stands in it, however the number is written."""
        plain = text.lower()
        if any(word in plain for word in self.words):
            return True
        digits = re.sub(r"(?<=\d)[\s().\-]+(?=\d)", "", plain) if self.numbers else ""
        return any(number in digits for number in self.numbers)


def wipe(found: Traces) -> None:
    """Take them out of everything that is not a row of theirs."""
    _deeds(found)
    _answers(found)
    _deliveries(found)
    for import_ in _files(found):
        _file(import_, found)


def _deeds(found: Traces) -> None:
    """What undoing would put back goes, so that nothing can be; deeds towards several lose their part alone."""
    account_id = found.person.account_id
    Action.objects.filter(account_id=account_id, lead__in=found.leads).update(before=[], made=[], says="")
    for deed in Action.objects.filter(account_id=account_id, lead=None).iterator(CHUNK):
        kept = [one for one in deed.before if not _is_theirs(one, found)]
        if len(kept) != len(deed.before) or found.stands_in(deed.says):
            says = "" if found.stands_in(deed.says) else deed.says
            Action.objects.filter(account_id=account_id, pk=deed.pk).update(before=kept, says=says)
    for change in BulkChange.objects.filter(account_id=account_id).only("says").iterator(CHUNK):
        if found.stands_in(change.says):
            BulkChange.objects.filter(account_id=account_id, pk=change.pk).update(says="")
    Notice.objects.filter(account_id=account_id, about__in=[f"lead:{pk}" for pk in found.leads]).delete()


def _is_theirs(entry: Mapping[str, Any], found: Traces) -> bool:
    was = entry.get("was") or {}
    if was.get("person_id") == found.person.pk or was.get("lead_id") in found.leads:
        return True
    if entry.get("model") == "Lead" and entry.get("pk") in found.leads:
        return True
    return found.stands_in(json.dumps(entry, ensure_ascii=False))


def _answers(found: Traces) -> None:
    """What posts were told, in which a name may stand: kept for a month, so that a phone's repeat gets it again."""
    rows = Taken.objects.filter(account_id=found.person.account_id).only("answer")
    for taken in rows.iterator(CHUNK):
        if found.stands_in(json.dumps(taken.answer, ensure_ascii=False)) or _given(taken.answer, found):
            answer = {"said": "", "problem": "", "action": None, "url": taken.answer.get("url", "")}
            Taken.objects.filter(account_id=found.person.account_id, pk=taken.pk).update(answer=answer)


def _given(answer: Mapping[str, Any], found: Traces) -> bool:
    """Said with the first name alone, on their page."""
    url = str(answer.get("url", ""))
    return any(f"/leads/{pk}/" in url for pk in found.leads)


def _deliveries(found: Traces) -> None:
    """The raw bytes go; that something came, and when, stays."""
    rows = Capture.objects.filter(account_id=found.person.account_id)
    _empty(rows.filter(lead__in=found.leads))
    for capture in rows.filter(lead=None).exclude(state=Capture.State.NEW).only("body").iterator(CHUNK):
        if found.stands_in(bytes(capture.body).decode("utf-8", "replace")):
            _empty(rows.filter(pk=capture.pk))


def _empty(rows: "QuerySet[Capture]") -> None:
    rows.update(body=b"", problem="", ip=None)


def _files(found: Traces) -> Iterator[Import]:
    """Files that are over and named them; a file still being read meets their stop."""
    of_leads = Lead.objects.filter(pk__in=found.leads, import_id__isnull=False).values_list("import_id", flat=True)
    known = set(of_leads)
    for import_ in Import.objects.filter(account_id=found.person.account_id, state__in=OVER).iterator(CHUNK):
        merged = import_.undo_data.get("merged", [])
        by_merge = any(one.get("person") == found.person.pk for one in merged)
        if import_.pk in known or by_merge or _names_them(import_, found):
            yield import_


def _names_them(import_: Import, found: Traces) -> bool:
    """In the file itself, where it is text; in the rows set aside; in the examples of problems."""
    told = import_.set_aside_file + json.dumps(import_.summary, ensure_ascii=False)
    return found.stands_in(told) or found.stands_in(_text_of(bytes(import_.body)))


def _text_of(body: bytes) -> str:
    """A workbook is an archive of XML; of one that unpacks without end no more is read than a file may have."""
    if body[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return body.decode("utf-16", "replace")
    if body[:2] != b"PK":
        return body.decode("utf-8", "replace")
    try:
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            names = [one for one in archive.namelist() if one.endswith(".xml")]
            return "\n".join(archive.open(one).read(LARGEST).decode("utf-8", "replace") for one in names[:100])
    except (zipfile.BadZipFile, zlib.error, OSError, NotImplementedError, RuntimeError):
        return ""


def _file(import_: Import, found: Traces) -> None:
    """The file as it was uploaded is needed no more; of what was kept of it, only their rows go."""
    merged = import_.undo_data.get("merged", [])
    undo_data = {**import_.undo_data, "merged": [one for one in merged if one.get("person") != found.person.pk]}
    problems = [
        {**one, "example": ""} if found.stands_in(str(one.get("example", ""))) else one
        for one in import_.summary.get("problems", [])
    ]
    Import.objects.filter(pk=import_.pk).update(
        body=b"",
        undo_data=undo_data,
        summary={**import_.summary, "problems": problems} if import_.summary else {},
        set_aside_file=_without(import_.set_aside_file, found),
    )


def _without(rows: str, found: Traces) -> str:
    """The rows set aside without theirs. A cell that `set_aside.lines` made safe already is made so again."""
    try:
        kept = [row for row in csv.reader(io.StringIO(rows)) if not found.stands_in("\t".join(row))]
    except csv.Error:  # a cell beyond all bounds
        return ""
    return set_aside.lines([[cell.removeprefix("'") for cell in row] for row in kept])
