"""nextcall classify: the contract of interfaces.md."""

import io
import json

import pytest

from nextcall.cli import run


def test_the_document_has_its_shape(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["classify", "please stop calling me", "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert set(answer) == {"verdict", "scope", "because", "intent"}
    assert (answer["verdict"], answer["scope"]) == ("opt_out", ["call"])


def test_a_dash_reads_standard_input(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("Désabonner\n"))
    assert run(["classify", "-", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["verdict"] == "opt_out"


def test_people_read_it_too(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["classify", "see you tomorrow"]) == 0
    assert capsys.readouterr().out.startswith("reply: ")


def test_no_text_is_a_wrong_call(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["classify"]) == 2
