"""`docs/reference/environment.md`: every environment variable that the program reads."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

import unshipped

OWN = {
    "UNSHIPPED_SERVER": "For gates, on the command line and in programs: the server that is asked.",
    "UNSHIPPED_TOKEN": "What that server wants to see.",
    "UNSHIPPED_VERDICTS": "For gates in programs: the file of verdicts that is asked.",
    "UNSHIPPED_VERDICTS_KEY": "What that file is signed with.",
    "UNSHIPPED_SPOOL": "For gates: the folder in which a bypass is left that nobody could write down. "
    "Without it: beside the file of verdicts, or `unshipped/bypasses` in `XDG_STATE_HOME`.",
    "XDG_STATE_HOME": "See `UNSHIPPED_SPOOL`. Without it: `~/.local/state`.",
    "UNSHIPPED_CONFIG": "For gates in programs: the configuration of `unshipped`, where that is asked.",
    "UNSHIPPED_GATE_DEADLINE": "For gates in programs: how many seconds to wait. Without it: 0.3.",
    "UNSHIPPED_SERVICE": "For `check_own_drift`: the name of this service. Without it: `K_SERVICE`.",
    "K_SERVICE": "Likewise; Cloud Run sets it.",
    "UNSHIPPED_COMMIT": "For `check_own_drift`: the commit that this program was made from, before all of "
    "`GIT_COMMIT` and what follows it.",
    "GIT_COMMIT": "For `check_own_drift` and `unshipped.fingerprint` in programs: the commit that the build "
    "left behind. The first of these five that is set is taken.",
    "COMMIT_SHA": "Likewise, the second.",
    "BUILD_COMMIT": "Likewise, the third.",
    "GIT_SHA": "Likewise, the fourth.",
    "SOURCE_VERSION": "Likewise, the fifth.",
    "GIT_SOURCE": "For `unshipped.fingerprint` in programs: where the code came from; it is told with the "
    "commit. So is `VERSION`.",
    "BUILD_URL": "Likewise: the page of the build.",
    "UNSHIPPED_HOOK": "`0`: the reminder after a commit is silent.",
    "CI": "Where it is set to anything but `0` and `false`: the reminder after a commit is silent.",
    "GIT_DIR": "For the reminder after a commit: the repository that the hook runs in. git sets it.",
    "UNSHIPPED_CACHE_DIR": "Where answers are remembered. Losing it costs time and nothing else; "
    "a folder of somebody else, and one that group or others can write, is not used.",
    "XDG_CACHE_HOME": "Without `UNSHIPPED_CACHE_DIR`: answers are remembered in its folder `unshipped`; "
    "without both, in `~/.cache/unshipped`.",
    "UNSHIPPED_MIRRORS": "Where repositories are kept that are given by a `url` alone. "
    "Without it: in `mirrors` beside the answers that are remembered.",
    "UNSHIPPED_USER": "Who decides or asks, where `--by` or `by` is not given: `ack`, `hold`, `silence`, "
    "gates. Without it: the user of this machine.",
    "DOCKER_HOST": "For `docker` sources without a `host`: where to ask. Without it: the usual sockets.",
    "REGISTRY_AUTH_FILE": "For `oci` sources: where `podman login` and `skopeo login` remember who asks.",
    "DOCKER_CONFIG": "For `oci` sources: the folder of docker's `config.json`. Without it: `~/.docker`.",
    "XDG_RUNTIME_DIR": "For `oci` sources: logins are also looked for in its `containers/auth.json`. "
    "For `docker` sources: Podman's socket is looked for in it.",
    "GITHUB_TOKEN": "For `github` sources without a `token`: who asks. Without it: nobody in particular. "
    "For `serve --github` and `ci comment --post github`: who answers and writes.",
    "GITLAB_TOKEN": "For `gitlab` sources without a `token`: who asks. Without it: nobody in particular. "
    "For `serve --gitlab`: who answers.",
    "UNSHIPPED_GITHUB_SECRET": "For `serve --github`: what GitHub signs its events with.",
    "UNSHIPPED_GITHUB_APP_ID": "For `serve --github`: the App that answers GitHub. "
    "Without it: `GITHUB_TOKEN` answers.",
    "UNSHIPPED_GITHUB_APP_KEY": "The private key of that App, as text.",
    "UNSHIPPED_GITHUB_APP_KEY_FILE": "Without `UNSHIPPED_GITHUB_APP_KEY`: the file that holds it.",
    "UNSHIPPED_GITLAB_SECRET": "For `serve --gitlab`: what GitLab signs its events with.",
    "UNSHIPPED_GITLAB_TOKEN": "For `ci comment --post gitlab`: a project's token that may write comments.",
    "UNSHIPPED_SLACK_SIGNING_SECRET": "For `serve --slack`: what Slack signs the presses of buttons with.",
    "GITHUB_API_URL": "For `serve --github` and `ci comment --post github`: where GitHub's API is. "
    "GitHub Actions sets it. Without it: `https://api.github.com`.",
    "GITHUB_REPOSITORY": "For `ci comment --post github`: whose pull request it is. GitHub Actions sets it.",
    "GITHUB_REF": "For `ci comment --post github`: which pull request it is. GitHub Actions sets it.",
    "CI_API_V4_URL": "For `serve --gitlab` and `ci comment --post gitlab`: where GitLab's API is. "
    "GitLab sets it in its jobs.",
    "CI_PROJECT_ID": "For `ci comment --post gitlab`: whose merge request it is. GitLab sets it.",
    "CI_MERGE_REQUEST_IID": "For `ci comment --post gitlab`: which merge request it is. GitLab sets it.",
    "COLUMNS": "How wide the text output is, at least 40. "
    "Without it: the terminal's width, or 100 where there is none.",
    "NO_COLOR": "Any value: no colour, unless `--color always` asks for it.",
    "TERM": "`dumb`: no colour, unless `--color always` asks for it.",
    "GITHUB_ACTIONS": "Where it is `true`: what is told of commits and files, as by `affected`, `doctor`, "
    "`explain` and `where`, holds no command to the runner. GitHub Actions sets it.",
    "GITHUB_STEP_SUMMARY": "With `--format github`: the file that the Markdown report is added to. "
    "GitHub Actions sets it.",
    "BIGQUERY_EMULATOR_HOST": "For `unshipped db export --bigquery`: the address of an emulator, "
    "which is asked without credentials.",
    "KUBECONFIG": "Files that say how a Kubernetes cluster is reached, as kubectl reads them. "
    "Without it: `~/.kube/config`.",
    "KUBERNETES_SERVICE_HOST": "Where the cluster's API is, inside of a pod. Kubernetes sets it.",
    "KUBERNETES_SERVICE_PORT": "Its port, likewise.",
}
"""What the package itself asks for by name."""

THROUGH = {
    "HTTPS_PROXY, NO_PROXY": "Obeyed for addresses with `https`. An address with `http` is asked straight.",
    "PATH": "Where `git`, and the programs of `command` sources, are found.",
    "GIT_CONFIG_COUNT": "With its companions: settings of git, such as `safe.directory`.",
    "GIT_SSH_COMMAND, GIT_ASKPASS, SSH_AUTH_SOCK": "How git reaches a remote, "
    "for `--fetch` and for `ref` sources with a `remote`.",
}
"""What a library or a child program reads."""

_FOR_CHILDREN = ("git/child.py", "hook/remind.py", "platforms/process.py")
"""What stands there is set for other programs, or kept from them."""
_OTHERS = {"ORIG_HEAD", "PATH_INFO", "QUERY_STRING", "KUBERNETES_EXEC_INFO"}
"""What is written like a variable of the environment and is none that is read."""
_WRITTEN = re.compile(r"[A-Z][A-Z0-9]*(_[A-Z0-9]+)+")


def page() -> str:
    return (
        "# Environment variables\n\n"
        "No variable changes a verdict, except those that a configuration names itself: "
        "`{env: NAME}` in a source reads the variable `NAME`.\n\n"
        f"{_table(OWN)}\n"
        "## Read by what unshipped uses\n\n"
        f"{_table(THROUGH)}\n"
        "What would make git look at another repository than the one that was asked for (`GIT_DIR`, "
        "`GIT_INDEX_FILE` and the like, as a git hook has them) is taken out before git runs.\n"
    )


def _table(meanings: dict[str, str]) -> str:
    rows = "".join(f"| `{name}` | {text} |\n" for name, text in meanings.items())
    return f"| variable | meaning |\n|---|---|\n{rows}"


def read_by_name() -> set[str]:
    """The variables whose names stand in the package's code: where they are read, or in a module that is
    given an environment.
    """
    found: set[str] = set()
    for path in Path(unshipped.__file__).parent.rglob("*.py"):
        nodes = list(ast.walk(ast.parse(path.read_text(encoding="utf-8"))))
        for node in nodes:
            found |= set(_texts(_names(node)))
        if any(map(_is_given, nodes)) and not path.as_posix().endswith(_FOR_CHILDREN):
            found |= {text for text in _texts(nodes) if _WRITTEN.fullmatch(text)}
    return found - _OTHERS


def _texts(nodes: Sequence[ast.AST]) -> Iterator[str]:
    return (node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str))


def _is_given(node: ast.AST) -> bool:
    return _is_environ(node) or (isinstance(node, ast.arg) and node.arg == "environ")


def _names(node: ast.AST) -> list[ast.expr]:
    match node:
        case ast.Call(func=ast.Attribute(value=value, attr="get"), args=[name, *_]) if _is_environ(value):
            return [name]
        case ast.Call(func=ast.Attribute(attr="getenv"), args=[name, *_]):
            return [name]
        case ast.Subscript(value=value, slice=name) if _is_environ(value):
            return [name]
        case ast.Compare(left=name, comparators=[value]) if _is_environ(value):
            return [name]
    return []


def _is_environ(node: ast.AST) -> bool:
    return isinstance(node, ast.Attribute) and node.attr == "environ"
