"""`unshipped replay`, on a real repository with a record of what was deployed."""

from __future__ import annotations

import json
from datetime import timedelta
from html.parser import HTMLParser
from pathlib import Path

import pytest
from markdown_it import MarkdownIt

from tests.support.repo import Repo
from tests.support.run import NOW, CompletedRun, run, stamp

SINCE, UNTIL = NOW - timedelta(days=10), NOW
SERVICES = {
    "api": {"paths": ["api", "shared"], "deployed": "main"},
    "worker": {"paths": ["worker"], "deployed": "main"},
}


WAITED = "waiting 1 h 30 min (critical past 1 h 30 min)"


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    repo = Repo.init(tmp_path / "repo")
    repo.commit({"api/a": "0", "worker/b": "0", "shared/c": "0"}, at=SINCE - timedelta(days=1))
    for day in range(9):
        repo.commit(
            {"shared/c": f"day {day}"}, message=f"Change {day} <!channel>", at=SINCE + timedelta(days=day)
        )
    write(tmp_path / "repo/unshipped.yaml", SERVICES)
    return repo


def write(path: Path, services: object, **more: object) -> None:
    path.write_text(json.dumps({"services": services, **more}), encoding="utf-8")


def ask(repo: Repo, *more: str) -> CompletedRun:
    done = run(["replay", "--since=10d", f"--now={stamp(UNTIL)}", *more], repo.path)
    assert (done.code, done.stderr) == (0, ""), done
    return done


def deployed(repo: Repo, *rows: str) -> str:
    (repo.path / "deploys.csv").write_text(
        "\n".join(["service,environment,commit,deployed_at", *rows]) + "\n", encoding="utf-8"
    )
    return "--deploys=deploys.csv"


def test_what_follows_a_commit_from_a_clock_that_ran_ahead_is_seen(repo: Repo):
    first = repo.id("main")
    record = deployed(repo, f"api,,{first},{stamp(SINCE + timedelta(days=8, hours=1))}")
    repo.commit({"worker/b": "1"}, at=NOW + timedelta(days=900))
    landed = NOW - timedelta(hours=12)
    repo.commit({"api/a": "1"}, at=landed)
    (drift,) = ask(repo, record, "--format=json").json["figures"]["drifts"]
    opened = landed + timedelta(minutes=20)  # the first look after its grace
    assert drift == f"drift:api/production:{opened:%Y%m%dT%H%M%SZ}"


def test_it_counts_what_the_watch_would_have_found_of_a_record(repo: Repo):
    first = repo.id("main~9")
    later = f"api,production,{repo.id('main~4')},{stamp(SINCE + timedelta(days=6))}"
    record = deployed(repo, f"api,,{first[:10]},{stamp(SINCE)}", later)
    found = ask(repo, record, "--format=json").json["figures"]
    assert [one.split(":")[1] for one in found["drifts"]] == ["api/production"] * len(found["drifts"])
    assert found["peaks"]["critical"], "it waited for days"
    longest = found["stretches"][0]
    assert (longest["target"], longest["seconds"]) == ("api/production", 10 * 86400)
    assert longest["oldest"] == repo.id("main~8")


def test_a_habit_is_simulated_and_worker_is_never_behind(repo: Repo):
    found = ask(repo, "--format=json").json
    assert {one["target"] for one in found["deployments"]} == {"api/production", "worker/production"}
    assert {one["target"] for one in found["figures"]["stretches"]} == {"api/production"}


def test_tags_deploy_what_they_name(repo: Repo):
    repo.tag("api-1", repo.id("main~5"), annotated=True)
    found = ask(repo, "--deploys=tags:{service}-*", "--format=json").json
    assert [(one["target"], one["commit"]) for one in found["deployments"]] == [
        ("api/production", repo.id("main~5"))
    ]


