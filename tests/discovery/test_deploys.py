"""Services are found by the commands that deploy them, with all that these put together."""

from __future__ import annotations

import pytest

from tests.discovery.trees import tree
from unshipped.core.model import Build
from unshipped.discovery.finders.makefile import recipes
from unshipped.discovery.propose import propose

TREE = {
    "api/Dockerfile": "FROM x\nCOPY api /a\n", "api/main.py": "", "web/Dockerfile": "FROM x\nCOPY web /w\n", "web/index.js": "",
    "svc/Dockerfile": "FROM x\nCOPY . /s\n", "svc/run.py": "", "fn/one/main.py": "", "fn/one/requirements.txt": "", "fn/two/main.py": "", "shared/clock.py": "", "libs/money/a.py": "", "config.yaml": "",
}  # fmt: skip
ONE, TWO = Build(source="fn/one"), Build(source="fn/two")
API, WEB = Build("api/Dockerfile"), Build("web/Dockerfile")
Expected = dict[str, tuple[Build | None, tuple[str, ...], str]]
FUNCTION = "cloud-function"

SCRIPTS: dict[str, tuple[str, Expected]] = {
    "a loop": ("for f in one two; do gcloud functions deploy svc-$f --source fn/$f; done",
               {"svc-one": (ONE, (), FUNCTION), "svc-two": (TWO, (), FUNCTION)}),
    "a loop over directories": ("for d in fn/*/; do\n gcloud functions deploy $(basename $d) --source=$d\ndone",
                                {"one": (ONE, (), FUNCTION), "two": (TWO, (), FUNCTION)}),
    "a function with arguments": ('up() { gcloud beta functions deploy "$1" --region x --source "$2"; }\nup a fn/one\nup b fn/two',
                                  {"a": (ONE, (), FUNCTION), "b": (TWO, (), FUNCTION)}),
    "a table in a case": ('case "$1" in\na) D=fn/one;; b) D=fn/two;; *) exit 1;;\nesac\ngcloud functions deploy "$1" --source "$D"',
                          {"a": (ONE, (), FUNCTION), "b": (TWO, (), FUNCTION)}),
    "beside the script": ('cd "$(dirname "$0")/.."\ngcloud functions deploy a --source=./fn/one', {"a": (ONE, (), FUNCTION)}),
    "a command put together": ('C="gcloud functions deploy a --source fn/one"\neval "$C"', {"a": (ONE, (), FUNCTION)}),
    "a folder copied into the source": ("cp -r shared libs/money fn/one/\ngcloud functions deploy a --source fn/one",
                                        {"a": (ONE, ("libs/money", "shared"), FUNCTION)}),
    "a directory that is put together": (
        "TMP=$(mktemp -d)\ncp fn/one/main.py fn/one/requirements.txt $TMP/\nmkdir -p $TMP/shared\nrsync -aL --exclude x shared/ $TMP/shared/\ncp config.yaml $TMP\ngcloud functions deploy a --source $TMP",
        {"a": (ONE, ("config.yaml", "shared"), FUNCTION)}),
    "all of a directory": ("rm -rf build; mkdir build\ncp -r fn/two/* build\ncp -r shared build/\ngcloud functions deploy b --source=build",
                           {"b": (TWO, ("shared",), FUNCTION)}),
    "one put together of another": ("A=$(mktemp -d); B=$(mktemp -d)\ncp -r shared $A/\ncp -r fn/one/. $B\ncp -r $A/* $B/\ngcloud functions deploy a --source $B",
                                    {"a": (ONE, ("shared",), FUNCTION)}),
    "an archive": ("cd fn/one && zip -r ../../out.zip . && cd ../..\naws lambda update-function-code --function-name a --zip-file fileb://out.zip",
                   {"a": (ONE, (), "lambda")}),
    "an image of a loop": ("for s in api web; do\n docker build -t r/$s:1 -f $s/Dockerfile . && gcloud run deploy $s-svc --image r/$s:1\ndone",
                           {"api-svc": (API, (), "cloud-run"), "web-svc": (WEB, (), "cloud-run")}),
    "a Dockerfile that is copied": ("cp api/Dockerfile ./Dockerfile\ngcloud run deploy svc --source .", {"svc": (API, (), "cloud-run")}),
    "services of one Dockerfile": ("for s in api web; do\n docker build -t r/$s --build-arg SERVICE=$s --build-arg SHA=$(date) -f api/Dockerfile . && gcloud run deploy $s --image r/$s\ndone",
        {s: (Build("api/Dockerfile", arguments=(("SERVICE", s),)), (), "cloud-run") for s in ("api", "web")}),
    "an image of what is copied into its context": ("cd api\ncp -r ../shared shared\ncp ../libs/money/a.py ../web/index.js .\ndocker build -t r/one -f Dockerfile ..",
                                                    {"one": (API, ("libs/money/a.py", "shared", "web/index.js"), "")}),
    "an image of a directory that is put together": ("T=$(mktemp -d)\ncp -r svc/. $T\ncp -r shared $T/shared\ncp config.yaml $T\ndocker build -t r/one $T",
                                                     {"one": (Build("svc/Dockerfile", "svc"), ("config.yaml", "shared"), "")}),
    "an image whose options are not all known": ("docker build $MORE_OPTIONS -t r/one -f api/Dockerfile .", {"one": (API, (), "")}),
    "an image of a copy": ("cp -R svc made\ncd made\ndocker build -f ./Dockerfile -t r/one .", {"one": (Build("svc/Dockerfile", "svc"), (), "")}),
    "an image of a copy with more put over it": ("cp -R svc made\ncd made\ncp -rf ../fn/one/* ./\ndocker build -f Dockerfile -t r/one .",
                                                 {"one": (Build("svc/Dockerfile", "svc"), ("fn/one",), "")}),
    "a loop over what ls prints": ("for d in $(ls fn); do gcloud functions deploy $d --source=fn/$d; done",
                                   {"one": (ONE, (), FUNCTION), "two": (TWO, (), FUNCTION)}),
    "a loop over what ls prints of nobody knows what": ("for d in $(ls $WHERE) $(ls -t fn) $(ls fn*); do gcloud functions deploy $d --source=fn/$d; done", {}),
    "an image that takes nothing of what is copied": ("cp -r shared web/\ncp config.yaml .\ndocker build -t r/one -f api/Dockerfile .", {"one": (API, (), "")}),
    "an image of what is copied from what it has": ("cp api/main.py api/run.py\ndocker build -t r/one -f api/Dockerfile .", {"one": (API, (), "")}),
    "an image of what is made and copied into its context": ("go build -o libs/bin/run ./libs\ncp libs/bin/run api/\ndocker build -t r/one -f api/Dockerfile .",
                                                             {"one": (API, ("libs",), "")}),
    "a context before the options": ("docker buildx build . --push -t r/one -f api/Dockerfile", {"one": (API, (), "")}),
    "an image in a workload": ("docker build -t r/api -f api/Dockerfile .\nkubectl -n x set image deployment/prod c=r/api:2", {"prod": (API, (), "kubernetes")}),
    "a chart": ("docker build -t r/api -f api/Dockerfile .\nhelm upgrade --install prod ./chart --set image.repository=r/api", {"prod": (API, (), "kubernetes")}),
    "in a container": ("docker run --rm -v $PWD:/w google/cloud-sdk gcloud functions deploy a --source fn/one", {"a": (ONE, (), FUNCTION)}),
    "a unit on another machine": ("rsync -az --delete -e ssh --exclude .git svc shared $U@$H:/srv/shop/\nssh $U@$H 'cd /srv && sudo systemctl daemon-reload && sudo systemctl restart shop.service job@1; systemctl restart nginx'\n",
                                  {"shop": (None, ("shared", "svc"), "systemd"), "job": (None, ("shared", "svc"), "systemd")}),
    "a unit of what is put together": ("T=$(mktemp -d)\ncp -r svc/. $T\ncp config.yaml $T\nscp -r $T h:app\nssh h systemctl --user enable --now shop\n",
                                       {"shop": (None, ("config.yaml", "svc"), "systemd")}),
    "a unit of which nothing is copied": ("rsync -a svc/ /mnt/svc/\nrsync -a h:/srv/data/ svc/\nrsync -a $X h:/srv\nssh h systemctl restart shop\n", {}),
    "what is printed": ("echo gcloud functions deploy a --source fn/one\ncat <<E\ngcloud functions deploy b --source fn/one\nE", {}),
    "a job": ("gcloud run jobs deploy nightly --source api", {"nightly": (Build("api/Dockerfile", "api"), (), "cloud-run-job")}),
    "a trigger": ("gcloud builds triggers create github --name t --included-files='api/**,shared/**,cloudbuild.yaml' --build-config=none.yaml",
                  {"t": (None, ("api/**", "shared/**"), "")}),
    "a container app": ("az containerapp up --name app --source api", {"app": (Build("api/Dockerfile", "api"), (), "container-app")}),
    "fly": ("fly deploy api --app shop-api", {"shop-api": (Build("api/Dockerfile", "api"), (), "fly")}),
}  # fmt: skip


