"""The options of a kind: its dataclass as a model that reads words as they are meant."""

from __future__ import annotations

import ast
import dataclasses
import inspect
import sys
from collections.abc import Iterator, Sequence
from functools import cache
from itertools import pairwise
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Self, Union, get_args, get_origin, get_type_hints

from pydantic import AfterValidator, ConfigDict, Field, create_model, model_validator
from typing_extensions import is_typeddict

from unshipped.config.fields import AsRead, AsWritten, Literally, Number, Switch, Whole, refusal
from unshipped.config.scalars import plain
from unshipped.config.strict import Strict
from unshipped.secrets import Reference

_LEAVES: dict[Any, Any] = {str: Literally, int: Whole, float: Number, bool: Switch}


class ReferenceSetting(Strict):
    """Where a value is read from that must not stand in this file. Exactly one of `env` and `file`."""

    model_config = ConfigDict(json_schema_extra={"oneOf": [{"required": ["env"]}, {"required": ["file"]}]})

    @model_validator(mode="after")
    def _one(self) -> Self:
        if len({"env_", "file_"} & self.model_fields_set) != 1:
            raise refusal("a reference is `{env: NAME}` or `{file: PATH}`: exactly one of the two")
        return self


@cache
def options_model(kind: str, options: type, word: str = "source") -> type[Strict]:
    """The model of `{source: kind, …}`, or of what else has a kind, by another word: what it must have, its
    own, what other kinds have as well. Fields are the options with `_` behind, so that any name will do.
    """
    hints = get_type_hints(options, include_extras=True)
    texts = docstrings(options)
    settings: dict[str, Any] = {
        f"{word}_": (Literal[kind], Field(alias=word, description=f"The kind of {word}."))
    }
    own = vars(options).get("__annotations__", {})
    for field in sorted(
        dataclasses.fields(options), key=lambda one: (_default(one) is not ..., one.name not in own)
    ):
        if field.init:
            settings[f"{field.name}_"] = (
                _setting(hints[field.name]),
                Field(_default(field), alias=field.name, description=texts.get(field.name)),
            )
    return create_model(options.__name__, __base__=Strict, __doc__=inspect.getdoc(options), **settings)


def _default(field: dataclasses.Field[Any]) -> Any:
    if field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING:
        return ...
    return field.default if isinstance(field.default, str | int | float) else None


@cache
def _typed_dict(options: Any) -> type[Strict]:
    texts = docstrings(options)
    settings: dict[str, Any] = {
        f"{name}_": (
            _setting(hint),
            Field(
                ... if name in options.__required_keys__ else None, alias=name, description=texts.get(name)
            ),
        )
        for name, hint in get_type_hints(options).items()
    }
    base = ReferenceSetting if options is Reference else Strict
    return create_model(options.__name__, __base__=base, __doc__=inspect.getdoc(options), **settings)


def _setting(hint: Any) -> Any:
    """A type whose words are read as the type expects them."""
    origin, arguments = get_origin(hint), get_args(hint)
    if hint in _LEAVES:
        return _LEAVES[hint]
    if is_typeddict(hint):
        return _typed_dict(hint)
    if hint in (Any, object):
        return Annotated[object, AfterValidator(plain)]
    if origin is Literal:
        return Annotated[hint, AsWritten if all(isinstance(word, str) for word in arguments) else AsRead]
    if origin is Annotated:
        return Annotated[(_setting(arguments[0]), *arguments[1:])]
    if origin in (Union, UnionType):
        return Union[tuple(map(_setting, arguments))]  # noqa: UP007 - its members are known at run time only
    if origin and arguments:
        return origin[tuple(map(_setting, arguments))]
    return None if hint is NoneType else hint


@cache
def docstrings(owner: type) -> dict[str, str]:
    """The text below each attribute of a class, the inherited ones among them. Empty without its source."""
    found: dict[str, str] = {}
    for base in reversed(getattr(owner, "__mro__", (owner,))):
        body = _classes_of(base.__module__).get(base.__qualname__, [])
        found |= dict(_documented(body))
    return found


@cache
def _classes_of(module: str) -> dict[str, list[ast.stmt]]:
    """What stands in each class of a module, by the name of the class."""
    try:
        return dict(_classes(ast.parse(inspect.getsource(sys.modules[module]))))
    except (KeyError, OSError, TypeError, SyntaxError):
        return {}


def _classes(tree: ast.AST, within: str = "") -> Iterator[tuple[str, list[ast.stmt]]]:
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.ClassDef):
            yield within + node.name, node.body
            yield from _classes(node, f"{within}{node.name}.")
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield from _classes(node, f"{within}{node.name}.<locals>.")
        elif isinstance(node, ast.stmt):
            yield from _classes(node, within)


def _documented(body: Sequence[ast.stmt]) -> Iterator[tuple[str, str]]:
    for attribute, text in pairwise(body):
        if (
            isinstance(attribute, ast.AnnAssign)
            and isinstance(attribute.target, ast.Name)
            and isinstance(text, ast.Expr)
            and isinstance(text.value, ast.Constant)
            and isinstance(text.value.value, str)
        ):
            yield attribute.target.id, " ".join(inspect.cleandoc(text.value.value).split())


WrittenOrReferenced: Any = _setting(str | Reference)
"""A text that stands here, or the place where it is read from when it is needed."""


def written(setting: Any) -> str | Reference:
    """Such a setting as a value."""
    if isinstance(setting, str):
        return setting
    found: Reference = setting.model_dump(by_alias=True, exclude_unset=True)
    return found
