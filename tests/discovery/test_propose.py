"""Services are found where a repository declares them, and written down so that they can be read again."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.discovery.trees import tree
from tests.support.examples import some
from unshipped.config import load
from unshipped.core.model import Build
from unshipped.discovery.propose import Proposal, Proposed, propose
from unshipped.discovery.render import added, fresh, is_known
from unshipped.discovery.values import Doubt, Place
from unshipped.wiring import source_kinds

API = {"api/Dockerfile": "FROM x\nCOPY api /a\n", "api/main.py": ""}


def found(files: dict[str, str]) -> dict[str, Build | tuple[str, ...] | None]:
    return {one.name: one.build or one.paths for one in propose(tree(files)).services}


def pom(name: str, more: str = "") -> str:
    return (
        f'<project xmlns="http://maven.apache.org/POM/4.0.0"><artifactId>{name}</artifactId>{more}</project>'
    )


def needs(name: str, more: str = "", of: str = "dependency") -> str:
    return f"<{of}><artifactId>{name}</artifactId>{more}</{of}>"


BELOW = "<parent><artifactId>all</artifactId><relativePath>../pom.xml</relativePath></parent>"

CASES: dict[str, tuple[dict[str, str], dict[str, object]]] = {
    "a Dockerfile": (API, {"api": Build("api/Dockerfile")}),
    "a Dockerfile of its own directory": (
        {"web/Dockerfile": "FROM x\nCOPY package.json .\nCOPY . .", "web/package.json": "{}"},
        {"web": Build("web/Dockerfile", "web")},
    ),
    "a Dockerfile that calls its directory as it is seen from the top": (
        {"cmd/web/Dockerfile": "FROM go AS b\nCOPY . /src\nRUN make web\nFROM x\nCOPY --from=b /src/cmd/web/web /\n", "cmd/web/web.go": ""},
        {"web": Build("cmd/web/Dockerfile")},
    ),
    "a Dockerfile that says from where it is built": (
        {"web/Dockerfile": "# docker build -f web/Dockerfile .\nFROM x\nCOPY . /src\n", "web/web.go": ""},
        {"web": Build("web/Dockerfile")},
    ),
    "a Dockerfile that has a directory of its own name": (
        {"web/Dockerfile": "FROM x\nCOPY . /srv/web/\nWORKDIR /srv/web\n", "web/web.go": ""},
        {"web": Build("web/Dockerfile", "web")},
    ),
    "a Dockerfile with a suffix": (
        {"ops/Dockerfile.canary": "FROM x\nCOPY ops /o", "ops/a": ""}, {"ops-canary": Build("ops/Dockerfile.canary")},
    ),
    "documentation": ({"docs/Dockerfile": "FROM x", "node_modules/a/Dockerfile": "FROM x"}, {}),
    "compose": (
        {**API, "compose.yaml": "services:\n  front:\n    build: {context: ., dockerfile: api/Dockerfile}\n  db:\n    image: x"},
        {"front": Build("api/Dockerfile")},
    ),
    "versions and keys that are given to a build": (
        {"api/Dockerfile": "ARG GO=1\nFROM golang:$GO\nARG KEY\nENV KEY=$KEY\nCOPY api /a\n", "api/main.py": "",
         "build.sh": "docker build -t r/api -f api/Dockerfile --build-arg GO=1.26 --build-arg KEY= .\n"},
        {"api": Build("api/Dockerfile")},
    ),
    "a directory that is given to a build": (
        {"Dockerfile": "FROM x\nARG APP\nENV HOME=$APP\nCOPY $HOME /a\n", "api/main.py": "",
         "build.sh": "docker build -t r/api --build-arg APP=api --build-arg V=7 .\n"},
        {"api": Build("Dockerfile", arguments=(("APP", "api"),))},
    ),
    "an argument that nobody knows": (
        {"Dockerfile": "FROM x\nARG APP=api\nCOPY apps/$APP /a\n", "apps/api/a": "", "apps/web/a": "",
         "build.sh": "docker build -t r/api --build-arg APP=$1 --build-arg V=$2 .\n"},
        {"api": Build("Dockerfile", arguments=(("APP", "*"),))},
    ),
    "a stage that nobody knows": (
        {"Dockerfile": "FROM x AS one\nCOPY api /a\nFROM x\nCOPY web /a\n", "api/a": "", "web/a": "",
         "build.sh": "docker build -t r/api --target $1 .\n"},
        {"api": Build("Dockerfile", target="*")},
    ),
    "an argument that chooses what it is built on": (
        {"Dockerfile": "ARG T=a\nARG GO=1\nFROM go:$GO AS on-a\nFROM x AS on-b\nCOPY api /a\nFROM on-$T\n", "api/main.py": "",
         "build.sh": "docker build -t r/api --build-arg T=b --build-arg GO=2 .\n"},
        {"api": Build("Dockerfile", arguments=(("T", "b"),))},
    ),
    "services of one Dockerfile that are given something else": (
        {"Dockerfile": "FROM x\nARG APP\nCOPY apps/$APP /a\n", "apps/api/a": "", "apps/web/a": "",
         "compose.yaml": "services:\n  api:\n    build: {context: ., args: {APP: api}}\n  web:\n    build: {context: ., args: {APP: web}}\n"},
        {"api": Build("Dockerfile", arguments=(("APP", "api"),)), "web": Build("Dockerfile", arguments=(("APP", "web"),))},
    ),
    "services of one Dockerfile of which one takes its default": (
        {"Dockerfile": "FROM x\nARG APP=api\nCOPY apps/$APP /a\n", "apps/api/a": "", "apps/web/a": "",
         "compose.yaml": "services:\n  api:\n    build: .\n  web:\n    build: {context: ., args: {APP: web}}\n"},
        {"api": Build("Dockerfile"), "web": Build("Dockerfile", arguments=(("APP", "web"),))},
    ),
    "services of one Dockerfile and several contexts": (
        {"Dockerfile": "FROM x\nCOPY . /a\n", "apps/api/a": "", "apps/web/a": "",
         "compose.yaml": "services:\n  api:\n    build: {context: apps/api, dockerfile: ../../Dockerfile}\n  web:\n    build: {context: apps/web, dockerfile: ../../Dockerfile}\n"},
        {"api": Build("Dockerfile", "apps/api"), "web": Build("Dockerfile", "apps/web")},
    ),
    "a stage that another one is made from": (
        {**API, "api/Dockerfile": "FROM x AS base\nCOPY api /a\nFROM base AS run\nFROM run\n",
         "build.sh": "docker build -t r/shop-base --target base -f api/Dockerfile .\ndocker build -t r/shop -f api/Dockerfile .\n"},
        {"shop": Build("api/Dockerfile")},
    ),
    "an image that a pipeline only tries": (
        {**API, "build.sh": "docker build -t r/shop-test -f api/Dockerfile .\n"}, {"api": Build("api/Dockerfile")},
    ),
    "a script": (
        {"fn/main.py": "", "deploy.sh": 'NAME="my-fn"\ngcloud functions deploy $NAME \\\n  --source=fn --gen2\n'},
        {"my-fn": Build(source="fn")},
    ),
    "a script whose name is not known": ({"fn/main.py": "", "deploy.sh": "gcloud functions deploy $1 --source=fn"}, {}),
    "a function": (
        {"cloud_functions/alert/main.py": "", "cloud_functions/alert/requirements.txt": ""},
        {"alert": Build(source="cloud_functions/alert")},
    ),
    "Cloud Build": (
        {**API, "cloudbuild.yaml": "steps:\n- name: gcr.io/cloud-builders/docker\n  args: [build, -t, 'gcr.io/p/${_S}:1', -f, api/Dockerfile, .]\n"
                "- name: gcloud\n  args: [run, deploy, '${_S}', --image, 'gcr.io/p/${_S}:1']\nsubstitutions: {_S: api-service}\n"},
        {"api-service": Build("api/Dockerfile")},
    ),
    "Kubernetes": (
        {**API, "compose.yaml": "services:\n  a:\n    image: r/api:1\n    build: {context: ., dockerfile: api/Dockerfile}\n",
         "k8s/api.yaml": "kind: Deployment\nmetadata: {name: api-prod}\nspec: {template: {spec: {containers: [{image: 'r/api:2'}]}}}\n"},
        {"api-prod": Build("api/Dockerfile")},
    ),
    "a workspace of npm": (
        {"package.json": '{"workspaces": ["apps/*", "packages/*"]}', "package-lock.json": "",
         "apps/web/package.json": '{"name": "web", "dependencies": {"@x/ui": "*"}}',
         "packages/ui/package.json": '{"name": "@x/ui", "dependencies": {"@x/css": "workspace:*"}}',
         "packages/css/package.json": '{"name": "@x/css"}'},
        {"web": ("apps/web", "packages/css", "packages/ui", "package-lock.json", "package.json")},
    ),
    "a workspace of uv": (
        {"pyproject.toml": "[tool.uv.workspace]\nmembers = ['apps/*', 'libs/*']", "uv.lock": "",
         "apps/api/pyproject.toml": "[project]\nname = 'api'\ndependencies = ['core-lib>=1']\n",
         "libs/core/pyproject.toml": "[project]\nname = 'core_lib'\n"},
        {"api": ("apps/api", "libs/core", "uv.lock", "pyproject.toml")},
    ),
    "a workspace of uv whose packages say where others are": (
        {"pyproject.toml": "[project]\nname = 'all'\n[tool.uv.workspace]\nmembers = ['libs/*', 'cli']\n[tool.uv.sources]\nCore_Lib = {workspace = true}",
         "src/all/a.py": "", "uv.lock": "",
         "cli/pyproject.toml": "[project]\nname = 'cli'\ndynamic = ['dependencies']\nscripts = {cli = 'cli:run'}\n[tool.uv.sources]\nall = {workspace = true}",
         "libs/core/pyproject.toml": "[project]\nname = 'core-lib'\n", "libs/other/pyproject.toml": "[project]\nname = 'other'\n"},
        {"cli": ("src", "pyproject.toml", "cli", "libs/core", "uv.lock")},
    ),
    "a workspace of Cargo": (
        {"Cargo.toml": "[workspace]\nmembers = ['a', 'b']\n[workspace.dependencies]\nb = {path = 'b'}", "Cargo.lock": "",
         "a/Cargo.toml": "[package]\nname = 'a'\n[dependencies]\nb = {workspace = true}", "a/src/main.rs": "", "b/Cargo.toml": "[package]\nname = 'b'"},
        {"a": ("a", "b", "Cargo.lock", "Cargo.toml")},
    ),
    "programs of Go": (
        {"go.mod": "module x", "go.sum": "", "cmd/one/main.go": "package main", "pkg/a.go": "package a"},
        {"one": ("**/*.go", "go.mod", "go.sum")},
    ),
    "workspaces of npm and pnpm below the top": (
        {"package.json": "{}", "package-lock.json": "", "tsconfig.base.json": "",
         "js/package.json": '{"workspaces": {"packages": ["apps/*", "packages/*"]}}', "js/package-lock.json": "",
         "js/apps/web/package.json": '{"name": "web", "dependencies": {"ui": "*"}, "workspaces": {"nohoist": ["**"]}}', "js/apps/web/turbo.json": "{}",
         "js/packages/ui/package.json": '{"name": "ui"}', "other/packages/ui/package.json": '{"name": "ui"}',
         "clients/pnpm-workspace.yaml": "packages: ['apps/*']", "clients/pnpm-lock.yaml": "", "clients/package.json": "{}",
         "clients/apps/admin/package.json": '{"name": "admin", "dependencies": {"ui": "*"}}',
         "apps/alone/package.json": '{"name": "alone", "dependencies": {"ui": "*"}}'},
        {"web": ("js/apps/web", "js/packages/ui", "js/package-lock.json", "js/package.json"),
         "admin": ("clients/apps/admin", "clients/pnpm-lock.yaml", "clients/package.json", "clients/pnpm-workspace.yaml"),
         "alone": ("apps/alone", "other/packages/ui", "package-lock.json", "package.json", "tsconfig.base.json")},
    ),
    "a workspace of uv below the top": (
        {"py/pyproject.toml": "[project]\nname = 'all'\n[tool.uv.workspace]\nmembers = ['api', 'libs/*']", "py/uv.lock": "", "py/src/all/a.py": "",
         "py/api/pyproject.toml": "[project]\nname = 'api'\nscripts = {api = 'api:run'}\ndependencies = ['core', 'all']",
         "py/libs/core/pyproject.toml": "[project]\nname = 'core'", "far/core/pyproject.toml": "[project]\nname = 'core'"},
        {"api": ("py/src", "py/pyproject.toml", "py/api", "py/libs/core", "py/uv.lock")},
    ),
    "a workspace of Cargo below the top": (
        {"rust/Cargo.toml": "[workspace]\nmembers = ['gw', 'libs/*']\n[workspace.dependencies]\ntun = {path = 'libs/tun'}\n"
                            "[patch.crates-io]\nring = {path = 'patches/ring'}", "rust/Cargo.lock": "", "Cargo.lock": "",
         "rust/gw/Cargo.toml": "[package]\nname = 'gw'\n[dependencies]\ntun = {workspace = true}\n[target.'cfg(unix)'.dependencies]\nnix = {path = '../libs/nix'}",
         "rust/gw/src/main.rs": "", "rust/libs/tun/Cargo.toml": "", "rust/libs/nix/Cargo.toml": "", "rust/patches/ring/Cargo.toml": ""},
        {"gw": ("rust/gw", "rust/libs/nix", "rust/libs/tun", "rust/patches/ring", "rust/Cargo.lock", "rust/Cargo.toml")},
    ),
    "what programs of Go embed": (
        {"go/go.mod": "module x", "go/cmd/one/main.go": "package main\n//go:embed templates/*\nvar t string",
         "go/cmd/one/templates/a.html": "", "go/pkg/a.go": "package a\n//go:embed *.sql all:static\nvar s string", "go/pkg/a.sql": "",
         "go/pkg/static/a/b.css": "", "go/pkg/a.md": "", "go/pkg/a_test.go": "package a\n//go:embed golden\nvar g string", "go/pkg/golden/a": ""},
        {"one": ("go/**/*.go", "go/go.mod", "go/cmd/one/templates", "go/pkg/*.sql", "go/pkg/static")},
    ),
    "what is compiled with the files of Go": (
        {"go.mod": "module x", "main.go": "package main", "sum/sum.go": "package sum", "sum/sum_amd64.s": "", "sum/fast.S": "", "sum/a.h": "",
         "sum/a.md": "", "lib/a.c": ""},
        {"x": ("**/*.go", "go.mod", "sum/*.S", "sum/*.h", "sum/*.s")},
    ),
    "what a program of Go embeds that is made before its build": (
        {"go/go.mod": "module x", "go/main.go": "package main\n//go:embed dist\nvar t string", "go/web/a.ts": ""},
        {"x": ("go/**/*.go", "go/go.mod", "go")},
    ),
    "modules of Maven": (
        {"pom.xml": pom("all", "<packaging>pom</packaging><modules><module>shop</module></modules>"
                        "<dependencyManagement><dependencies>" + needs("other") + "</dependencies></dependencyManagement>"),
         "shop/pom.xml": pom("shop", BELOW + "<dependencies>" + needs("core") + needs("fakes", "<scope>test</scope>") + "</dependencies>"),
         "shop/src/main/java/x/ShopApplication.java": "@SpringBootApplication class ShopApplication {}",
         "libs/core/pom.xml": pom("core", BELOW.replace("..", "../..") + "<dependencies>" + needs("wire") + "</dependencies>"),
         "libs/wire/pom.xml": pom("wire"), "fakes/pom.xml": pom("fakes"), "other/pom.xml": pom("other")},
        {"shop": ("libs/core", "libs/wire", "pom.xml", "shop")},
    ),
    "a program of Maven at the top": (
        {"pom.xml": pom("shop", "<packaging>war</packaging>"), "src/main/java/A.java": "", ".mvn/jvm.config": "", "lombok.config": "", "docs/a.md": ""},
        {"shop": ("pom.xml", "src", ".mvn", "lombok.config")},
    ),
    "projects of Gradle": (
        {"settings.gradle": "rootProject.name = 'all'\ninclude 'shop', ':libs:core'\ninclude('wire')\nproject(':wire').projectDir = file('far/wire')",
         "build.gradle": "plugins { id 'org.springframework.boot' version '3' apply false }", "gradle/libs.versions.toml": "",
         "shop/build.gradle": "plugins { id 'org.springframework.boot' }\ndependencies {\n  implementation project(':libs:core')\n"
                              "  testImplementation project(':fakes')\n  // implementation project(':old')\n}",
         "shop/src/main/java/A.java": "", "libs/core/build.gradle": "dependencies { api project(path: ':wire') }",
         "libs/core/src/main/java/B.java": "", "far/wire/build.gradle": "", "fakes/build.gradle": "", "old/a": ""},
        {"shop": ("far/wire", "libs/core", "shop", "build.gradle", "gradle", "settings.gradle")},
    ),
    "projects of Gradle by their accessors": (
        {"backend/settings.gradle.kts": 'include(":shop-api", ":shared-kit:core")\nincludeBuild("build-logic")',
         "backend/shop-api/build.gradle.kts": 'plugins {\n  id("my.conventions")\n}\ndependencies {\n  implementation(projects.sharedKit.core)\n}',
         "backend/shop-api/src/main/kotlin/Main.kt": "fun main() {}", "backend/shared-kit/core/build.gradle.kts": "",
         "backend/build-logic/build.gradle.kts": ""},
        {"shop-api": ("backend/shared-kit/core", "backend/shop-api", "backend/build-logic", "backend/settings.gradle.kts")},
    ),
    "what a build of Gradle says of all its projects, and what one of them applies": (
        {"settings.gradle": "include 'shop', 'core', 'base', 'wire', 'ui', 'kit', 'own'\nrootProject.children.each { it.name = \"x-${it.name}\" }",
         "build.gradle": "dependencies { implementation project(':own') }\nsubprojects {\n  dependencies { api project(':base') }\n}\n",
         "gradle/kit.gradle": "dependencies { implementation project(':kit') }",
         "shop/build.gradle": "apply plugin: 'war'\napply from: 'more.gradle'\napply from: '../far/wire.gradle'\nwar { dependsOn ':ui:assemble' }",
         "shop/more.gradle": "dependencies { implementation(project(path: ':x-core')) }", "far/wire.gradle": "dependencies { api project(':wire') }",
         "shop/src/main/webapp/a": "", **{f"{one}/build.gradle": "" for one in ("core", "base", "wire", "ui", "kit", "own")}},
        {"shop": ("base", "core", "kit", "shop", "ui", "wire", "build.gradle", "gradle", "settings.gradle")},
    ),
    "what Lombok makes of a build of Gradle": (
        {"settings.gradle": "include 'shop'", "lombok.config": "", "shop/build.gradle": "apply plugin: 'application'", "shop/src/main/java/A.java": ""},
        {"shop": ("shop", "lombok.config", "settings.gradle")},
    ),
    "modules of Maven that are called alike in several groups": (
        {"a/pom.xml": pom("a", "<groupId>g</groupId><packaging>ear</packaging><dependencies>" + needs("b", "<groupId>h</groupId>") + "</dependencies>"),
         "b/pom.xml": pom("b", "<groupId>g</groupId>"), "c/b/pom.xml": pom("b", "<parent><groupId>h</groupId><artifactId>x</artifactId></parent>")},
        {"a": ("a", "c/b")},
    ),
    "a project of Gradle that needs what nobody knows": (
        {"settings.gradle": "include 'shop'", "shop/build.gradle": "apply plugin: 'application'\ndependencies { api project(':lost') }",
         "shop/src/main/java/A.java": ""},
        {"shop": ("**", "settings.gradle")},
    ),
    "a project of Gradle that needs what the settings name by a variable": (
        {"settings.gradle": "include 'shop'\nfile('x').eachDir { include \":x:${it.name}\" }", "x/a/build.gradle": "",
         "shop/build.gradle": "apply plugin: 'application'\nfile('x').eachDir { dependencies { api project(\":x:${it.name}\") } }",
         "shop/src/main/java/A.java": ""},
        {"shop": ("**", "settings.gradle")},
    ),
    "a project of Gradle that only packs others": (
        {"settings.gradle": "include 'shop', 'core', 'none'", "shop/build.gradle": "apply plugin: 'war'\ndependencies { implementation project(':core') }",
         "core/build.gradle": "", "none/build.gradle": "apply plugin: 'war'", "build.gradle": "apply plugin: 'war'\ndependencies { implementation project(':core') }"},
        {"shop": ("core", "shop", "build.gradle", "settings.gradle")},
    ),
    "projects of .NET": (
        {"Directory.Build.props": "<Project />", "src/Directory.Packages.props": "<Project />",
         "src/Shop.Api/Shop.Api.csproj": "\ufeff" + '<Project Sdk="Microsoft.NET.Sdk.Web"><ItemGroup><ProjectReference Include="..\\Core\\Core.csproj" />'
                                         '<Compile Include="..\\Shared\\**\\*.cs" /><None Include="appsettings.json" /><PackageReference Include="Dapper" /></ItemGroup></Project>',
         "src/Core/Core.csproj": '<Project Sdk="Microsoft.NET.Sdk"><Import Project="$(MSBuildThisFileDirectory)..\\..\\build\\a.props" /></Project>',
         "build/a.props": '<Project><ItemGroup><ProjectReference Include="..\\src\\Gen\\Gen.fsproj" /></ItemGroup></Project>',
         "src/Gen/Gen.fsproj": "<Project />", "src/Shared/x/a.cs": "", "src/Other/Other.csproj": "<Project />",
         "src/Shop.Api.Check/a.csproj": '<Project Sdk="Microsoft.NET.Sdk.Web"><ItemGroup><PackageReference Include="Microsoft.NET.Test.Sdk" /></ItemGroup></Project>'},
        {"Shop.Api": ("Directory.Build.props", "build/a.props", "src/Core", "src/Directory.Packages.props", "src/Gen", "src/Shared/**/*.cs", "src/Shop.Api")},
    ),
    "a project of .NET that refers to what hangs on a property": (
        {"a/A.csproj": '<Project Sdk="Microsoft.NET.Sdk.Worker"><ItemGroup><ProjectReference Include="$(Libs)B.csproj" /></ItemGroup></Project>'},
        {"A": ("**",)},
    ),
    "what Jib makes of a module of Maven": (
        {"skaffold.yaml": "build:\n  artifacts:\n  - image: gcr.io/x/shop\n    jib: {type: maven, project: src/shop}\n",
         "src/shop/pom.xml": pom("shop-service", "<packaging>jar</packaging><build><plugins>" + needs("jib-maven-plugin", of="plugin") + "</plugins></build>")},
        {"shop": ("src/shop",)},
    ),
    "an image of what Maven made, with the modules that it needs": (
        {"pom.xml": pom("all", "<packaging>pom</packaging>"), "shop/Dockerfile": "FROM eclipse-temurin:21\nCOPY target/*.jar app.jar\nCMD java -jar app.jar",
         "shop/pom.xml": pom("shop", BELOW + "<dependencies>" + needs("core") + "</dependencies>"),
         "shop/src/main/java/Main.java": "class Main { public static void main(String[] a) {} }", "core/pom.xml": pom("core")},
        {"shop": Build("shop/Dockerfile", context="shop")},
    ),
    "filters of a workflow": (
        {"api/a": "", ".github/workflows/ci.yml": "jobs:\n  x:\n    steps:\n      - uses: dorny/paths-filter@v3\n        with:\n          filters: |\n            api:\n              - api/**\n              - '!api/*.md'\n"},
        {"api": ("api",)},
    ),
}  # fmt: skip


@pytest.mark.parametrize(("files", "expected"), CASES.values(), ids=CASES)
def test_services_are_found(files: dict[str, str], expected: dict[str, object]) -> None:
    assert found(files) == expected


def test_an_image_of_what_was_made_before_counts_the_modules_that_its_build_names() -> None:
    files, _ = CASES["an image of what Maven made, with the modules that it needs"]
    [one] = propose(tree(files)).services
    assert one.paths == ("core", "pom.xml")


@pytest.mark.parametrize("place", ["node", "node/docker", "node/src/main/docker"])
def test_so_does_one_that_its_module_keeps_in_a_folder_and_that_is_filled_in_by_it(place: str) -> None:
    module = pom(
        "node", BELOW + "<packaging>pom</packaging><dependencies>" + needs("app") + "</dependencies>"
    )
    files = {"pom.xml": pom("all", "<packaging>pom</packaging>"), "node/pom.xml": module, "app/pom.xml": pom("app"),
             f"{place}/Dockerfile": "FROM debian\nCOPY start.sh ${pkg.name}.deb /opt/\nCMD /opt/start.sh", f"{place}/start.sh": ""}  # fmt: skip
    [one] = propose(tree(files)).services
    assert one.build and one.build.dockerfile == f"{place}/Dockerfile"
    assert {"app", "pom.xml"} <= {*one.paths}


@pytest.mark.parametrize(
    ("more", "told"),
    [({}, True), ({"api/main.py": ""}, False), ({"api/app.jar": ""}, False)],
    ids=["nothing", "source beside it", "the thing itself"],
)
def test_an_image_of_what_is_made_nobody_knows_where_is_told(more: dict[str, str], told: bool) -> None:
    image = "FROM x\nCOPY app.jar start.sh /app/\nCMD /app/start.sh"
    proposal = propose(tree({"api/Dockerfile": image, "api/start.sh": "java -jar app.jar", **more}))
    why = "app.jar, which its image takes, is not in the repository, and no source counts beside it: what it is made of is not in the map"
    assert ((Place("api/Dockerfile", 2), why) in [one[:2] for one in proposal.doubts]) is told


def test_programs_of_go_that_an_argument_tells_apart_are_made_by_its_dockerfile() -> None:
    """Else a change of that Dockerfile was none of theirs."""
    image = "FROM golang\nCOPY go.mod .\nCOPY cmd cmd\nARG SERVICE\nRUN go build \\\n -o /bin/$SERVICE ./cmd/$SERVICE\nCMD run"
    files = {f"back/cmd/{one}/main.go": "package main" for one in ("api", "worker")}
    files |= {"back/go.mod": "module x", "back/Dockerfile": image}
    proposal = propose(tree(files))
    assert {one.name: (one.build, one.paths, one.ignore) for one in proposal.services} == {
        name: (Build("back/Dockerfile", "back", arguments=(("SERVICE", name),)), (), ()) for name in ("api", "worker")
    }  # fmt: skip
    why = "back: an argument says which program it is built for, so it counts for api, worker: left out"
    assert why in [one.why for one in proposal.doubts]


def test_a_program_that_is_built_under_another_name_is_no_second_service() -> None:
    image = "FROM golang\nCOPY . .\nARG SERVICE\nRUN go build ./cmd/$SERVICE\nCMD run"
    files = {f"cmd/{one}/main.go": "package main" for one in ("api", "worker")}
    files |= {
        "go.mod": "module x",
        "Dockerfile": image,
        "up.sh": "docker build -t r/shop-gate --build-arg SERVICE=api .",
    }
    built = {one.name: one.build for one in propose(tree(files)).services}
    assert built == {
        "shop-gate": Build("Dockerfile", arguments=(("SERVICE", "api"),)),
        "worker": Build("Dockerfile", arguments=(("SERVICE", "worker"),)),
    }


@pytest.mark.parametrize(
    "line",
    ["ARG V\nRUN go build -ldflags $V -o /bin/$V ./cmd/api", "ARG S=api\nRUN go build ./cmd/$S", "ARG S\nRUN go build ./tools/$S",
     "ARG S\nRUN cp x/cmd/$S /y && go build ./cmd/api"],
)  # fmt: skip
def test_other_arguments_tell_no_programs_apart(line: str) -> None:
    files = {f"cmd/{one}/main.go": "package main" for one in ("api", "worker")}
    files |= {"go.mod": "module x", "Dockerfile": f"FROM golang\nCOPY . .\n{line}\nCMD run"}
    assert [one.name for one in propose(tree(files)).services if not one.build] == ["api", "worker"]


def test_modules_whose_archives_one_dockerfile_takes_have_that_with_them() -> None:
    """It is given each of them by an argument, by the build of the parent."""
    plugin = (
        "<build><plugins><plugin><artifactId>spring-boot-maven-plugin</artifactId></plugin></plugins></build>"
    )
    files = {
        "pom.xml": pom("all", "<packaging>pom</packaging>"), "api/pom.xml": pom("api", BELOW + plugin), "worker/pom.xml": pom("worker", BELOW + plugin),
        "docker/Dockerfile": "FROM java\nARG NAME\nCOPY ${NAME}.jar app.jar\nCOPY start.sh /\nCMD /start.sh",
        "docker/start.sh": "", "docker/other.ini": "",
    }  # fmt: skip
    own = {one.name: set(one.paths) for one in propose(tree(files)).services}
    both = {"pom.xml", "docker/Dockerfile", "docker/start.sh"}
    assert own == {"api": {"api", *both}, "worker": {"worker", *both}}


@pytest.mark.parametrize(
    ("taken", "paths"), [("bin/shop", ("**",)), ("shop.jar", ("**",)), ("shop.conf", ())]
)
def test_an_image_of_a_program_that_is_made_nobody_knows_where_counts_everything(
    taken: str, paths: tuple[str, ...]
) -> None:
    """Else it were in sync whatever is changed, and nobody looked."""
    image = f"FROM x\nCOPY {taken} start.sh /app/\nCMD /app/start.sh"
    files = {"run/Dockerfile": image, "run/start.sh": "", "cmd/shop/shop.c": ""}
    proposal = propose(tree(files))
    assert [one.paths for one in proposal.services] == [paths]
    why = "it may be made of anything here, so all of it counts until `paths` say of what"
    assert any(one.why.endswith(why) for one in proposal.doubts) is bool(paths)


def test_each_image_that_a_module_keeps_in_a_folder_of_any_name_is_made_of_what_that_needs() -> None:
    module = pom("tb", BELOW + "<packaging>pom</packaging><dependencies>" + needs("app") + "</dependencies>")
    image = "FROM debian\nCOPY start.sh ${pkg.name}.deb /opt/\nCMD /opt/start.sh"
    files = {
        "pom.xml": pom("all", "<packaging>pom</packaging>"), "tb/pom.xml": module, "app/pom.xml": pom("app"),
        "app/src/main/java/A.java": "", "tb/docker-one/Dockerfile": image, "tb/docker-two/Dockerfile": image,
        "tb/docker-three/Dockerfile": "FROM nginx\nCOPY start.sh /\nCMD /start.sh",
        **dict.fromkeys((f"tb/docker-{one}/start.sh" for one in ("one", "two", "three")), ""),
    }  # fmt: skip
    made = {one.name: one.paths for one in propose(tree(files)).services}
    assert made == {
        "tb-docker-one": ("app", "pom.xml", "tb"),
        "tb-docker-two": ("app", "pom.xml", "tb"),
        "tb-docker-three": (),
    }


@pytest.mark.parametrize("home", ["shop/docker", "shop/src/main/docker"])
def test_an_image_of_what_is_put_beside_its_dockerfile_is_made_of_the_module_that_it_lies_in(
    home: str,
) -> None:
    files = {
        f"{home}/Dockerfile": "FROM x\nCOPY shop.jar start.sh /app/\nCMD /app/start.sh",
        f"{home}/start.sh": "java -jar shop.jar",
        "shop/pom.xml": pom("shop"),
        "shop/src/main/java/Main.java": "class Main { public static void main(String[] a) {} }",
    }
    [one] = propose(tree(files)).services
    assert (one.build, one.paths) == (Build(f"{home}/Dockerfile", home), ("shop",))


@pytest.mark.parametrize(
    ("where", "counts"), [("node", ("node", "pom.xml", ".mvn")), ("", ("**",))], ids=["a module", "the top"]
)
def test_a_program_that_no_compiler_of_java_makes_is_made_of_whatever_lies_in_its_module(
    where: str, counts: tuple[str, ...]
) -> None:
    home = f"{where}/docker".strip("/")
    files = {
        "pom.xml": pom("all", "<packaging>pom</packaging>"),
        f"{where}/pom.xml".strip("/"): pom("node", (BELOW if where else "") + "<packaging>pom</packaging>"),
        f"{home}/Dockerfile": "FROM node\nCOPY start.sh /\nCOPY src/server.js src/api /app/\nCMD /start.sh",
        **dict.fromkeys((f"{home}/start.sh", "node/server.ts", "node/api/a.ts", ".mvn/maven.config"), ""),
    }
    [one] = propose(tree(files)).services
    assert one.paths == counts


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("<project>\n<artifactId>a</project>", "shop/pom.xml:2: it is not valid XML"),
        ("<!DOCTYPE a [<!ENTITY b 'c'>]><project/>", "shop/pom.xml: it has definitions of its own"),
    ],
)
def test_a_build_file_that_cannot_be_read_is_told(text: str, said: str) -> None:
    told = propose(tree({"shop/pom.xml": text})).doubts
    assert [f"{one.place}: {one.why}" for one in told] == [f"{said}: the rest of it is not read"]


@pytest.mark.parametrize(
    ("files", "said"),
    [
        (CASES["a project of Gradle that needs what nobody knows"][0], "it needs the project 'lost'"),
        (
            CASES["a project of .NET that refers to what hangs on a property"][0],
            "it refers to '$(Libs)B.csproj'",
        ),
    ],
)
def test_a_project_that_nobody_knows_has_everything_count_and_is_told(
    files: dict[str, str], said: str
) -> None:
    [one] = propose(tree(files)).doubts
    assert one.why.startswith(said) and one.widened == ("**",)


SHOP = {"api/Dockerfile": "FROM golang\nCOPY . .\nCMD ./api", "web/Dockerfile": "FROM nginx\nCOPY . ."}
TOOL = "loki-build-image/Dockerfile"
GENERATES = "FROM docker.io/library/golang:1.26-alpine@sha256:0\nRUN go install protoc"


@pytest.mark.parametrize(
    ("path", "text"),
    [
        (TOOL, GENERATES),
        (TOOL, "ARG IMAGE\nFROM $IMAGE\nENTRYPOINT [ '/usr/bin/make' ]".replace("'", '"')),
        ("test/container/Dockerfile", "FROM ubuntu\nENTRYPOINT run"),
    ],
)
def test_what_only_builds_or_tests_is_left_out_and_named_unless_something_runs_it(
    path: str, text: str
) -> None:
    makefile = {"Makefile": f"image:\n\tdocker build -t acme/tool -f {path} .\n"}
    shown = propose(tree({**SHOP, path: text, **makefile}))
    assert {one.name for one in shown.services} == {"api", "web"}
    assert any("nothing that runs it was found: left out" in doubt.why for doubt in shown.doubts)
    alone = propose(tree({path: text, **makefile}))
    assert len(alone.services) == 1, "where there is nothing else it may be meant"
    compose = {"compose.yaml": f"services: {{tool: {{build: {{dockerfile: {path}}}, command: sleep 9}}}}"}
    assert len(propose(tree({**SHOP, path: text, **makefile, **compose})).services) == 3


STAGES = "FROM x AS base\nFROM base AS production\nCOPY api /a\nCMD api\nFROM production AS %s\nCOPY . .\n"
BUILDS_TEST = "docker build -t r/api-test --target test -f api/Dockerfile .\n"


@pytest.mark.parametrize(
    ("text", "script", "expected"),
    [
        (STAGES % "test", BUILDS_TEST, "production"),
        (STAGES % "test" + "FROM test AS concourse_tests\n", BUILDS_TEST, "production"),
        (STAGES % "Dev", BUILDS_TEST.replace("test -f", "dev -f"), "production"),
        (STAGES % "test" + "FROM production AS api\n", BUILDS_TEST, ""),
        (STAGES % "test" + "FROM production\n", BUILDS_TEST, ""),
        (STAGES.replace("production", "server") % "test", BUILDS_TEST, "test"),
        (STAGES % "build", BUILDS_TEST.replace("test -f", "build -f"), "production"),
        (STAGES % "linter2", BUILDS_TEST.replace("test -f", "linter2 -f"), "production"),
        (STAGES % "latest", BUILDS_TEST.replace("test -f", "latest -f"), "latest"),
        (STAGES % "page-builder", BUILDS_TEST.replace("test -f", "page-builder -f"), "page-builder"),
        (STAGES % "test", BUILDS_TEST + "docker build -t r/api --target production -f api/Dockerfile .\n", "production"),
    ],
)  # fmt: skip
def test_a_stage_to_test_with_is_not_what_is_run_where_another_one_may_be(
    text: str, script: str, expected: str
) -> None:
    shown = propose(tree({**API, "api/Dockerfile": text, "build.sh": script}))
    [one] = shown.services
    assert one.build is not None
    assert one.build.target == expected


def test_which_stage_is_taken_in_place_of_one_to_test_with_is_told() -> None:
    files = {**API, "api/Dockerfile": STAGES % "test", "build.sh": BUILDS_TEST}
    guess = "api: what is built is the stage test, which is none to run; the stage production is a guess"
    assert [one.why for one in propose(tree(files)).doubts] == [guess]
    both = {
        **files,
        "build.sh": f"{BUILDS_TEST}docker build -t r/api -f api/Dockerfile --target production .\n",
    }
    shown = propose(tree(both))
    assert [(one.name, one.build and one.build.target) for one in shown.services] == [("api", "production")]
    assert "api-test is a stage to build or test with: left out" in [one.why for one in shown.doubts]


def test_what_runs_a_stage_to_test_with_has_it() -> None:
    run = "kind: Deployment\nmetadata: {name: t}\nspec: {template: {spec: {containers: [{image: r/api-test}]}}}\n"
    [one] = propose(
        tree({**API, "api/Dockerfile": STAGES % "test", "build.sh": BUILDS_TEST, "k.yaml": run})
    ).services
    assert one.build == Build("api/Dockerfile", target="test")


def test_of_several_stages_that_are_none_to_run_one_is_the_service() -> None:
    text = "FROM x AS a\nCOPY api /a\nFROM a AS b\nFROM b AS test\nFROM b\nCMD b\n"
    script = "".join(
        f"docker build -t r/{one} --target {one} -f api/Dockerfile .\n" for one in ("test", "a", "b")
    )
    shown = propose(tree({**API, "api/Dockerfile": text, "build.sh": script}))
    assert [one.build for one in shown.services] == [Build("api/Dockerfile")]
    left_out = ["b is a stage that others are made from", "test is a stage to build or test with"]
    assert [one.why for one in shown.doubts[1:]] == [f"{one}: left out" for one in left_out]


def test_a_stage_to_work_on_one_service_is_not_left_out_for_another_of_the_same_dockerfile() -> None:
    text = "FROM x AS run\nARG APP\nCOPY $APP /a\nCMD a\nFROM run AS debug\nFROM run AS release\n"
    line = "docker build -t r/%s --target %s --build-arg APP=%s -f api/Dockerfile .\n"
    script = line % ("api", "release", "api") + line % ("web", "debug", "web")
    shown = propose(tree({**API, "web/a": "", "api/Dockerfile": text, "build.sh": script})).services
    assert {one.name: one.build and one.build.target for one in shown} == {"api": "release", "web": ""}


def test_a_dockerfile_that_stands_in_a_compose_file_is_told() -> None:
    compose = "services:\n  api:\n    build: {context: api, dockerfile_inline: FROM x}\n"
    proposal = propose(tree({"compose.yaml": compose, "api/main.py": ""}))
    assert [str(one.place) for one in proposal.doubts if "not read" in one.why] == ["compose.yaml:2"]


def test_owners_are_those_of_the_last_line_that_matches() -> None:
    files = {**API, "CODEOWNERS": "* @all\n/api/ @api-team\n"}
    assert [one.owner for one in propose(tree(files)).services] == ["@api-team"]


def test_a_catalog_names_the_owner_of_a_directory() -> None:
    catalog = "kind: Component\nmetadata: {name: shop-api}\nspec: {owner: team-a}\n"
    [one] = propose(tree({**API, "api/catalog-info.yaml": catalog})).services
    assert (one.name, one.owner, one.build) == ("api", "team-a", Build("api/Dockerfile"))


def test_a_catalog_alone_says_not_what_a_service_is_made_of() -> None:
    catalog = "kind: Component\nmetadata: {name: shop-api}\nspec: {owner: team-a}\n"
    assert propose(tree({"api/catalog-info.yaml": catalog})).services == ()


@pytest.mark.parametrize(
    ("copied", "paths"),
    [("./meta .\nCOPY ./pkg .", ("lib", "package.json")), ("dist /d", ("lib", "package.json")), (". .", ())],
)
def test_what_is_built_before_its_image_is_made_of_what_the_workspace_says(
    copied: str, paths: tuple[str, ...]
) -> None:
    packages = {
        "package.json": '{"workspaces": ["api", "lib"]}',
        "api/package.json": '{"private": true, "scripts": {"start": "x"}, "dependencies": {"lib": "*"}}',
        "api/main.js": "",
        "lib/package.json": '{"name": "lib"}',
        "lib/index.js": "",
    }
    [one] = propose(tree({**packages, "api/Dockerfile": f"FROM x\nCOPY {copied}\n"})).services
    assert one.build and one.build.dockerfile == "api/Dockerfile"
    assert one.paths == paths


@pytest.mark.parametrize(
    ("build", "line", "paths"),
    [
        ("docker build -t r/base -f base/Dockerfile .", "FROM r/base:1", ("base",)),
        ("docker build -t r/base:2 -f base/Dockerfile .", "FROM x\nCOPY --from=r/base /a /b", ("base",)),
        ("docker build -t golang -f base/Dockerfile .", "FROM golang", ()),
        ("docker build -t shop -f base/Dockerfile .", "FROM shop", ("base",)),
        ("docker build -t r/base -f base/Dockerfile .", "ARG R\nFROM $R/base:$V", ("base",)),
        ("docker build -t $R/base -f base/Dockerfile .", "FROM r/base", ("base",)),
        (
            "docker build -t r/base -f base/Dockerfile .",
            "FROM x\nRUN --mount=from=r/base,target=/b b",
            ("base",),
        ),
        ("docker build -t r/base -f base/Dockerfile .", "FROM x AS r/base\nFROM r/base", ()),
    ],
)
def test_what_an_image_is_made_from_counts_where_the_repository_builds_it(
    build: str, line: str, paths: tuple[str, ...]
) -> None:
    files = {
        "base/Dockerfile": "FROM x\nCOPY base/common.py /c/\nCOPY base /c/\n",
        "base/common.py": "",
        "api/Dockerfile": f"{line}\nCOPY api/main.py /a/\nCMD a\n",
        "api/main.py": "",
        "build.sh": f"{build}\ndocker build -t r/api -f api/Dockerfile .\n",
    }
    [api] = [one for one in propose(tree(files)).services if one.name == "api"]
    assert api.paths == paths


def test_what_a_base_leaves_to_others_takes_all_that_these_are_given() -> None:
    files = {
        **API,
        "base/Dockerfile": "FROM x\nONBUILD COPY . /a\n",
        "api/Dockerfile": "FROM r/base\nCMD a\n",
        "build.sh": "docker build -t r/base base\ndocker build -t r/api api\n",
    }
    [api] = [one for one in propose(tree(files)).services if one.name == "api"]
    assert api.paths == ("api", "base/Dockerfile")


def test_a_base_that_a_build_is_given_by_argument_counts() -> None:
    files = {
        **API,
        "base/Dockerfile": "FROM x\nCOPY base /a\n",
        "base/a": "",
        "api/Dockerfile": "ARG BASE=x\nFROM $BASE\nCOPY api /a\nCMD a\n",
        "build.sh": "docker build -t r/base:$V -f base/Dockerfile .\n"
        "docker build -t r/api --build-arg BASE=r/base:$V -f api/Dockerfile .\n",
    }
    [api] = [one for one in propose(tree(files)).services if one.name == "api"]
    assert api.paths == ("base",)


def test_each_image_of_a_name_may_be_the_one_that_another_is_made_from() -> None:
    files = {
        "base/Dockerfile": "FROM x\nCOPY base/a /b\n",
        "base/a": "",
        "tools/Dockerfile": "FROM x\nCOPY tools/a /t\n",
        "tools/a": "",
        "api/Dockerfile": "FROM r/shop:base\nCOPY api /a\nCMD a\n",
        "api/a": "",
        "build.sh": "".join(
            f"docker build -t r/shop:{one} -f {one}/Dockerfile .\n" for one in ("base", "api", "tools")
        ),
    }
    [api] = [one for one in propose(tree(files)).services if one.build == Build("api/Dockerfile")]
    assert {"base/Dockerfile", "base/a"} <= set(api.paths)


@pytest.mark.parametrize(
    ("name", "bases"), [("base", ("one", "two")), ("$R/base", ("one", "two")), ("quay.io/y/base", ("two",))]
)
def test_each_image_that_is_called_so_may_be_meant_where_the_registry_is_not_told(
    name: str, bases: tuple[str, ...]
) -> None:
    files = {
        "api/Dockerfile": f"ARG R\nFROM {name}\nCOPY api /a\nCMD a\n", "api/a": "",
        "one/Dockerfile": "FROM x\nCOPY one /one\n", "one/a": "",
        "two/Dockerfile": "FROM x\nCOPY two /two\n", "two/a": "",
        "build.sh": "docker build -t ghcr.io/x/base -f one/Dockerfile .\ndocker build -t quay.io/y/base -f two/Dockerfile .\n"
                    "docker build -t r/api -f api/Dockerfile .\n",
    }  # fmt: skip
    [api] = [one for one in propose(tree(files)).services if one.name == "api"]
    assert api.paths == bases


def test_what_a_compose_file_gives_a_build_beside_its_context_counts() -> None:
    compose = """
        services:
          base: {build: base}
          api: {build: {context: api, additional_contexts: {parent: "service:base", more: ./more}}}
        """
    files = {
        "compose.yaml": compose,
        "base/Dockerfile": "FROM x\nCOPY a /a\n",
        "base/a": "",
        "more/a": "",
        "api/Dockerfile": "FROM parent\nCOPY a /a\nCMD a\n",
        "api/a": "",
    }
    [api] = [one for one in propose(tree(files)).services if one.name == "api"]
    assert api.paths == ("base/Dockerfile", "base/a", "more")


EACH = """
jobs:
  build:
    strategy: {matrix: {package: [api, worker]}}
    steps:
      - {uses: docker/build-push-action@v6, with: {build-args: "PACKAGE=${{ matrix.package }}", outputs: "type=image,name=${{ steps.l.outputs.at }}/x"}}
      - {uses: docker/build-push-action@v6, with: {build-args: "PACKAGE=${{ matrix.package }}", outputs: "type=image,name=${{ steps.l.outputs.at }}/x"}}
