"""After a commit: what it touches, what waits with it and since when, how to deploy; else silence."""

from __future__ import annotations

import json
import random
import re
import sys

import pytest

from tests.support.waiting import until
from unshipped.core.model import Closure
from unshipped.hook.compiled import roots
from unshipped.hook.known import MAP, Known
from unshipped.hook.remind import Landed, waits

HOUR = 3600.0


def test_a_commit_that_touches_a_service_is_told_with_what_waits(reminded):
    said = reminded.commit("worker/job.py")
    assert re.fullmatch(
        "unshipped: this commit touches worker\n"
        r"  worker: nothing else waits there \(looked at \d+ s ago\)\n"
        "  to deploy: make deploy SERVICE=worker ENVIRONMENT=production\n",
        said,
    )
    assert "with it 2 changes wait" in reminded.commit("worker/job.py")


def test_what_waited_at_the_last_look_counts_along(person):
    person.unshipped("hook", "install")
    person.commit("worker/job.py")
    person.commit("shared/util.py")
    person.unshipped("check", code=None)
    assert "worker: with it 3 changes wait, the oldest for" in person.commit("worker/job.py")


def test_a_look_at_one_service_leaves_what_is_known_of_the_others(reminded):
    reminded.unshipped("check", "api", code=None)
    assert "worker: nothing else waits there" in reminded.commit("worker/job.py")


def test_what_is_taken_back_waits_no_more(reminded):
    reminded.commit("worker/job.py")
    said = reminded.git("revert", "--no-edit", "HEAD")
    assert "unshipped: this commit touches worker\n  worker: nothing waits there any more: what runs" in said
    assert "to deploy" not in said
    assert "worker: nothing else waits there" in reminded.commit("worker/other.py")


def test_it_counts_as_a_check_does(reminded):
    """Files that change and change back, a service after the other."""
    dice, turns = random.Random(7), dict.fromkeys(["worker/job.py", "worker/other.py", "shared/util.py"], 1)
    for _ in range(16):
        path = dice.choice([*turns])
        turns[path] = 3 - turns[path]
        said = reminded.commit(path, f"{turns[path]}\n")
        report = json.loads(reminded.unshipped("check", "worker", "--format=json", code=None))
        waiting = report["targets"][0]["changes_behind"]
        told = re.search(r"worker: (?:with it )?(?:(\d+) changes? wait|nothing (else|waits))", said)
        assert told, said
        assert waiting == int(told[1] or ("1" if told[2] == "else" else "0"))


def test_without_any_look_nothing_is_invented(person):
    person.unshipped("hook", "install")
    assert "worker: what waits there is not known here yet (unshipped check)" in person.commit(
        "worker/job.py"
    )


@pytest.mark.parametrize("path", ["docs/a.md", "README", "worker/notes.md"])
def test_a_commit_that_touches_no_service_is_silent(reminded, path):
    assert reminded.commit(path) == ""


@pytest.mark.parametrize("env", [{"UNSHIPPED_HOOK": "0"}, {"CI": "true"}, {"CI": "1"}])
def test_it_is_silent_where_nobody_wants_to_hear_it(reminded, env):
    assert reminded.commit("worker/job.py", **env) == ""


def test_it_speaks_where_ci_is_said_to_be_off(reminded):
    assert "touches worker" in reminded.commit("worker/job.py", CI="false")


def test_a_merge_tells_what_came_with_it(reminded):
    reminded.git("checkout", "--quiet", "-b", "feature")
    reminded.commit("api/app.py")
    reminded.git("checkout", "--quiet", "main")
    reminded.commit("docs/a.md")
    said = reminded.git("merge", "--quiet", "--no-edit", "feature")
    assert "unshipped: what was merged touches api" in said


def test_a_fast_forward_is_a_merge_too(reminded):
    reminded.git("checkout", "--quiet", "-b", "feature")
    reminded.commit("api/app.py")
    reminded.git("checkout", "--quiet", "main")
    assert "what was merged touches api" in reminded.git("merge", "--quiet", "feature")


def test_on_a_branch_it_says_what_waits_already(reminded):
    reminded.git("checkout", "--quiet", "-b", "feature")
    assert "api: nothing waits there yet" in reminded.commit("api/app.py")


