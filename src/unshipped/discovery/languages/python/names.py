"""What the names of a Python module are set to, anywhere in it: one name may be set many times."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence

_UNKNOWN = ast.Constant(None)
_SIMPLE = (ast.Expr, ast.Assign, ast.AnnAssign, ast.Import, ast.ImportFrom)
_SETS = {ast.Assign, ast.AnnAssign, ast.NamedExpr, ast.For, ast.AsyncFor, ast.comprehension, ast.FunctionDef}
_SETS_OTHERWISE = {ast.Name, ast.arg, ast.Call, ast.Subscript, ast.ExceptHandler, ast.MatchAs, ast.MatchStar}
_GROWS = {"append", "extend", "insert", "update", "add", "setdefault", "remove", "pop"}


class Column(ast.expr):
    """Each element at one place in the elements of a list: `for _, name in LIST`."""

    def __init__(self, value: ast.expr, number: int) -> None:
        super().__init__()
        self.value, self.number = value, number


def assigned(nodes: Sequence[ast.AST]) -> dict[str, list[ast.expr]]:
    """The expressions of each name; of a loop's, what it runs through; of `name()`, what a function gives
    back. What is set in another way stands in it as an expression that is not known.
    """
    found: dict[str, list[ast.expr]] = {}
    settled: set[int] = set()
    for node in nodes:
        if node.__class__ in _SETS:
            for target, value in _set(node):
                if isinstance(target, ast.Name):
                    settled.add(id(target))
                    found.setdefault(target.id, []).append(value)
    for node in nodes:
        if node.__class__ in _SETS_OTHERWISE and id(node) not in settled and (name := _otherwise(node)):
            found.setdefault(name, []).append(_UNKNOWN)
    return found


def _set(node: ast.AST) -> Iterator[tuple[ast.expr, ast.expr]]:
    if isinstance(node, ast.Assign):
        for target in node.targets:
            yield target, node.value
    elif isinstance(node, ast.AnnAssign | ast.NamedExpr) and node.value:
        yield node.target, node.value
    elif isinstance(node, ast.For | ast.AsyncFor | ast.comprehension):
        if isinstance(node.target, ast.Tuple):
            for at, target in enumerate(node.target.elts):
                yield target, Column(node.iter, at)
        else:
            yield node.target, ast.Starred(node.iter)
    elif isinstance(node, ast.FunctionDef):
        *before, last = node.body
        if isinstance(last, ast.Return) and last.value and all(isinstance(one, _SIMPLE) for one in before):
            yield ast.Name(f"{node.name}()"), last.value


def _otherwise(node: ast.AST) -> str:
    """The name that is set or grows in a way that is not followed."""
    if isinstance(node, ast.Name):
        return "" if isinstance(node.ctx, ast.Load) else node.id
    if isinstance(node, ast.arg):
        return node.arg
    if isinstance(node, ast.ExceptHandler | ast.MatchAs | ast.MatchStar):
        return node.name or ""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in _GROWS:
        return _id(node.func.value)
    if isinstance(node, ast.Subscript) and not isinstance(node.ctx, ast.Load):
        return _id(node.value)
    return ""


def _id(node: ast.expr) -> str:
    return node.id if isinstance(node, ast.Name) else ""