def services(files: dict[str, str]) -> Expected:
    found = propose(tree({**TREE, **files})).services
    return {
        one.name: (one.build, tuple(sorted(one.paths)), one.runs_on)
        for one in found
        if one.places[0].path in files
    }


@pytest.mark.parametrize(("script", "expected"), SCRIPTS.values(), ids=SCRIPTS)
def test_what_a_script_deploys_is_found(script: str, expected: Expected) -> None:
    assert services({"bin/up.sh": script}) == expected


def test_an_image_that_is_put_over_another_one_has_what_lies_beneath() -> None:
    """A paid edition that has its own files and takes the others from the free one."""
    image = "FROM x\nCOPY . .\nCMD python app.py"
    files = {
        "api/build.sh": "cp -R ../api ../made\ncd ../made\n[ $1 = paid ] && cp -rf ../paid/api/* ./\ndocker build -f ./Dockerfile -t r/shop .\n",
        **{f"{home}/{name}": text for home in ("api", "paid/api") for name, text in (("Dockerfile", image), ("app.py", ""))},
    }  # fmt: skip
    found = {one.build: one.paths for one in propose(tree(files)).services}
    assert found == {Build("api/Dockerfile", "api"): (), Build("paid/api/Dockerfile", "paid/api"): ("api",)}