def test_a_rebase_is_silent(reminded):
    reminded.git("checkout", "--quiet", "-b", "feature")
    reminded.commit("api/new.py")
    reminded.git("checkout", "--quiet", "main")
    reminded.commit("worker/job.py")
    reminded.git("checkout", "--quiet", "feature")
    assert "touches" not in reminded.git("rebase", "main")


def test_a_merge_with_conflicts_is_silent_while_it_lasts_and_when_it_is_concluded(reminded):
    reminded.git("checkout", "--quiet", "-b", "feature")
    reminded.commit("api/app.py", "theirs\n")
    reminded.git("checkout", "--quiet", "main")
    reminded.commit("api/app.py", "ours\n")
    assert "touches" not in reminded.git("merge", "feature", code=1)
    assert "touches" not in reminded.commit("api/app.py", "both\n")


def test_what_a_remote_has_and_the_branch_does_not_is_not_counted_twice(reminded, tmp_path):
    there = reminded.at(tmp_path / "there")
    reminded.git("clone", "--quiet", str(reminded.folder), str(there.folder))
    reminded.git("remote", "add", "origin", str(there.folder))
    for path in ("api/one.py", "api/two.py"):
        there.commit(path)
    reminded.commit("api/own.py")
    reminded.git("fetch", "--quiet", "origin")
    reminded.unshipped("check", code=None)
    waits = "api: 2 changes wait there already"
    assert waits in reminded.commit("api/more.py")
    assert waits in reminded.git("merge", "--quiet", "--no-edit", "origin/main")


def test_a_commit_that_takes_another_one_s_place_is_not_counted_twice(reminded):
    reminded.commit("worker/job.py")
    reminded.unshipped("check", code=None)
    said = reminded.git("commit", "--quiet", "--amend", "-m", "Say it better")
    assert "worker: 1 change waits there already" in said


@pytest.mark.parametrize("state", ["bisect", "cherry-pick", "detached"])
def test_where_no_branch_is_checked_out_nothing_is_said_to_wait_with_it(reminded, state):
    first = reminded.git("rev-list", "--max-parents=0", "HEAD").strip()
    reminded.git("checkout", "--quiet", "-b", "feature")
    reminded.commit("docs/a.md")
    reminded.commit("api/app.py")
    reminded.git("checkout", "--quiet", "--detach", "main")
    if state == "bisect":
        reminded.git("bisect", "start", "main", first, "--")
    said = reminded.git("cherry-pick", "feature") if state == "cherry-pick" else reminded.commit("api/app.py")
    assert "unshipped: this commit touches api\n  api: nothing waits there yet" in said


def test_the_branch_is_known_where_the_file_head_does_not_name_it(reminded):
    reminded.git("refs", "migrate", "--ref-format=reftable", code=None)
    if "reftable" not in reminded.git("config", "--get", "extensions.refStorage", code=None):
        pytest.skip("git before 2.46 keeps branches in files")
    reminded.commit("worker/job.py")
    assert "worker: with it 2 changes wait" in reminded.commit("worker/job.py")


def test_no_setting_hides_that_a_submodule_moved(reminded, tmp_path):
    library = reminded.at(tmp_path / "library")
    reminded.git("init", "--quiet", str(library.folder))
    library.commit("a")
    reminded.git(
        "-c", "protocol.file.allow=always", "submodule", "--quiet", "add", str(library.folder), "api/lib"
    )
    reminded.git("config", "--file", ".gitmodules", "submodule.api/lib.ignore", "all")
    reminded.git("add", "--all")
    reminded.git("commit", "--quiet", "-m", "Take a library in")
    reminded.at(reminded.folder / "api" / "lib").commit("a")
    reminded.git("add", "--force", "api/lib")
    assert "touches api" in reminded.git("commit", "--quiet", "-m", "A newer library")


