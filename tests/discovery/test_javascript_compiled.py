"""Two stages for real: the compiler makes `dist`, it is copied elsewhere, and Node.js says what it loads of it."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.discovery.test_javascript_stages import derived
from tests.discovery.trees import Files
from tests.page.built import set_up

COMPILER = Path(__file__).parents[2] / "frontend/node_modules/typescript/bin/tsc"
NODE = shutil.which("node")
pytestmark = pytest.mark.skipif(
    NODE is None or shutil.which("npm") is None, reason="Node.js is not installed"
)
LAYOUTS = {
    "a root": ('"outDir": "dist", "rootDir": "src"', "src", "dist"),
    "a deeper directory": ('"outDir": "out/js", "rootDir": "lib/code"', "lib/code", "out/js"),
    "no root": ('"outDir": "dist"', "src", "dist"),
}
SOURCES = {
    "main.ts": "import { a } from './a'\nimport b = require('./b')\nexport const n = a + b.b\nimport('./lazy')",
    "a.ts": "export { c as a } from './deep'",
    "b.ts": "import data from './data.json'\nexport const b = data.n",
    "data.json": '{"n": 1}',
    "deep/index.ts": "import type { T } from '../types'\nexport const c: T = 1\nrequire('./' + 'd')",
    "deep/d.js": "exports.d = 1",
    "lazy.ts": "export const lazy = 1",
    "types.ts": "export type T = number",
    "unused.ts": "import './main'",
}
DOCKERFILE = """
FROM node AS build
WORKDIR /app
COPY package.json ./
RUN npm ci
COPY . .
RUN npm run build
FROM node
WORKDIR /srv
COPY --from=build /app/{out} ./moved
CMD ["node", "moved/main.js"]
"""
SAYS = "process.on('exit', () => console.log(JSON.stringify(Object.keys(require.cache))))\n"


@pytest.fixture(scope="module")
def compiler() -> str:
    """The one that the page is built with, installed if nobody needed it before."""
    set_up("frontend/node_modules/.ready")
    return str(COMPILER)


@pytest.mark.parametrize(("options", "root", "out"), LAYOUTS.values(), ids=LAYOUTS)
def test_what_node_loads_of_another_stage_counts(
    compiler: str, tmp_path: Path, options: str, root: str, out: str
) -> None:
    more = '"module": "commonjs", "allowJs": true, "resolveJsonModule": true, "esModuleInterop": true, "types": []'
    files: Files = {
        "package.json": '{"scripts": {"build": "tsc"}}',
        "tsconfig.json": f'{{"compilerOptions": {{{options}, {more}}}, "include": ["{root}"]}}',
        **{f"{root}/{name}": text for name, text in SOURCES.items()},
    }
    for path, text in files.items():
        (tmp_path / "app" / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "app" / path).write_text(str(text))
    subprocess.run([NODE or "", compiler], cwd=tmp_path / "app", check=False, timeout=60, capture_output=True)
    moved = (tmp_path / "srv/moved").resolve()
    shutil.copytree(tmp_path / "app" / out, moved)
    (tmp_path / "says.cjs").write_text(SAYS)
    command = [NODE or "", "-r", str(tmp_path / "says.cjs"), str(moved / "main.js")]
    done = subprocess.run(command, check=True, timeout=60, capture_output=True, text=True)
    loaded = [Path(one).relative_to(moved) for one in json.loads(done.stdout) if one.startswith(str(moved))]
    by_stem = {Path(name).with_suffix(""): f"{root}/{name}" for name in SOURCES}
    expected = {by_stem[one.with_suffix("")] for one in loaded}
    assert len(expected) == 7
    found = derived(DOCKERFILE.format(out=out), files)
    assert expected <= set(found.closure.paths)
    assert f"{root}/unused.ts" not in found.closure.paths
    assert found.doubts == ()