FILES: dict[str, tuple[dict[str, str], Expected]] = {
    "a script where it lies": ({"fn/one/deploy.sh": "gcloud functions deploy a --source=."}, {"a": (ONE, (), FUNCTION)}),
    "a script that others run": (
        {"bin/all.sh": "for n in one two; do ./bin/up.sh $n; done", "bin/up.sh": 'gcloud functions deploy "$1" --source "fn/$1"'},
        {"one": (ONE, (), FUNCTION), "two": (TWO, (), FUNCTION)}),
    "a script with a library": (
        {"bin/up.sh": '. "$(dirname "$0")/lib.sh"\nup a fn/one', "bin/lib.sh": 'up() { gcloud functions deploy "$1" --source "$2"; }'},
        {"a": (ONE, (), FUNCTION)}),
    "a Makefile": ({"Makefile": "NAME ?= api\nIMG := r/$(NAME):$(shell git rev-parse HEAD)\nbuild:\n\t@docker build -t $(IMG) -f $(NAME)/Dockerfile .\n"},
                   {"api": (API, (), "")}),
    "a Makefile and its targets": ({"Makefile": "one two:\n\tgcloud functions deploy $@ \\\n\t  --source fn/$@\n"},
                                   {"one": (ONE, (), FUNCTION), "two": (TWO, (), FUNCTION)}),
    "a Makefile where it lies": ({"fn/Makefile": "up:\n\tcd one && gcloud functions deploy a --source=.\n"}, {"a": (ONE, (), FUNCTION)}),
    "a justfile": ({"justfile": 'name := "a"\nup:\n    @gcloud functions deploy {{name}} --source fn/one\n'}, {"a": (ONE, (), FUNCTION)}),
    "scripts of a package": ({"fn/package.json": '{"name": "x",\n"scripts": {"x": 5, "build": "tsc",\n"up": "cd one && gcloud functions deploy \\"a\\" --source=."}}'},
                             {"a": (ONE, (), FUNCTION)}),
    "a matrix": ({".github/workflows/d.yml": "jobs:\n  d:\n    strategy: {matrix: {fn: [one, two]}}\n    steps:\n      - run: |\n"
                  "          gcloud functions deploy ${{ matrix.fn }} \\\n            --source fn/${{ matrix.fn }}\n"},
                 {"one": (ONE, (), FUNCTION), "two": (TWO, (), FUNCTION)}),
    "a step that copies for an action": (
        {".github/workflows/d.yml": "jobs:\n  d:\n    strategy: {matrix: {s: [api]}}\n    defaults: {run: {working-directory: '${{ matrix.s }}'}}\n    steps:\n"
         "      - run: cp -r ../shared $INTO\n        env: {INTO: ./shared}\n      - {uses: docker/build-push-action@v6, with: {file: 'api/Dockerfile', tags: r/one}}\n"},
        {"one": (API, ("shared",), "")}),
    "a step elsewhere": ({".github/workflows/d.yml": "env: {NAME: a}\njobs:\n  d:\n    defaults: {run: {working-directory: fn}}\n    steps:\n"
                          "      - run: gcloud functions deploy $NAME --source one\n"}, {"a": (ONE, (), FUNCTION)}),
    "GitLab": ({".gitlab-ci.yml": "variables: {N: a}\nup:\n  script:\n    - cd fn\n    - gcloud functions deploy $N --source one\n"}, {"a": (ONE, (), FUNCTION)}),
    "a matrix of GitLab": (
        {".gitlab-ci.yml": "variables: {REG: $CI_REGISTRY_IMAGE/shop}\nup:\n  variables: {IMG: $REG/$S, FILE: $S/Dockerfile}\n  parallel: {matrix: [{S: [api, web]}]}\n"
         "  script: [docker build -t $IMG:$CI_COMMIT_SHA -f $FILE ., gcloud run deploy $S-svc --image $IMG:$CI_COMMIT_SHA]\n"},
        {"api-svc": (API, (), "cloud-run"), "web-svc": (WEB, (), "cloud-run")}),
    "members of a matrix of GitLab": (
        {".gitlab-ci.yml": "up:\n  variables: {F: none}\n  parallel: {matrix: [{N: a, F: fn/one}, {N: b, F: [fn/two]}]}\n  script: gcloud functions deploy $N --source $F\n"},
        {"a": (ONE, (), FUNCTION), "b": (TWO, (), FUNCTION)}),
    "jobs of GitLab that extend another one": (
        {".gitlab-ci.yml": ".up:\n  variables: {D: {value: fn}}\n  before_script: [exit]\n  script: [gcloud functions deploy $N-$ENV --source $D/$N]\n.prod: {variables: {ENV: prod}, before_script: [cd .]}\n"
         "one: {extends: [.up, .prod], variables: {N: one}}\ntwo: {extends: [.up, .prod], variables: {N: two}}\nloop: {extends: loop}\n"},
        {"one-prod": (ONE, (), FUNCTION), "two-prod": (TWO, (), FUNCTION)}),
    "kaniko in GitLab": (
        {".gitlab-ci.yml": "up:\n  parallel: {matrix: [{S: [api]}]}\n  script: [/kaniko/executor --context $CI_PROJECT_DIR --dockerfile $CI_PROJECT_DIR/$S/Dockerfile --destination $CI_REGISTRY_IMAGE/the-$S:1]\n"},
        {"the-api": (API, (), "")}),
    "CircleCI": ({".circleci/config.yml": "jobs:\n  up:\n    steps:\n      - run: {command: gcloud functions deploy a --source fn/one}\n"}, {"a": (ONE, (), FUNCTION)}),
    "steps of Cloud Build": (
        {"cloudbuild.yaml": "substitutions: {_F: a, _D: fn/one}\nsteps:\n- name: x\n  entrypoint: bash\n  args:\n  - -c\n  - |\n    mkdir -p /workspace/pkg\n"
         "    cp ${_D}/main.py /workspace/pkg/\n    for d in shared config.yaml; do cp -r $$d /workspace/pkg/; done\n- name: y\n  args: ['-c', 'gcloud functions deploy ${_F} --source /workspace/pkg']\n"},
        {"a": (ONE, ("config.yaml", "shared"), FUNCTION)}),
    "a unit that lies where something is copied to": (
        {"etc/shop.service": "[Service]\nWorkingDirectory=/srv/shop\nExecStart=/srv/shop/venv/bin/python run.py\n", "etc/job@.service": "[Service]\nExecStart=-/srv/shop/job\n",
         "etc/other.service": "[Service]\nWorkingDirectory=/srv/shopping\n", "up.sh": "rsync -a svc/ h:/srv/shop/\nssh h ./restart.sh\n"},
        {"shop": (None, ("svc",), "systemd"), "job": (None, ("svc",), "systemd")}),
    "Cloud Build with what is chosen": (
        {"cloudbuild.yaml": "steps:\n- name: x\n  args: ['-c', 'gcloud functions deploy ${_F} --source fn/${_F}']\n",
         "up.sh": "for f in one two; do gcloud builds submit --config cloudbuild.yaml --substitutions=_F=$f; done"},
        {"one": (ONE, (), FUNCTION), "two": (TWO, (), FUNCTION)}),
}  # fmt: skip