def test_deployments_as_github_answers_them_are_those_of_the_tags(repo: Repo):
    made = []
    for number, back in enumerate((6, 2)):
        at = SINCE + timedelta(days=9 - back)
        repo.tag(f"v{number}", f"main~{back}", annotated=True, at=at)
        made.append(
            {
                "id": number,
                "sha": repo.id(f"main~{back}"),
                "ref": f"v{number}",
                "environment": "production",
                "creator": {"login": "ana"},
                "created_at": stamp(at),
                "payload": {},
            }
        )
    (repo.path / "deployments.json").write_text(json.dumps(made), encoding="utf-8")
    told = ask(repo, "--deploys=deployments.json", "--format=json").json
    tagged = ask(repo, "--deploys=tags:v*", "--format=json").json
    assert {one["by"] for one in told["deployments"]} == {"ana"}
    assert told["figures"] == tagged["figures"]
    assert told["figures"]["stretches"]


def test_a_deployment_at_github_deploys_the_service_of_its_task(repo: Repo):
    made = github(
        repo, {"task": "deploy:api"}, {"task": "deploy:job"}, {"task": "deploy"}, {"task": "deploy:"}
    )
    told = ask(repo, made, "--format=json").json
    by_commit = [(one["target"], one["commit"]) for one in told["deployments"]]
    every = ["api/production", "worker/production"]
    assert sorted(by_commit) == sorted(
        [
            ("api/production", repo.id("main~6")),
            *((target, repo.id(f"main~{back}")) for target in every for back in (4, 3)),
        ]
    )
    assert told["undeclared"] == {"job/production": 1}
    assert "1 row of the record name no declared target: job/production" in ask(repo, made).stdout


def test_a_deployment_at_github_that_did_not_succeed_deployed_nothing(repo: Repo):
    began, ended = ({"state": "in_progress"}, {"state": "success"})
    first, second = ({"created_at": stamp(SINCE + timedelta(days=day))} for day in (7, 8))
    made = github(
        repo,
        {"state": "success"},
        {"state": "failure"},
        {"statuses": [began | first, {"state": "error"} | second]},
        {"statuses": [ended | first, began | first]},  # of one second: the newest is told first
        {"statuses": [began | first, {"state": "inactive"} | second]},
        {"state": "ACTIVE", "statuses": []},
        {"state": "in_progress", "task": "deploy:gone"},
    )
    told = ask(repo, made, "api", "--format=json").json
    assert [one["commit"] for one in told["deployments"]] == [
        repo.id(f"main~{back}") for back in (6, 3, 2, 1)
    ]
    assert told["left_out"] == {"error": 1, "failure": 1, "in_progress": 1}
    assert told["undeclared"] == {}
    text = ask(repo, made).stdout
    assert "3 rows of the record left out, by their state: error, failure, in_progress" in text
    assert "left out" not in ask(repo, github(repo, {"state": "success"})).stdout


def github(repo: Repo, *rows: dict[str, object]) -> str:
    """Deployments of production, one a day, as GitHub lists them."""
    made = [
        {
            "sha": repo.id(f"main~{6 - day}"),
            "environment": "production",
            "created_at": stamp(SINCE + timedelta(days=3 + day)),
            **row,
        }
        for day, row in enumerate(rows)
    ]
    (repo.path / "github.json").write_text(json.dumps(made), encoding="utf-8")
    return "--deploys=github.json"


def test_a_service_that_follows_tags_is_held_against_the_newest_of_the_moment(repo: Repo):
    write(repo.path / "unshipped.yaml", {"api": SERVICES["api"] | {"expected": {"tag": "v*"}}})
    released = SINCE + timedelta(days=5)
    repo.tag("v1", "main~8", annotated=True, at=SINCE).tag("v2", "main~4", annotated=True, at=released)
    deploy = deployed(repo, f"api,production,{repo.id('main~8')},{stamp(SINCE + timedelta(hours=1))}")
    [stretch] = ask(repo, deploy, "--format=json").json["figures"]["stretches"]
    assert stretch["oldest"] == repo.id("main~7")
    assert stretch["told_at"] >= stamp(released), "what landed before was not due yet"
    assert "2 tags by the time when they were made" in ask(repo, deploy).stdout


