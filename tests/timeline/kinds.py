"""Every kind of event that the product writes, read from its source: what is not run is found as well."""

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import nextcall

ROOT = Path(nextcall.__file__).parent
WRITERS = ("record", "event")  # of timeline/record.py

Function = ast.FunctionDef | ast.AsyncFunctionDef


class Unread(Exception):
    """A kind that is made of something that nobody unfolded; says where."""


@dataclass
class Module:
    """One file: its tree, and the function around each call."""

    path: Path
    tree: ast.Module = field(init=False)

    def __post_init__(self) -> None:
        self.tree = ast.parse(self.path.read_text())

    @cached_property
    def calls(self) -> list[tuple[ast.Call, Function | None]]:
        return list(_calls(self.tree, None))

    @cached_property
    def imported(self) -> dict[str, str]:
        """By the name that it has here, the module that it comes from."""
        found = [one for one in ast.walk(self.tree) if isinstance(one, ast.ImportFrom)]
        return {name.asname or name.name: one.module or "" for one in found for name in one.names}

    @cached_property
    def constants(self) -> dict[str, ast.expr]:
        """What stands at the module's own level."""
        found: dict[str, ast.expr] = {}
        for one in self.tree.body:
            for target in one.targets if isinstance(one, ast.Assign) else ():
                both = isinstance(target, ast.Tuple) and isinstance(one.value, ast.Tuple)
                pairs = zip(target.elts, one.value.elts, strict=True) if both else [(target, one.value)]
                found |= {name.id: value for name, value in pairs if isinstance(name, ast.Name)}
        return found


def _calls(node: ast.AST, around: Function | None) -> Iterator[tuple[ast.Call, Function | None]]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Call):
            yield child, around
        yield from _calls(child, child if isinstance(child, Function) else around)


def _name(call: ast.Call) -> str:
    """ "record" of record(...) and of timeline.record(...)."""
    return call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")


def _arguments(function: Function) -> list[str]:
    return [one.arg for one in (*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs)]


class Source:
    """The product's modules. `unfolded`: the values of a kind that is put together, by its source text."""

    def __init__(self, unfolded: Mapping[str, tuple[str, ...]]) -> None:
        self.unfolded = unfolded
        self.modules = [Module(path) for path in sorted(ROOT.rglob("*.py")) if "migrations" not in path.parts]

    def of_leads(self) -> dict[str, str]:
        """Each kind that is written with a lead, and where."""
        found: dict[str, str] = {}
        for module in self.modules:
            if module.path.parts[-2:] == ("timeline", "record.py"):
                continue
            for call, around in module.calls:
                given = {one.arg: one.value for one in call.keywords}
                if _name(call) in WRITERS and "kind" in given and "lead_id" in given:
                    for kind in self._values(given["kind"], module, around):
                        found.setdefault(kind, f"{module.path.relative_to(ROOT)}:{call.lineno}")
        return found

    def _values(self, node: ast.expr, module: Module, around: Function | None) -> Iterator[str]:
        """What the expression may be, as far as the source says it; Unread where it does not."""
        written = ast.unparse(node)
        if written in self.unfolded:
            yield from self.unfolded[written]
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value
        elif isinstance(node, ast.IfExp):
            yield from self._values(node.body, module, around)
            yield from self._values(node.orelse, module, around)
        elif isinstance(node, ast.Subscript) and isinstance(node.value, ast.Dict):
            for value in node.value.values:
                yield from self._values(value, module, around)
        elif isinstance(node, ast.Name):
            yield from self._named(node, module, around)
        else:
            raise Unread(f"{module.path.relative_to(ROOT)}:{node.lineno} writes an event of kind {written}")

    def _named(self, name: ast.Name, module: Module, around: Function | None) -> Iterator[str]:
        """A variable of the function, what its callers give it, or a constant of some module."""
        local = [one.value for one in ast.walk(around) if _assigns(one, name.id)] if around else []  # type: ignore[attr-defined]
        if local:
            for value in local:
                yield from self._values(value, module, around)
        elif around is not None and name.id == "kind" and "kind" in _arguments(around):
            yield from self._given(module, around)
        elif name.id in module.constants:
            yield from self._values(module.constants[name.id], module, None)
        else:
            raise Unread(f"{module.path.relative_to(ROOT)}:{name.lineno} writes an event of kind {name.id}")

    def _given(self, module: Module, function: Function) -> Iterator[str]:
        """What the callers of a function give it as `kind`; of one with an underscore those of its module."""
        place = _arguments(function).index("kind")
        for other in [module] if function.name.startswith("_") else self.modules:
            for call, around in other.calls:
                if _name(call) != function.name or _is_of_another(call, other, module):
                    continue
                given = {one.arg: one.value for one in call.keywords}
                value = given.get("kind") or (call.args[place] if place < len(call.args) else None)
                if value is not None:
                    yield from self._values(value, other, around)


def _is_of_another(call: ast.Call, calling: Module, called: Module) -> bool:
    """editing.write_down(...) is not noting's; nor is a bare one that comes from elsewhere."""
    if isinstance(call.func, ast.Attribute):
        return not isinstance(call.func.value, ast.Name) or call.func.value.id != called.path.stem
    return calling is not called and calling.imported.get(_name(call), "").rpartition(".")[2] != called.path.stem


def _assigns(node: ast.AST, name: str) -> bool:
    return isinstance(node, ast.Assign) and any(isinstance(one, ast.Name) and one.id == name for one in node.targets)