@pytest.mark.parametrize(("context", "said"), [("COPY api /a\nCOPY libs/main.py /", 1), ("COPY . /a", 0)])
def test_what_is_made_and_copied_is_told_where_more_counts_because_of_it(context: str, said: int) -> None:
    files = {
        **TREE,
        "api/Dockerfile": f"FROM x\n{context}\n",
        "up.sh": "cp libs/bin/run api/\ndocker build -f api/Dockerfile .",
    }
    told = [one.why for one in propose(tree(files)).doubts if "made before" in one.why]
    assert (
        told
        == ["libs/bin/run, which its image takes, is made before, so all that lies beside it counts"] * said
    )


@pytest.mark.parametrize(("files", "expected"), FILES.values(), ids=FILES)
def test_what_files_deploy_is_found(files: dict[str, str], expected: Expected) -> None:
    assert services(files) == expected


COMPOSE = "services:\n  one: {build: ../svc}\n  other: {build: ../web, image: r/other}\n"
COPIES = "cp -r shared libs/money svc/\n"
PREPARED: dict[str, dict[str, str]] = {
    "compose": {"up.sh": f"{COPIES}docker compose -f run/compose.yaml build\n"},
    "where its file lies": {"Makefile": "up:\n\tcp -r shared svc/shared\n\tcp -r libs/money svc\n\tcd run && docker-compose --env-file x up -d --build\n"},
    "bake": {"up.sh": f"{COPIES}docker buildx bake -f run/compose.yaml\n"},
    "an earlier step": {".github/workflows/d.yml": f"jobs:\n  d:\n    steps:\n      - run: |\n          {COPIES}      - run: docker build -t r/one svc\n"},
    "an action that bakes": {".github/workflows/d.yml": f"jobs:\n  d:\n    steps:\n      - run: |\n          {COPIES}      - {{uses: docker/bake-action@v6, with: {{files: run/compose.yaml}}}}\n"},
    "what comes before a script of GitLab": {".gitlab-ci.yml": "up:\n  script: [docker build svc]\n  before_script: [cp -r shared libs/money svc/]\n"},
    "a step of Cloud Build": {"cloudbuild.yaml": "steps:\n- {name: ubuntu, args: [cp, -r, shared, svc/]}\n- {name: x, entrypoint: cp, args: [-r, libs/money, svc/]}\n- {name: gcr.io/cloud-builders/docker, args: [build, svc]}\n"},
}  # fmt: skip