def test_a_hotfix_that_was_deployed_from_a_release_branch_is_ahead_and_behind(repo: Repo):
    fix = repo.branch("release", "main~6").commit(
        {"api/fix": "1"}, at=SINCE + timedelta(days=4), on="release"
    )
    repo.tag("v1.1", fix, annotated=True, at=SINCE + timedelta(days=4))
    done = ask(repo, "--deploys=tags:v*", "--format=json").json
    [stretch] = [one for one in done["figures"]["stretches"] if one["target"] == "api/production"]
    assert stretch["oldest"] == repo.id("main~5")
    text = ask(repo, "--deploys=tags:v*").stdout
    assert "1 deployed commit beside the branch, each judged as a check does" in text
    assert "nobody knows" not in text


def test_what_the_record_names_and_nobody_declared_is_counted_and_named(repo: Repo):
    rows = [
        f"{name},production,{repo.id('main~4')},{stamp(SINCE)}"
        for name in ("api", "gone\x1b[2J", "gone2", "gone2")
    ]
    record = deployed(repo, *rows, f"api,test,{repo.id('main~4')},{stamp(SINCE)}")
    told = ask(repo, record).stdout
    assert (
        r"4 rows of the record name no declared target: api/test, gone\x1b[2J/production, gone2/production"
        in told
    )
    assert ask(repo, record, "--format=json").json["undeclared"]["gone2/production"] == 2
    own = deployed(repo, f"worker,production,{repo.id('main~4')},{stamp(SINCE)}")
    assert "name no declared" not in ask(repo, own, "api").stdout, "one that was not asked for is no stranger"


def test_a_pin_says_that_nobody_knows_what_was_pinned_then(repo: Repo):
    pinned = {"expected": {"pin": repo.id("main~3")}}
    write(repo.path / "unshipped.yaml", {**SERVICES, "api": SERVICES["api"] | pinned})
    told = "1 target with a pin, or told what should serve, held against the default branch"
    assert f"{told}: what that was then is not known (api/production)" in ask(repo).stdout


def test_two_policies_stand_side_by_side(repo: Repo):
    calm = {name: {**one, "policy": {"grace": "2d"}} for name, one in SERVICES.items()}
    write(repo.path / "calm.yaml", calm)
    found = ask(repo, "--compare=calm.yaml", "--format=json").json
    assert len(found["compared"]["drifts"]) < len(found["figures"]["drifts"])
    text = ask(repo, "--compare=calm.yaml").stdout
    assert "before: " in text
    assert "What stands as before is by the rules of calm.yaml." in text.splitlines()[1]


def test_of_a_gate_that_would_have_blocked_nothing_no_share_is_told(repo: Repo):
    gates = {"batch": {"services": ["worker"], "max_behind": 1}}
    write(repo.path / "unshipped.yaml", SERVICES, gates=gates)
    [line] = [line for line in ask(repo).stdout.splitlines() if "batch would block" in line]
    assert line.split() == ["batch", "would", "block", "0", "0", "right,", "0", "wrong,", "0", "open"]


def test_a_budget_finds_thresholds_that_keep_to_it(repo: Repo):
    found = ask(repo, "--budget=3", "--untold=3d")
    assert "What to set" in found.stdout
    assert "messages a week" in found.stdout
    tried = ask(repo, "--budget=3", "--untold=3d", "--format=json").json["tried"]
    assert tried[0]["messages_a_week"] >= min(one["messages_a_week"] for one in tried)


def test_the_same_question_has_the_same_bytes(repo: Repo):
    assert ask(repo, "--format=json").stdout == ask(repo, "--format=json").stdout


def test_the_page_of_html_escapes_what_people_wrote(repo: Repo):
    ask(repo, "--format=html", "-o", "page.html")
    page = (repo.path / "page.html").read_text(encoding="utf-8")
    assert "&lt;!channel&gt;" in page
    assert "<!channel>" not in page