def test_no_setting_has_it_start_a_program(reminded, tmp_path):
    """Whoever commits has signed, and one that is asked whether a signature is right leaves a mark."""
    program = tmp_path / "program"
    program.write_text(
        "#!/bin/sh\n"
        f'case "$*" in *--verify*) touch {tmp_path}/ran; exit 1;; esac\n'
        "cat > /dev/null; echo '[GNUPG:] SIG_CREATED ' >&2\n"
        "printf '%s\\n' '-----BEGIN PGP SIGNATURE-----' '' iQ== '-----END PGP SIGNATURE-----'\n"
    )
    program.chmod(0o755)
    for setting in ("commit.gpgSign=true", "log.showSignature=true", f"gpg.program={program}"):
        reminded.git("config", *setting.split("="))
    assert "touches worker" in reminded.commit("worker/job.py")
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize("amends", [False, True])
def test_a_partial_clone_fetches_nothing(reminded, tmp_path, amends):
    """It lacks the trees of earlier commits: each would be fetched by itself, while a person waits."""
    for _ in range(5):
        reminded.commit("worker/job.py", UNSHIPPED_HOOK="0")
    reminded.git("config", "uploadpack.allowFilter", "true")
    source, clone = reminded.folder.as_uri(), reminded.at(tmp_path / "clone")
    reminded.git("-c", "protocol.file.allow=always", "clone", "-q", "--filter=tree:0", source, clone.folder)
    clone.git("config", "protocol.file.allow", "always")
    clone.unshipped("hook", "install")

    def packs() -> set[str]:
        return {path.name for path in (clone.folder / ".git/objects/pack").iterdir()}

    before = packs()
    if amends:
        clone.commit("worker/job.py", UNSHIPPED_HOOK="0")
        said = clone.git("commit", "--quiet", "--amend", "-m", "Anew")
    else:
        said = clone.commit("worker/job.py")
    assert packs() == before
    assert "unshipped: this commit touches worker" in said


def test_a_push_to_the_branch_that_serves_tells_what_will_wait(reminded, tmp_path):
    reminded.git("init", "--quiet", "--bare", "-b", "main", str(tmp_path / "there"))
    reminded.git("remote", "add", "origin", str(tmp_path / "there"))
    reminded.git("push", "--quiet", "-u", "origin", "main")
    reminded.commit("worker/job.py")
    reminded.git("checkout", "--quiet", "-b", "feature")
    assert "touches" not in reminded.git("push", "--quiet", "origin", "feature")
    said = reminded.git("push", "--quiet", "origin", "main")
    assert "unshipped: this push touches worker" in said
    assert "touches" not in reminded.git("push", "--quiet", "origin", "main")


@pytest.mark.parametrize("serves", ["origin", "upstream"])
def test_a_push_to_a_remote_that_nothing_is_deployed_from_is_silent(reminded, tmp_path, serves):
    for remote in (serves, "fork"):
        reminded.git("init", "--quiet", "--bare", "-b", "main", str(tmp_path / remote))
        reminded.git("remote", "add", remote, str(tmp_path / remote))
        reminded.git("push", "--quiet", remote, "main")
    reminded.git("update-ref", "-d", "refs/remotes/fork/main")
    reminded.unshipped("hook", "compile")
    reminded.unshipped("check", code=None)
    assert "with it 2 changes wait" in reminded.commit("worker/job.py") + reminded.commit("worker/job.py")
    assert "touches" not in reminded.git("push", "--quiet", "fork", "main")
    assert "touches" not in reminded.git("push", "--quiet", str(tmp_path / "fork"), "main~1:main", "--force")
    assert "unshipped: this push touches worker" in reminded.git("push", "--quiet", serves, "main")


def test_a_changed_configuration_is_read_anew(reminded):
    configuration = reminded.folder / "unshipped.yaml"
    text = configuration.read_text().replace("paths: [api, shared]", "paths: [api, shared, docs]")
    reminded.commit("unshipped.yaml", text)
    assert "touches api" in reminded.commit("docs/a.md")


def test_a_configuration_that_is_wrong_or_gone_is_silent(reminded):
    assert reminded.commit("unshipped.yaml", "services: [") == ""
    assert reminded.commit("worker/job.py") == ""
    reminded.git("rm", "--quiet", "unshipped.yaml")
    reminded.git("commit", "--quiet", "-m", "Without")
    assert reminded.commit("worker/job.py") == ""


