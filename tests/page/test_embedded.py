"""The component in somebody else's page, the board in a frame, a badge in plain HTML."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit
from xml.etree import ElementTree as ET

import pytest

from tests.cli.program import world
from tests.page import axe
from tests.page.built import HOST, run, set_up
from tests.page.hosting import copied, with_a_row_open, with_react
from tests.page.place import answers, free_port
from tests.support.examples import NIGHTLY

pytestmark = pytest.mark.slow
SWITCHING = """
import { useState } from "react";
import { createRoot } from "react-dom/client";
import { createHttpClient, DeploymentStatus } from "unshipped-deployment-status";

const servers = ["/a", "/b"].map((one) => createHttpClient(one));

function Host() {
  const [at, setAt] = useState(0);
  return (
    <>
      <button onClick={() => setAt(1)}>The other one</button>
      <DeploymentStatus client={servers[at]!} onDeploy={() => {}} />
    </>
  );
}

createRoot(document.getElementById("root")!).render(<Host />);
"""
ALONE = """
import { createRoot } from "react-dom/client";
import { type Client, createHttpClient, DeploymentStatus } from "unshipped-deployment-status";

const client: Client = { status: createHttpClient("/a").status };

createRoot(document.getElementById("root")!).render(
  <DeploymentStatus client={client} sections={["summary", "table", "timeline", "history"]} />,
);
"""
SCOPED = """
import { createRoot } from "react-dom/client";
import { createHttpClient, DeploymentStatus } from "unshipped-deployment-status";

const client = createHttpClient("/a");

createRoot(document.getElementById("root")!).render(
  ["site", "quiet"].map((one) => (
    <DeploymentStatus
      key={one}
      client={client}
      scope={{ services: [one] }}
      sections={["timeline", "history"]}
    />
  )),
);
"""
CARDS = """
import { createRoot } from "react-dom/client";
import { createHttpClient, DeploymentStatus } from "unshipped-deployment-status";

const client = createHttpClient("/a");

createRoot(document.getElementById("root")!).render(
  <main>
    <h1>Shop</h1>
    <DeploymentStatus client={client} sections={["history", "summary", "table"]} />
    <DeploymentStatus.History client={client} />
  </main>,
);
"""
STRICT = """
import { createHttpClient, DeploymentStatus, type Target } from "unshipped-deployment-status";
import "unshipped-deployment-status/style.css";

const client = createHttpClient("/drift/api/v1", { headers: undefined });
const place = (one: Target): string => `#${one.service}`;
const shown = { scope: { environments: ["production"] }, sections: ["summary", "table"] } as const;
// @ts-expect-error: there is no such theme, which a type that says `any` would not know
const odd = <DeploymentStatus client={client} theme="blue" />;

export const Part = ({ may }: { may: boolean }) => (
  <DeploymentStatus
    client={client}
    {...shown}
    linkTo={may ? place : undefined}
    onDeploy={may ? (what) => console.log(what.action, odd) : undefined}
  />
);
"""
PLAIN = """
table { display: block; margin-bottom: 1rem }
button { width: 100%; margin-bottom: 1rem; text-transform: uppercase }
input { height: 60px; margin-bottom: 1rem }
li { list-style: square; margin: 10px 0 }
section { padding: 30px }
"""
"""What a host without classes gives to its elements."""
ON_A_SERVER = """
import { createElement, StrictMode } from "react";
import { renderToString } from "react-dom/server";
import { createHttpClient, DeploymentStatus } from "unshipped-deployment-status";