@pytest.mark.parametrize(
    ("remote", "web"),
    [
        ("git@github.com:acme/shop.git", "https://github.com/acme/shop/commit/"),
        (
            "https://ana:secret@gitlab.example.com/acme/shop.git",
            "https://gitlab.example.com/acme/shop/-/commit/",
        ),
        ("https://git.example.com/acme/%22><script>", "https://git.example.com/acme/%22><script>/commit/"),
        ("/srv/git/shop.git", ""),
        ("", ""),
    ],
)
def test_what_stretches_and_incidents_began_with_is_a_link_where_its_page_is_known(
    repo: Repo, remote: str, web: str
):
    if remote:
        repo.git("remote", "add", "origin", remote)
    figures = ask(repo, "--format=json").json["figures"]
    drifts = [figures["evidence"]["incidents"][one] for one in figures["drifts"]]
    began = [one["oldest"] for one in figures["stretches"][:8]]
    began += [
        one["cause"].removeprefix("landing:") for one in sorted(drifts, key=lambda one: one["opened_at"])
    ]
    assert len(began) > len(drifts) > 3
    pages = [web + commit for commit in began] if web else []
    rendered = MarkdownIt("gfm-like", {"html": True, "linkify": False}).render(
        ask(repo, "--format=markdown").stdout
    )
    for text in (ask(repo, "--format=html").stdout, rendered):
        links = Links(text)
        assert links.addresses == [quoted(one) if text is rendered else one for one in pages]
        assert links.texts == [commit[:9] for commit in began] * bool(web)
        assert [commit[:9] in text for commit in began] == [True] * len(began)
        assert "secret" not in text and "script" not in links.tags
    told = ask(repo).stdout
    assert "http" not in told and "one by one" not in told


def quoted(address: str) -> str:
    """As it stands in a link of Markdown."""
    return address.replace("<", "%3C").replace(">", "%3E")


