"""`docs/reference/access.md`: who may do what, from the JSON Schema of `unshipped schema --access`."""

from __future__ import annotations

from docs.generator.configuration import reachable, section, title
from unshipped.web.settings import access_schema

HEAD = """\
# Access

The file of `unshipped serve --access` says [who may ask what](../guides/serve.md#who-may-ask).
It is the server's own and lies outside of the repository that is watched.
`unshipped schema --access` prints the JSON Schema that this page is made from; editors complete with it:

```sh
unshipped schema --access --output access.schema.json
```

A setting that is not known is an error, and so is one that is set twice.
At least one of `tokens`, `proxy` and `oidc` has to be there.

"""


def page() -> str:
    schema = {name: part for name, part in access_schema().items() if name != "anyOf"}
    names = reachable(schema)
    parts = [section("The file", schema), *(section(title(name), schema["$defs"][name]) for name in names)]
    return HEAD + "\n".join(parts)