const client = createHttpClient("/drift/api/v1");
const part = createElement(DeploymentStatus, { client, sections: ["table", "history"] });
console.log(renderToString(createElement(StrictMode, null, part)));
"""
STRICTEST = {
    "target": "ES2022",
    "lib": ["ES2023", "DOM", "DOM.Iterable"],
    "jsx": "react-jsx",
    "strict": True,
    "exactOptionalPropertyTypes": True,
    "noUncheckedSideEffectImports": True,
    "skipLibCheck": False,
    "noEmit": True,
    "types": [],
}
HOSTS = [("18", "NodeNext", "NodeNext"), ("19", "ESNext", "Bundler")]
HOSTS += [("18", "ESNext", "Bundler"), ("19", "NodeNext", "NodeNext")] if NIGHTLY else []
FRAMED = {"board": "/embed", "page": "/"}


@pytest.fixture(scope="module", params=["18", "19"])
def hosted(request, place, packed, frontend, browser, tmp_path_factory) -> Iterator[str]:
    """The example with the packed component: React, Tailwind 3 and FastAPI, built and started."""
    host = copied(tmp_path_factory.mktemp("host"), packed, frontend if request.param == "19" else HOST)
    version = json.loads((host / "node_modules/react/package.json").read_text())["version"]
    assert version.partition(".")[0] == request.param
    run("npm", "run", "--silent", "build", folder=host)
    port = free_port()
    command = [sys.executable, str(host / "host.py"), str(place.repo.path), str(port)]
    with subprocess.Popen(command, env=world(place.folder), cwd=place.folder) as program:
        try:
            answers(f"http://127.0.0.1:{port}/drift/healthz")
            yield f"http://127.0.0.1:{port}"
        finally:
            program.kill()


def test_a_host_shows_the_component_in_its_own_colours_unchanged_and_is_told_what_was_done(page, hosted):
    streams: list[str] = []
    page.on("request", lambda asked: streams.append(asked.url) if asked.url.endswith("/stream") else None)
    page.goto(hosted)
    page.get_by_role("button", name="worker production").wait_for()
    colour = "getComputedStyle(document.querySelector('.us-tone-critical')).color"
    assert page.evaluate(colour) == "rgb(185, 28, 28)"
    border = "getComputedStyle(document.querySelector('.unshipped .us-input')).borderTopWidth"
    assert page.evaluate(border) == "1px"
    host = page.get_by_role("button", name="A button of the host")
    assert host.evaluate("one => getComputedStyle(one).backgroundColor") == "rgb(185, 28, 28)"
    assert host.evaluate("one => getComputedStyle(one).borderTopWidth") == "0px"
    assert page.evaluate("getComputedStyle(document.body).marginTop") == "0px"
    assert page.title() == "Shop admin"
    page.keyboard.press("j")
    assert page.evaluate("document.activeElement === document.body")  # the host's keys are the host's
    page.get_by_role("button", name="worker production").click()
    for title, reason in (("Hold", "from the admin page"), ("End the hold", None)):
        page.get_by_role("button", name=title, exact=True).click()
        dialog = page.get_by_role("dialog")
        if reason:
            dialog.get_by_role("textbox").fill(reason)
        dialog.get_by_role("button", name=title, exact=True).click()
        dialog.wait_for(state="detached")
        page.get_by_text("hold: worker" if reason else "unhold: worker", exact=True).wait_for()
    assert len(streams) == 1  # for both cards, however often the host draws itself anew


def test_what_one_server_said_is_not_shown_for_another_one(page, built):
    built(SWITCHING)
    summary = {"sentence": "1 target: all in sync."}
    said = {"as_of": "2026-02-05T16:37:00Z", "summary": summary, "total": 0, "offset": 0, "targets": []}
    page.route("http://host.test/a/targets?*", lambda route: route.fulfill(json=said))
    page.route("http://host.test/b/targets?*", lambda _: None)  # nothing is known of this one yet
    page.goto("http://host.test/")
    page.get_by_text("all in sync").wait_for()
    page.get_by_role("button", name="The other one").click()
    page.locator(".us-waiting").wait_for(state="attached")
    assert page.get_by_text("all in sync").count() == 0


def test_what_a_client_has_no_call_for_is_not_waited_for(page, built, address):
    built(ALONE)
    with_a_row_open(page, address)
    assert page.locator(".us-waiting").count() == 0
    assert page.get_by_text("Missing changes").count() == 0


def test_what_cannot_be_drawn_leaves_the_page_around_it_and_is_drawn_once_it_can_be(page, built, address):
    """A server of another version, or a client of the host's own that leaves something out."""
    built(SWITCHING)
    whole = page.request.get(f"{address}/api/v1/targets").json()
    said = {"targets": [{"service": "worker"}]}
    page.route("http://host.test/a/targets?*", lambda route: route.fulfill(json=said))
    page.route("http://host.test/b/targets?*", lambda route: route.fulfill(json=whole))
    page.clock.install()
    page.goto("http://host.test/")
    told = page.get_by_role("alert").get_by_text("What the server answered cannot be shown.")
    told.wait_for()
    page.get_by_role("button", name="Try again").click()
    told.wait_for()
    said |= whole
    page.clock.fast_forward(61_000)
    page.get_by_role("button", name="worker production").wait_for()
    page.get_by_role("button", name="The other one").click()
    page.get_by_role("button", name="worker production").wait_for()