@pytest.mark.parametrize("files", PREPARED.values(), ids=PREPARED)
def test_what_is_copied_into_a_context_before_counts_whoever_builds_it(files: dict[str, str]) -> None:
    found = propose(tree({**TREE, "run/compose.yaml": COMPOSE, **files})).services
    counted = {one.build.dockerfile: {*one.paths} for one in found if one.build and one.paths}
    assert counted == {"svc/Dockerfile": {"libs/money", "shared"}}


def test_what_is_copied_in_another_job_or_for_another_image_counts_for_none() -> None:
    files = {
        ".gitlab-ci.yml": "a:\n  script: [cp -r shared svc/]\nb:\n  script: [docker build svc, cp -r shared svc/]\n",
        "up.sh": "cp -r shared api/\ndocker compose -f run/compose.yaml build\n", "run/compose.yaml": COMPOSE,
    }  # fmt: skip
    assert {one.paths for one in propose(tree({**TREE, **files})).services} == {()}


def test_the_line_of_a_script_of_a_package_is_told() -> None:
    text = '{"name": "up",\n"scripts": {\n"x": "",\n"up": "gcloud functions deploy $A"}}'
    [doubt] = propose(tree({**TREE, "package.json": text})).doubts
    assert str(doubt.place) == "package.json:4"