class Links(HTMLParser):
    """Where the links of a page lead, and what they say."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.addresses: list[str | None] = []
        self.texts: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        if tag == "a":
            self.addresses.append(dict(attrs)["href"])
            self.texts.append("")

    def handle_data(self, data: str) -> None:
        if self.lasttag == "a" and self.texts and not self.texts[-1]:
            self.texts[-1] = data


@pytest.mark.parametrize(
    ("deploys", "said"),
    [
        ("missing.csv", "missing.csv: No such file"),
        ("simulate:whenever", "is no cron expression"),
        ("bad.csv", "bad.csv:2: 'soon' is no time"),
        ("bare.csv", "bare.csv:2: it names no commit"),
        ("bad.json", "bad.json:1: no JSON"),
    ],
)
def test_a_record_that_cannot_be_read_is_one_error(repo: Repo, deploys: str, said: str):
    (repo.path / "bad.csv").write_text("service,commit,deployed_at\napi,abc1234,soon\n", encoding="utf-8")
    (repo.path / "bare.csv").write_text("service,deployed_at\napi,2026-01-01\n", encoding="utf-8")
    (repo.path / "bad.json").write_text("[{", encoding="utf-8")
    done = run(["replay", f"--deploys={deploys}"], repo.path)
    assert done.code == 2
    assert said in done.stderr


def test_every_way_of_drawing_a_map_is_held_against_what_the_image_holds(tmp_path: Path):
    repo = Repo.init(tmp_path / "repo")
    files = {"api/Dockerfile": 'FROM python\nWORKDIR /app\nCOPY . .\nCMD ["python", "api/main.py"]\n',
             "api/main.py": "import shared.used\n", "shared/used.py": "1", "shared/idle.py": "1"}  # fmt: skip
    repo.commit(files, at=SINCE - timedelta(days=1))
    for hour, path in enumerate(["api/main.py", "shared/used.py", "shared/idle.py", "shared/used.py"]):
        text = f"import shared.used  # {hour}\n" if path == "api/main.py" else f"{hour + 2}"
        repo.commit({path: text}, at=SINCE + timedelta(hours=hour))
    write(repo.path / "unshipped.yaml", {"api": {"build": "api/Dockerfile", "deployed": "main"}})
    maps = ask(repo, "--maps", "--format=json").json["maps"]
    assert {name: (one["right"], one["false"], one["missed"]) for name, one in maps.items()} == {
        "every landing": (4, 0, 0),
        "its directory": (1, 0, 3),
        "and what links lead to": (1, 0, 3),
        "the image": (4, 0, 0),
        "what is reached in it": (3, 0, 1),
    }
    told = ask(repo, "--maps", "--format=json").json["maps_called"]
    real = {(one, commit) for one, commits in told["the image"].items() for commit in commits}
    assert real == {("api/Dockerfile", repo.id(f"main~{back}")) for back in range(4)}
    for way, services in told.items():
        called = {(one, commit) for one, commits in services.items() for commit in commits}
        assert maps[way]["missed"] == len(real - called) and maps[way]["false"] == len(called - real)
    assert "1 of 4 changes reach nothing" in ask(repo, "--maps").stdout


def test_maps_are_held_against_the_landings_of_that_time_and_no_later_ones(repo: Repo):
    build = {"build": {"source": "worker"}, "deployed": "main"}
    write(repo.path / "unshipped.yaml", {"worker": build})
    until = stamp(SINCE + timedelta(days=4, hours=1))
    done = run(["replay", "--maps", "--since=4d", f"--until={until}", f"--now={stamp(UNTIL)}"], repo.path)
    assert "4 landings." in done.stdout, done


def test_maps_without_anything_that_says_how_it_is_built_are_refused(repo: Repo):
    done = run(["replay", "--maps"], repo.path)
    assert (done.code, "no service says how it is built" in done.stderr) == (2, True)


def test_explain_says_when_what_is_over_would_have_opened(repo: Repo):
    since = SINCE + timedelta(days=8, hours=6)
    for commit, at in (("main~1", since), ("main", since + timedelta(hours=2))):
        write(repo.path / "unshipped.yaml", {"api": {"paths": ["shared"], "deployed": repo.id(commit)}})
        run(["watch", "--once", f"--now={stamp(at)}"], repo.path)
    for grace, said in (("1h", f"would have opened {since:%Y-%m-%d %H:%M}"), ("9h", "would not have opened")):
        policy = {"api": {"paths": ["shared"], "deployed": "main", "policy": {"grace": grace}}}
        write(repo.path / "other.yaml", policy)
        told = run(["explain", "api", "--policy=other.yaml", f"--now={stamp(UNTIL)}"], repo.path).stdout
        _, _, past = told.partition("Incidents that are over, by those of other.yaml\n")
        assert past.splitlines()[0].startswith(f"  opened {since:%Y-%m-%d %H:%M}")
        assert past.splitlines()[1].startswith(f"    {said}")


def test_explain_says_when_other_thresholds_hold(repo: Repo):
    write(repo.path / "unshipped.yaml", {"api": {"paths": ["shared"], "deployed": repo.id("main~1")}})
    tight = {"warning": {"changes": 1, "age": "1h"}, "critical": {"changes": 9, "age": "90m"}, "grace": "0m"}
    write(repo.path / "tight.yaml", {"api": {"paths": ["shared"], "deployed": "main", "policy": tight}})
    landed = SINCE + timedelta(days=8)
    done = run(["explain", "api", "--policy=tight.yaml", f"--now={stamp(landed)}"], repo.path)
    assert "By its thresholds" in done.stdout
    _, _, told = done.stdout.partition("By those of tight.yaml\n")
    critical = landed + timedelta(minutes=90)
    assert told.splitlines() == [
        f"  warning   from {landed:%Y-%m-%d %H:%M:%S} UTC: 1 change behind (warning from 1)",
        f"  critical  from {critical:%Y-%m-%d %H:%M}:01 UTC (in 1 h 30 min): {WAITED}",
    ]