def test_sections_stand_in_the_order_that_was_asked_for_and_two_of_a_kind_beside_each_other(
    page, built, address, frontend
):
    built(CARDS)
    deploy = dict.fromkeys(("page", "before", "not_before", "by")) | {"environment": "production", "id": "1"}
    deploy |= {"commit": "a" * 40, "at": "2026-02-05T16:37:00Z", "seen": True, "rollback": False}
    said = {"deployments": [deploy | {"service": "site"}]}
    fleet = page.request.get(f"{address}/api/v1/targets").json()
    page.route("http://host.test/a/deployments?*", lambda route: route.fulfill(json=said))
    page.route("http://host.test/a/targets?*", lambda route: route.fulfill(json=fleet))
    page.goto("http://host.test/")
    page.get_by_role("button", name="worker production").wait_for()
    page.locator(".us-deploys").nth(1).wait_for()
    tops = [page.locator(f".unshipped .{one}").first.bounding_box()["y"] for one in ("us-deploys", "us-row")]
    assert tops == sorted(tops)
    assert axe.wrong(page) == []


def test_a_host_that_styles_bare_elements_styles_its_own(page, built, address):
    built(f'import "unshipped-deployment-status/style.css";{ALONE}import "./plain.css";', PLAIN)
    with_a_row_open(page, address)

    def styled(place, name):
        return page.locator(f".unshipped {place}").first.evaluate(f"one => getComputedStyle(one).{name}")

    assert styled("table", "display") == "table"
    assert styled(".us-reasons li", "listStyleType") == "none"
    assert styled("section", "paddingTop") == "0px"
    assert page.get_by_role("searchbox").bounding_box()["height"] < 40
    for button in page.locator(".unshipped button").all():
        assert button.evaluate("one => getComputedStyle(one).textTransform") == "none"
        assert button.bounding_box()["width"] < 400


def test_a_part_of_a_large_fleet_is_asked_for_and_not_sought_among_all_of_it(page, built):
    lane = {"environment": "production", "limits": [], "stretches": [], "deployments": []}
    deploy = dict.fromkeys(("page", "before", "not_before", "by")) | {"environment": "production"}
    deploy |= {"commit": "a" * 40, "at": "2026-02-05T16:37:00Z", "seen": True, "rollback": False}

    def answered(route):
        address = urlsplit(route.request.url)
        (wanted,) = parse_qs(address.query).get("service", [""])
        names = [wanted] if wanted == "site" else [] if wanted else ["api"] * 1000
        if address.path.endswith("timeline"):
            span = {"since": "2026-02-01T00:00:00Z", "until": "2026-02-06T00:00:00Z", "total": len(names)}
            route.fulfill(json=span | {"targets": [lane | {"service": name} for name in names]})
        else:
            rows = [deploy | {"id": f"{number}", "service": name} for number, name in enumerate(names)]
            route.fulfill(json={"deployments": rows})

    built(SCOPED)
    page.route("http://host.test/a/*", answered)
    page.goto("http://host.test/")
    page.locator(".us-deploys").get_by_text("site").wait_for()
    page.locator(".us-lanes").get_by_text("site").wait_for()
    page.get_by_text("Nothing was deployed in that time.").wait_for()
    page.get_by_text("Nothing was looked at in that time.").wait_for()


@pytest.mark.parametrize(("react", "module", "rules"), HOSTS)
def test_its_types_hold_in_the_strictest_host(packed, frontend, tmp_path, react, module, rules):
    """Each React and each way to find a module once; all of them with each other with `UNSHIPPED_NIGHTLY`."""
    set_up("examples/embed/node_modules/.ready")
    with_react(tmp_path / "node_modules", packed, frontend if react == "19" else HOST)
    (tmp_path / "package.json").write_text('{"type": "module"}')
    (tmp_path / "part.tsx").write_text(STRICT)
    options = STRICTEST | {"module": module, "moduleResolution": rules}
    (tmp_path / "tsconfig.json").write_text(json.dumps({"compilerOptions": options, "include": ["part.tsx"]}))
    run("npx", "tsc", "-p", ".", folder=tmp_path)


def test_whoever_has_the_package_has_what_it_is_and_under_which_licences(packed):
    assert "unshipped-deployment-status" in (packed / "README.md").read_text(encoding="utf-8")
    assert "Apache License" in (packed / "dist/LICENSE").read_text(encoding="utf-8")
    assert "@tanstack/query-core" in (packed / "dist/licenses.md").read_text(encoding="utf-8")