def test_a_name_that_depends_on_a_variable_is_said_once() -> None:
    files = {
        **TREE,
        "up.sh": 'x "$1"\ngcloud functions deploy "fn-$1" --source fn/one\n',
        "all.sh": './up.sh "$A"; ./up.sh "$B"',
    }
    told = [(str(one.place), one.why) for one in propose(tree(files)).doubts if one.place.path == "up.sh"]
    assert told == [("up.sh:2", "it deploys fn-$A: the name depends on a variable")]


def test_a_name_that_another_script_tells_is_no_doubt() -> None:
    files = {**TREE, "up.sh": 'gcloud functions deploy "$1" --source fn/one', "all.sh": "./up.sh a"}
    assert propose(tree(files)).doubts == ()


def test_what_is_put_into_a_package_and_not_known_is_said() -> None:
    files = {
        **TREE,
        "up.sh": "T=$(mktemp -d); cp -r fn/one/* $T; cp -r $MORE $T; gcloud functions deploy a --source $T",
    }
    [doubt] = propose(tree(files)).doubts
    assert (str(doubt.place), "part of what it puts into" in doubt.why) == ("up.sh:1", True)


RECIPES = {
    "values": ("A = $(B)/x\nB := b\nt:\n\techo $(A) ${B} $$HOME", ["echo b/x b $HOME"]),
    "not known": ("t:\n\techo $(X) $(shell pwd) $(wildcard *.c)", ["echo ${X} $(pwd) ${wildcard_c}"]),
    "targets": ("a b: c\n\tx $@ $<", ["x a c", "x b c"]),
    "a pattern": ("d-%:\n\tx $*", ["x "]),
    "marks before a line": ("t:\n\t@-x y", ["x y"]),
    "on the line of the rule": ("t: ; x $@", ["x t"]),
    "added to": ("A = a\nA += b\nA ?= c\nt:\n\tx $(A)", ["x a b"]),
    "of itself": ("A = $(A)x\nt:\n\ty $(A)", None),
    "a tab that begins no recipe": ("ifdef X\n\tA := 1\nendif\nt:\n\tx $(A)", ["x 1"]),
}  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), RECIPES.values(), ids=RECIPES)
def test_recipes_are_shell_text(text: str, expected: list[str] | None) -> None:
    found = [one.text for one in recipes(text)]
    assert found == expected or expected is None
