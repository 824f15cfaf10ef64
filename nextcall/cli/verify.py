"""nextcall verify: whether a proof pack is what was signed, and whether the record itself is what was sealed."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from nextcall.cli import Wrong, make_current, set_up
from nextcall.proof import archive, signing, verifying

SHOWN = 200


def command(
    file: Annotated[Path | None, typer.Argument(help="a pack that nextcall proof or the page Proof made")] = None,
    key: Annotated[str, typer.Option(help="the fingerprint that must have signed it, as you were told it")] = "",
    database: Annotated[
        bool, typer.Option("--database", help="check the record of this installation too; needs its database")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="one JSON document")] = False,
) -> int:
    """Checks a pack without a connection or a database: files, records, chain, table, signature.

    Exit status: 0 it is whole, 1 it was changed (each change is named), 2 it is no pack.
    Example: nextcall verify pack.zip --key "3f2a …"
    """
    if key and not signing.is_fingerprint(key):
        raise Wrong(
            "--key is not a fingerprint: 64 hexadecimal digits, as the pack's cover and nextcall doctor show it"
        )
    if file is None and not database:
        raise Wrong("name a pack, or say --database to check the record of this installation")
    answer: dict[str, Any] = {}
    findings: list[str] = []
    pack: Mapping[str, Any] = {}
    if file is not None:
        verdict = _pack(file, key)
        findings += verdict.findings
        pack = verdict.about
        answer = {"file": str(file), "records": verdict.records, "signed_by": verdict.fingerprint}
    if database:
        told, found = _record(pack)
        answer["accounts"] = told
        findings += found
    answer |= {"whole": not findings, "findings": findings}
    if as_json:
        print(json.dumps(answer, ensure_ascii=False))
    else:
        _show(answer, key)
    return int(bool(findings))


def _pack(file: Path, key: str) -> verifying.Verdict:
    try:
        if file.stat().st_size > archive.MOST_BYTES:
            raise Wrong(f"{file} is larger than any pack")
        return verifying.verify(file.read_bytes(), key=key)
    except OSError as error:
        raise Wrong(f"{file} cannot be read: {error.strerror}") from error
    except archive.NotAPack as error:
        raise Wrong(f"{file} is not a pack: {error}") from error


def _record(pack: Mapping[str, Any]) -> tuple[list[dict[str, Any]], list[str]]:
    """The chain of every account here, and whether the pack's end of it still stands."""
    set_up()
    make_current()
    from django.utils import timezone

    from nextcall.team.models import Account
    from nextcall.timeline import checking

    told, findings = [], []
    for account in Account.objects.order_by("pk"):
        checked = checking.Checked()
        for finding in checking.check(account.pk, checked, at=timezone.now()):
            findings.append(f"account {account.pk}: {finding.says}")
        told.append({"account": account.pk, "sealed": checked.count, "erased": checked.erased, "head": checked.head})
    chain = pack.get("chain")
    if chain and not checking.holds(chain["account"], number=chain["number"], hash=chain["hash"]):
        findings.append(
            f"account {chain['account']}: when the pack was made the chain ended otherwise at {chain['number']}:"
            " the record was rewritten since, or is another installation's"
        )
    return told, findings


def _show(answer: dict[str, Any], key: str) -> None:
    for finding in answer["findings"][:SHOWN]:
        print(f"changed  {finding}")
    if len(answer["findings"]) > SHOWN:
        print(f"         and {len(answer['findings']) - SHOWN} more")
    for one in answer.get("accounts", ()):
        erased = f", {one['erased']} of them erased since" if one["erased"] else ""
        print(f"record   account {one['account']}: {one['sealed']} events sealed{erased}, ends at {one['head']}")
    if "signed_by" in answer:
        if answer["whole"]:
            print(f"whole    {answer['records']} records, every file as it was signed")
        told = "the key that you named" if key else "compare it with the fingerprint that you were told by another way"
        print(f"key      {answer['signed_by'] or 'none'} ({told})")
    elif answer["whole"]:
        print("whole    every event is as it was sealed")