def test_its_types_are_found_by_the_rules_of_before_exports(packed, tmp_path):
    """As React's own starter has them."""
    set_up("examples/embed/node_modules/.ready")
    with_react(tmp_path / "node_modules", packed, HOST)
    asks = 'import { createHttpClient } from "unshipped-deployment-status";\n'
    asks += 'export const many: Promise<number> = createHttpClient("/a").status().then((it) => it.total);\n'
    (tmp_path / "part.ts").write_text(asks)
    old = {"module": "ESNext", "moduleResolution": "Node10", "skipLibCheck": True}
    options = STRICTEST | old
    (tmp_path / "tsconfig.json").write_text(json.dumps({"compilerOptions": options, "include": ["part.ts"]}))
    run("npx", "tsc", "-p", ".", folder=tmp_path)


@pytest.mark.parametrize("react", ["18", "19"])
def test_on_a_server_it_draws_where_text_will_be(packed, frontend, tmp_path, react: str):
    set_up("examples/embed/node_modules/.ready")
    with_react(tmp_path / "node_modules", packed, frontend if react == "19" else HOST)
    (tmp_path / "drawn.mjs").write_text(ON_A_SERVER)
    command = ["node", "drawn.mjs"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=60, check=True)
    assert done.stderr == ""
    assert done.stdout.count('class="us-waiting"') == 2


def test_a_part_without_leave_to_act_has_no_buttons(page, address):
    page.goto(f"{address}/embed?service=worker&theme=dark")
    page.get_by_role("button", name="worker production").click()
    page.locator(".us-detail .us-subject", has_text="Retry a receipt that bounced").wait_for()
    assert page.locator(".us-row .us-service").count() == 1
    assert page.get_by_role("button", name="Hold", exact=True).count() == 0


def test_a_part_of_which_nothing_is_watched_is_not_called_new(page, address):
    page.goto(f"{address}/embed?service=renamed")
    page.get_by_text("None of what is meant here is watched, or not any more.").wait_for()
    assert page.get_by_text("Nothing has been looked at yet.").count() == 0


def test_the_board_may_be_framed_and_the_page_may_not(page, address):
    policies = {
        place: page.request.get(address + place).headers["content-security-policy"]
        for place in ("/", "/embed")
    }
    assert "frame-ancestors 'none'" in policies["/"]
    assert "frame-ancestors 'self'" in policies["/embed"]


def test_only_a_page_that_is_listed_shows_the_board_and_none_shows_the_page(browser, place):
    host, other = free_port(), free_port()
    frames = "".join(f"<iframe name={name} src='ADDRESS{path}'></iframe>" for name, path in FRAMED.items())
    with (
        place.served("--frame", f"http://127.0.0.1:{host}") as address,
        framing(frames, address, host, other),
    ):
        shown = {port: _shown(browser, port) for port in (host, other)}
    assert shown == {host: {"board": True, "page": False}, other: {"board": False, "page": False}}


def _shown(browser, port: int) -> dict[str, bool]:
    """Which of the frames has a page in it."""
    with browser.new_context() as context:
        page = context.new_page()
        page.goto(f"http://127.0.0.1:{port}/")
        found = {frame.name: frame for frame in page.frames if frame.name}
        return {name: found[name].locator("#root").count() == 1 for name in FRAMED}


@contextmanager
def framing(text: str, address: str, *ports: int) -> Iterator[None]:
    """Pages of somebody else, each of another origin."""
    body = text.replace("ADDRESS", address).encode()

    class Page(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    servers = [ThreadingHTTPServer(("127.0.0.1", port), Page) for port in ports]
    for one in servers:
        threading.Thread(target=one.serve_forever, daemon=True).start()
    try:
        yield
    finally:
        for one in servers:
            one.shutdown()
            one.server_close()


def test_a_badge_is_a_picture_with_words(page, address):
    answer = page.request.get(f"{address}/badge.svg?service=worker")
    assert answer.headers["content-type"] == "image/svg+xml"
    drawn = ET.fromstring(answer.text())
    assert "worker: ■ 2 changes behind for" in drawn.attrib["aria-label"]
    assert page.request.get(f"{address}/badge.svg?service=nobody").status == 404
    assert "4 targets" in page.request.get(f"{address}/badge.svg").text()