"""


CONFIGURED = """
jobs:
  build:
    strategy: {matrix: {env: [qa, prod]}}
    steps:
      - {uses: docker/build-push-action@v6, with: {tags: "r/shop:${{ matrix.env }}", build-args: "ENV=${{ matrix.env }}\\nBASE=x:${{ matrix.env }}"}}
"""


@pytest.mark.parametrize(
    "tags", ["r/shop:${{ matrix.env }}", "${{ steps.l.outputs.at }}"], ids=["named", "unnamed"]
)
def test_an_image_that_each_environment_builds_with_its_own_argument_is_made_of_all_of_them(
    tags: str,
) -> None:
    files = {
        "Dockerfile": "ARG BASE\nFROM $BASE\nARG ENV\nCOPY conf/${ENV}.json main.py /a/\nCMD /a/main.py\n",
        "main.py": "",
        "conf/qa.json": "",
        "conf/prod.json": "",
        ".github/workflows/a.yml": CONFIGURED.replace("r/shop:${{ matrix.env }}", tags),
    }
    proposal = propose(tree(files))
    [one] = proposal.services
    assert one.build and dict(one.build.arguments)["ENV"] == "*"
    why = "the ENV of its build is not always the same; each that it may be counts"
    assert why in [doubt.why for doubt in proposal.doubts]


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({}, {"api": "api", "worker": "worker"}),
        (
            {"build.sh": "docker build --build-arg PACKAGE=api -t r/shop . && docker push r/shop\n"},
            {"shop": "api"},
        ),
    ],
    ids=["nobody names them", "somebody does"],
)
def test_images_without_a_name_are_called_after_the_argument_that_tells_them_apart(
    more: dict[str, str], expected: dict[str, str]
) -> None:
    files = {
        "Dockerfile": "FROM x\nARG PACKAGE\nCOPY ${PACKAGE} /a\nCMD /a/main.py\n",
        "api/main.py": "",
        "worker/main.py": "",
        ".github/workflows/a.yml": EACH,
        **more,
    }
    made = {one.name: one.build for one in propose(tree(files)).services}
    assert {name: dict(build.arguments)["PACKAGE"] for name, build in made.items() if build} == expected


def test_what_a_build_is_given_counts_as_a_whole_where_its_image_copies_a_part_of_that() -> None:
    compose = """
        services:
          base: {build: {context: ., dockerfile: base.Dockerfile}}
          api: {build: {context: ., dockerfile: api/Dockerfile, additional_contexts: {parent: "service:base"}}}
        """
    files = {
        "compose.yaml": compose,
        "base.Dockerfile": "FROM x\nCOPY shared /s\nCMD a\n",
        "shared/money.py": "",
        "shared/api.ini": "",
        "api/Dockerfile": "FROM parent\nCOPY shared/api.ini /a\nCOPY api /a\nCMD a\n",
        "api/a": "",
    }
    [api] = [one for one in propose(tree(files)).services if one.name == "api"]
    assert api.paths == ("base.Dockerfile", "shared")


MOCKED = {
    **API,
    "mock/Dockerfile": "FROM x\nCOPY . /m\nCMD run\n",
    "mock/run.py": "",
    "compose.yaml": "services: {api: {build: {context: ., dockerfile: api/Dockerfile}}}",
}
FOR_TESTS = "services: {mock: {build: ./mock}, api: {build: {context: ., dockerfile: api/Dockerfile}}}"


@pytest.mark.parametrize(
    ("files", "is_left_out"),
    [
        ({"compose.test.yaml": FOR_TESTS}, True),
        ({"compose.yaml": "services: {api: {build: {context: ., dockerfile: api/Dockerfile}}, mock: {build: mock, profiles: [test, e2e]}}"}, True),
        ({"compose.yaml": "services: {api: {build: {context: ., dockerfile: api/Dockerfile}}, mock: {build: mock, profiles: [test, all]}}"}, False),
        ({"compose.test.yaml": FOR_TESTS, "compose.yaml": "services: {db: {image: postgres}}"}, False),
        ({"compose.test.yaml": FOR_TESTS, "compose.dev.yaml": FOR_TESTS}, False),
        ({"compose.test.yaml": FOR_TESTS, "up.sh": "docker build -t r/mock mock && docker push r/mock"}, False),
    ],
    ids=["a file of tests", "profiles of tests", "another profile, too", "nothing that is run beside it", "run otherwise", "built by a script"],
)  # fmt: skip
def test_what_compose_builds_for_tests_alone_is_left_out_and_named(
    files: dict[str, str], is_left_out: bool
) -> None:
    proposal = propose(tree({**MOCKED, **files}))
    assert {one.name for one in proposal.services} == ({"api"} if is_left_out else {"api", "mock"})
    why = "mock: only tests have it built, and nothing that runs it was found: left out"
    assert (why in [one.why for one in proposal.doubts]) is is_left_out


EXTENDED = {
    "api/Dockerfile": "FROM x\nCOPY . /a\nCMD run\n", "api/main.py": "", "shared/a.py": "", "more/a": "",
    "base/parts.yml": "services:\n  run: {build: {context: ../api, args: ['A=${B:-1}'], additional_contexts: {more: ../more}}, volumes: ['../shared:/s']}\n"
    "  deep: {extends: run, image: r/deep}\n  top: {build: {dockerfile: api/Dockerfile, context: ..}}\n  less: {image: x}\n",
}  # fmt: skip


@pytest.mark.parametrize(
    ("service", "build", "paths"),
    [
        ("{extends: {file: base/parts.yml, service: run}}", Build("api/Dockerfile", "api"), ("more", "shared")),
        ("{extends: {file: base/parts.yml, service: deep}, build: {target: t}}", Build("api/Dockerfile", "api", "t"), ("more", "shared")),
        ("{extends: {file: base/parts.yml, service: top}, build: {args: {A: b}}}", Build("api/Dockerfile"), ()),
        ("{extends: own, volumes: ['./shared:/s']}", Build("api/Dockerfile", "api"), ("shared",)),
        ("{extends: {file: base/parts.yml, service: less}, build: api}", Build("api/Dockerfile", "api"), ()),
    ],
    ids=["another file", "that extends another one", "a context above", "the same file", "an image"],
)  # fmt: skip
def test_what_a_compose_service_takes_over_from_another_one_is_its_own(
    service: str, build: Build, paths: tuple[str, ...]
) -> None:
    own = "  own: {build: ./api, extends: own}\n" if "own" in service else ""
    gone = "  gone: {extends: {file: no.yml, service: x}}\n"
    found = propose(tree({**EXTENDED, "compose.yaml": f"services:\n  web: {service}\n{own}{gone}"}))
    [one] = found.services
    assert (one.build, one.paths) == (build, paths)
    assert one.name == ("own" if own else "web")


def test_every_place_that_told_of_a_service_is_kept() -> None:
    files = {**API, "build.sh": "docker build -t r/x -f api/Dockerfile .\n"}
    [one] = propose(tree(files)).services
    assert [str(place) for place in one.places] == ["build.sh:1", "api/Dockerfile"]


@pytest.mark.parametrize(
    ("places", "told"), [(4, ""), (5, "and in 1 more place\n"), (6, "and in 2 more places\n")]
)
def test_four_places_are_named_and_the_others_counted(places: int, told: str) -> None:
    text = fresh([Proposed("api", tuple(Place(f"{at}.yaml") for at in range(places)), Build("Dockerfile"))])
    assert text.count("# found in ") == 4
    assert (told in text) if told else ("more place" not in text)


@pytest.mark.parametrize("name", ["compose.yaml", "cloudbuild.yaml", "package.json", "apps/x/package.json",
                                  "pyproject.toml", "x/Cargo.toml", ".github/workflows/a.yml", "template.yaml",
                                  "k.yaml", "deploy.sh", "CODEOWNERS", "x/serverless.yml"])  # fmt: skip
@pytest.mark.parametrize("text", ["", "{", "[" * 3000, "a: &a [*a]", "\0", "- - -", "kind: Deployment\nimage: {{ x }}", "image: x\nitems:\n- kind: [1]\n- kind: Job\n",
                                  "steps: 5\nservices: [1]\njobs: {a: {steps: {b: 1}}}"])  # fmt: skip
def test_a_file_that_is_not_in_order_breaks_nothing(name: str, text: str) -> None:
    assert isinstance(propose(tree({name: text, "go.mod": "x", "main.go": "package main"})), Proposal)


TEXT = st.text(
    st.characters(blacklist_categories=["Cs", "Cc"], blacklist_characters=":!\\"), min_size=1, max_size=12
)
PATH = TEXT.filter(lambda t: t.strip() and not t.startswith("/") and ".." not in t and t.strip("./"))
NAME = st.from_regex(r"\A[A-Za-z0-9][A-Za-z0-9._-]{0,8}\Z")
SERVICES = st.lists(
    st.builds(Proposed, NAME, st.just((Place("a\nb", 1),)), st.none(), st.lists(PATH, min_size=1, max_size=2).map(tuple), ignore=st.just(()), owner=TEXT.filter(str.strip)),
    min_size=1, max_size=3, unique_by=lambda one: one.name,
)  # fmt: skip


@settings(max_examples=some(150), deadline=None)
@given(SERVICES)
def test_whatever_was_found_can_be_read_back(services: list[Proposed]) -> None:
    config = load(fresh(services), "unshipped.yaml", source_kinds())
    assert [target.service for target in config.targets] == [one.name for one in services]
    assert [target.owner for target in config.targets] == [one.owner for one in services]


HAND = """\
# by hand
services:
    api: {paths: [api], deployed: abcdef0}   # mine
    web:
        paths:
            - web

        deployed: abcdef0