def test_a_broken_map_stops_nobody(reminded):
    (reminded.folder / ".git/unshipped/map.json").write_text("{")
    assert reminded.commit("worker/job.py") == ""
    (reminded.folder / ".git/unshipped/watched").write_text("unshipped=/no/such/program\nmap=x\nset -- .\n")
    assert reminded.commit("worker/job.py") == ""


@pytest.mark.parametrize("gone", ["unshipped", "module"])
def test_what_was_installed_elsewhere_since_is_found_and_what_is_gone_is_silent(reminded, tmp_path, gone):
    watched = reminded.folder / ".git" / "unshipped" / "watched"

    def lose() -> None:
        lines = watched.read_text().splitlines(keepends=True)
        watched.write_text("".join(f"{gone}=/gone\n" if one.startswith(f"{gone}=") else one for one in lines))

    lose()
    assert reminded.commit("worker/job.py") == ""
    programs = tmp_path / "bin"
    programs.mkdir()
    (programs / "unshipped").write_text(f'#!/bin/sh\nexec {sys.executable} -m unshipped "$@"\n')
    (programs / "unshipped").chmod(0o755)
    path = {"PATH": f"{programs}:{reminded.env['PATH']}"}
    assert "touches worker" in reminded.commit("worker/job.py", **path)
    assert "=/gone" not in watched.read_text()


def test_many_services_are_told_in_a_few_lines(person):
    live = person.git("rev-parse", "HEAD~1").strip()
    rows = [f"  s{n}: {{paths: [shared], deployed: {live}}}\n" for n in range(9)]
    person.commit("unshipped.yaml", "services:\n" + "".join(rows))
    person.unshipped("hook", "install")
    said = person.commit("shared/util.py").splitlines()
    assert said[0] == "unshipped: this commit touches s0, s1, s2 and 6 more"
    assert len(said) == 5
    assert said[-1] == "  more: unshipped explain s0"


def test_what_is_deployed_from_here_is_deployed_by_its_own_command(person):
    live = person.git("rev-parse", "HEAD~1").strip()
    here = "{deployer: command, command: [./deploy]}"
    of_all = "services:\n" + "".join(
        f"  {one}: {{paths: [shared], deployed: {live}}}\n" for one in ("s0", "s1")
    )
    of_one = of_all.replace("s0: {", f"s0: {{deploy: {{by: {here}}}, ")
    person.unshipped("hook", "install", code=None)
    for text, told in (
        (f"deploy: {{by: {here}}}\n{of_all}", "to deploy: unshipped deploy s0 -e production"),
        (of_one, "more: unshipped explain s0"),
    ):
        person.commit("unshipped.yaml", text)
        person.unshipped("hook", "install")
        assert person.commit("shared/util.py").splitlines()[-1] == f"  {told}"


def test_what_is_derived_from_a_dockerfile_counts(person):
    live = person.git("rev-parse", "HEAD~1").strip()
    person.write(Dockerfile="FROM scratch\nCOPY worker /app\nCOPY shared /shared\n")
    person.commit("unshipped.yaml", f"services:\n  worker: {{build: Dockerfile, deployed: {live}}}\n")
    person.unshipped("hook", "install")
    assert "touches worker" in person.commit("shared/util.py")
    assert person.commit("api/app.py") == ""
    assert "touches worker" in person.commit("Dockerfile", "FROM scratch\nCOPY api /api\n")
    watched = person.folder / ".git/unshipped/watched"
    until(lambda: "api" in watched.read_text(), 60, "what is found out beside")
    assert "touches worker" in person.commit("api/app.py")


@pytest.mark.parametrize("closure", ["declared", "image"])
def test_it_is_derived_anew_where_the_check_derives_it(person, closure):
    live = person.git("rev-parse", "HEAD~1").strip()
    person.write(Dockerfile="FROM scratch\nCOPY worker /app\n")
    worker = f"{{build: Dockerfile, closure: {closure}, paths: [worker], deployed: {live}}}"
    person.commit("unshipped.yaml", f"services:\n  worker: {worker}\n")
    person.unshipped("hook", "install")
    [watched] = json.loads((person.folder / ".git/unshipped" / MAP).read_text())["services"]
    assert watched[-1] is (closure == "image")


