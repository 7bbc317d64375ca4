"""The pages of a repository's host, from the address that it is cloned from."""

from __future__ import annotations

from unshipped.core.history.addresses import identity


def web_of(address: str) -> str:
    """The page of the repository that is cloned from there; empty for a place that has none: a folder.

    No user name and no password of the address is part of it.
    """
    host, _, path = identity(address).partition("/")
    return f"https://{host}/{path}" if "." in host.strip(".") and path else ""


def commit_page(web: str, commit: str) -> str:
    """The page of a commit; empty where the host is not known."""
    if not (web and commit):
        return ""
    kinds = {"gitlab": "/-/commit/", "bitbucket": "/commits/"}
    return f"{web}{kinds.get(_kind(web), '/commit/')}{commit}"


def comparison_page(web: str, old: str, new: str) -> str:
    """The page that shows what lies between two commits."""
    if not (web and old and new):
        return ""
    if _kind(web) == "bitbucket":
        return f"{web}/branches/compare/{new}..{old}"
    return f"{web}{'/-' * (_kind(web) == 'gitlab')}/compare/{old}...{new}"


def request_page(web: str, number: int) -> str:
    """The page of a pull or merge request."""
    kinds = {"gitlab": "/-/merge_requests/", "bitbucket": "/pull-requests/"}
    return f"{web}{kinds.get(_kind(web), '/pull/')}{number}" if web else ""


def _kind(web: str) -> str:
    host = web.removeprefix("https://").partition("/")[0]
    return next((kind for kind in ("gitlab", "bitbucket") if kind in host), "")