# the end
ignore: [docs]
"""


def test_what_is_new_is_added_and_what_a_person_wrote_is_kept() -> None:
    new = [Proposed("job", (Place("job/Dockerfile"),), Build("job/Dockerfile"))]
    text = added(HAND, new)
    assert [line for line in text.splitlines() if line not in HAND.splitlines()] == [
        "    job:", "      # found in job/Dockerfile", "      build: job/Dockerfile",
    ]  # fmt: skip
    assert [line for line in HAND.splitlines() if line not in text.splitlines()] == []
    head = text.replace("build: job/Dockerfile", "build: job/Dockerfile\n      deployed: abcdef0")
    config = load(head, "unshipped.yaml", source_kinds())
    assert [target.service for target in config.targets] == ["api", "web", "job"]
    assert is_known(new[0], config.targets)


def test_what_is_not_certain_stands_at_the_end_of_a_new_file_and_stays_there() -> None:
    doubts = [Doubt(Place(f"{n}\n/Dockerfile", n), f"left out\n{n}") for n in range(20)]
    services = [Proposed("api", (Place("a"),), paths=("api",))]
    text = fresh(services, doubts)
    assert load(text, "u.yaml", source_kinds()) == load(fresh(services), "u.yaml", source_kinds())
    end = text[text.index("# Not certain") :]
    assert [line.partition(": ")[2] for line in end.splitlines()[1:]] == [f"left out?{n}" for n in range(20)]
    more = added(text, [Proposed("job", (Place("job"),), paths=("job",))])
    assert more.endswith(f"    paths: [job]\n\n{end}")


@pytest.mark.parametrize("text", ["services: {a: {paths: [a]}}", "services:\n", "x: 1"])
def test_a_file_without_a_place_for_more_says_so(text: str) -> None:
    with pytest.raises(ValueError, match="services"):
        added(text, [Proposed("a", (Place("a"),), Build("a"))])


def test_a_map_by_hand_knows_the_directory_of_a_service(tmp_path: Path) -> None:
    config = load("services: {x: {paths: [api, shared], deployed: abcdef0}}", "u.yaml", source_kinds())
    assert is_known(Proposed("api", (Place("a"),), Build("api/Dockerfile")), config.targets)
    assert not is_known(Proposed("web", (Place("a"),), Build("web/Dockerfile")), config.targets)


@pytest.mark.parametrize(("mapped", "expected"), [("src/Core, src/Api", False), ("src/Worker", True)])
def test_a_program_is_known_by_its_own_directory_and_not_by_what_it_shares(
    mapped: str, expected: bool
) -> None:
    config = load(f"services: {{x: {{paths: [{mapped}], deployed: abcdef0}}}}", "u.yaml", source_kinds())
    one = Proposed("Worker", (Place("src/Worker/Worker.csproj"),), paths=("src/Core", "src/Worker"))
    assert is_known(one, config.targets) is expected


def test_another_service_of_the_same_dockerfile_is_not_known() -> None:
    text = "services: {api: {build: {dockerfile: Dockerfile, arguments: {S: api}}, deployed: 1234567}}"
    config = load(text, "u.yaml", source_kinds())
    for name, arguments, expected in (
        ("web", {"S": "web"}, False),
        ("web", {"S": "api"}, True),
        ("web", {}, True),
        ("web", {"S": "*"}, True),
        ("web", {"S": "*", "T": "web"}, False),
    ):
        one = Proposed(name, (Place("a"),), Build("Dockerfile", arguments=tuple(arguments.items())))
        assert is_known(one, config.targets) is expected


def on(name: str, runs_on: str) -> Proposed:
    return Proposed(name, (Place(f"{name}.yaml", 1),), Build(source=name), runs_on=runs_on)


@pytest.mark.parametrize(
    ("kinds", "usual", "named"),
    [
        (["kubernetes", "kubernetes", ""], "kubernetes", {"http"}),
        (["cloud-run", "cloud-run", "cloud-function"], "cloud-run", {"cloud-function"}),
        (["fly", "", "lambda"], "http", {"lambda"}),
        (["ecs", ""], "http", {"ecs"}),
        (["ecs"], "ecs", set()),
    ],
)
def test_what_services_run_on_says_how_what_serves_is_read(
    kinds: list[str], usual: str, named: set[str]
) -> None:
    text = fresh([on(f"s{at}", kind) for at, kind in enumerate(kinds)])
    config = load(text, "unshipped.yaml", source_kinds())
    read = [origin.sources[0].kind for target in config.targets for origin in target.origins]
    assert read == [kind if kind in (usual, *named) else "http" for kind in kinds]
    assert {line.split(":")[0] for line in text.splitlines() if line.startswith("x-")} == {
        f"x-{one}" for one in named
    }