def test_every_origin_of_a_service_that_lies_here_counts(person):
    live = person.git("rev-parse", "HEAD~1").strip()
    own, lib = (f"{{paths: [{one}], ignore: ['**/*.md'], deployed: {live}}}" for one in ("worker", "lib"))
    person.commit("lib/x.py")
    person.commit("unshipped.yaml", f"services:\n  worker: {{origins: [{own}, {lib}]}}\n")
    assert "Watching 1 service" in person.unshipped("hook", "install")
    person.unshipped("check", code=None)
    for path in ("worker/job.py", "lib/x.py"):
        assert person.commit(path).startswith("unshipped: this commit touches worker\n")
    assert person.commit("lib/a.md") == ""
    both = person.commit("worker/job.py", "2\n").splitlines()
    assert [line.split(",")[0] for line in both[1:-1]] == ["  worker: with it 4 changes wait"]


def test_what_a_link_leads_to_counts(person):
    (person.folder / "worker" / "common").symlink_to("../lib")
    person.commit("lib/x.py")
    person.unshipped("hook", "install")
    assert "touches worker" in person.commit("lib/x.py")


B, A = Landed("b", -HOUR, touches=True), Landed("a", -2 * HOUR, touches=True)
OTHER_A, OTHER_B = A._replace(touches=False), B._replace(touches=False)
LIVE = Landed("z", 0.0, touches=True)
NEAR = Known(7, -9 * HOUR, 0.0, "a", "z")


@pytest.mark.parametrize(
    ("last", "chain", "merged", "said"),
    [
        (Known(0, None, 0.0, "a"), [B, OTHER_A], True, "nothing else waits there"),
        (Known(3, -HOUR, 0.0, "a"), [B, A], True, "with it 4 changes wait, the oldest for 1 h"),
        (Known(3, -HOUR, 0.0, "z"), [B], True, "3 changes wait there already, the oldest for 1 h"),
        (Known(0, None, 0.0, "z"), [B], True, "nothing waits there yet"),
        (Known(1, -HOUR, 0.0, "a"), [B, OTHER_A], False, "1 change waits there already"),
        (Known(None, None, 0.0, ""), [B], True, "what waits there could not be told"),
        # What runs is among the newest commits: what was taken back since does not count.
        (NEAR, [B, A, LIVE], True, "with it 2 changes wait, the oldest for 2 h"),
        (NEAR, [OTHER_B, A, LIVE], True, "1 change waits there, the oldest for 2 h"),
        (NEAR, [OTHER_B, OTHER_A, LIVE], True, "nothing waits there any more: what runs is the same"),
        (Known(0, None, 0.0, "a", "a"), [B, A], True, "nothing else waits there"),
    ],
)
def test_what_waits_is_counted_from_the_last_look_on(last, chain, merged, said):
    text, is_open = waits(last, chain, 0.0, merged=merged)
    assert text.startswith(said)
    assert is_open == ("any more" not in text)


@pytest.mark.parametrize(
    ("paths", "expected"),
    [
        ([], []),
        (["api", "shared/*.py", "shared/lib"], ["api", "shared"]),
        ([f"services/s{n}/src/app" for n in range(99)], [f"services/s{n}/src/app" for n in range(99)]),
        (
            [f"services/s{n % 60}/src/app{n}/main" for n in range(120)],
            [f"services/s{n}/src" for n in range(60)],
        ),
        ([f"services/s{n}/src" for n in range(120)], ["services"]),
        ([f"s{n}" for n in range(120)], [""]),  # anything may be of one
        (["**/*.py"], [""]),
    ],
)
def test_few_places_are_watched_and_none_is_left_out(paths, expected):
    """The shell names them to git: a fleet of hundreds would be no command line."""
    assert roots([Closure((path,)) for path in paths]) == sorted(expected)


def test_it_reads_the_standard_library_and_core_alone():
    import subprocess

    program = "import sys, unshipped.hook.remind; print(*sys.modules)"
    loaded = set(
        subprocess.run(
            [sys.executable, "-c", program], capture_output=True, text=True, check=True
        ).stdout.split()
    )
    rooms = {name.split(".")[1] for name in loaded if name.startswith("unshipped.")}
    assert rooms == {"core", "hook", "carried"}
    assert loaded & {"yaml", "pydantic", "httpx2", "rich", "argparse", "hashlib", "asyncio"} == set()
