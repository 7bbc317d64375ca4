"""What each convention says of a service: small files in the shape of the tools' own documentation."""

from __future__ import annotations

import pytest

from tests.discovery.trees import tree
from unshipped.core.model import Build
from unshipped.discovery.join import Told, joined
from unshipped.discovery.propose import Proposed, propose
from unshipped.discovery.values import Found, Place

ARCHIVED = """
data "archive_file" "alert" {
  type       = "zip"
  source_dir = "${path.module}/../src/alert"
}
resource "google_storage_bucket_object" "zip" {
  source = data.archive_file.alert.output_path
}
resource "google_cloudfunctions2_function" "alert" {
  name = "alert-fn"
  build_config {
    source {
      storage_source {
        object = google_storage_bucket_object.zip.name
      }
    }
  }
}
data "archive_file" "resize" {
  source_dir = "../src/resize"
}
resource "aws_lambda_function" "resize" {
  # filename    = data.archive_file.alert.output_path
  function_name = "${var.env}-resize"
  filename      = data.archive_file.resize.output_path
}
data "archive_file" "single" {
  source_file = "${path.root}/../src/one.py"
}
resource "aws_lambda_function" "single" {
  function_name = "single"
  s3_key        = aws_s3_object.single.key
}
resource "aws_s3_object" "single" {
  source = data.archive_file.single.output_path
}
module "packed" {
  source        = "terraform-aws-modules/lambda/aws"
  function_name = "packed"
  source_path   = "../fn"
}
module "other" {
  source = "./modules/net"
}
"""
API = {"api/Dockerfile": "FROM x\nCOPY api /a\n", "api/main.py": ""}
WEB = {"web/Dockerfile": "FROM x\nCOPY web /a\n", "web/main.py": ""}


def services(files: dict[str, str]) -> dict[str, Proposed]:
    return {one.name: one for one in propose(tree(files)).services}


def doubts(files: dict[str, str]) -> list[str]:
    return [f"{one.place}: {one.why}" for one in propose(tree(files)).doubts]


def told(one: Proposed) -> tuple[object, ...]:
    """What is said of a service, without what is not."""
    found = (one.build, one.paths, one.runs_on, one.environments)
    return tuple(part for part in found if part)


def deployment(name: str, image: str) -> str:
    return f"kind: Deployment\nmetadata: {{name: {name}}}\nspec: {{template: {{spec: {{containers: [{{name: c, image: '{image}'}}]}}}}}}\n"


def workflow(steps: str, job: str = "", top: str = "on: push\n") -> dict[str, str]:
    return {".github/workflows/ci.yml": f"{top}jobs:\n  x:\n{job}    steps:\n{steps}"}


BUILD_API = {
    **API,
    "compose.yaml": "services: {api: {image: r/shop-api, build: {context: ., dockerfile: api/Dockerfile}}}",
}

CASES: dict[str, tuple[dict[str, str], dict[str, tuple[object, ...]]]] = {
    "a chart with one image": (
        {**BUILD_API, "chart/Chart.yaml": "name: shop\nversion: 1.0.0\n", "chart/values.yaml": "image:\n  repository: r/shop-api\n  tag: 1\n"},
        {"shop": (Build("api/Dockerfile"), "kubernetes")},
    ),
    "a chart with an image for each service, in an environment": (
        {**API, **WEB, "chart/Chart.yaml": "name: shop\n", "chart/values.yaml": "front: {image: {registry: g, repository: s/web}}\nback: {image: g/s/api:1}\n",
         "chart/values-prod.yaml": "front: {image: {repository: s/web, tag: 2}}\n"},
        {"api": (Build("api/Dockerfile"), "kubernetes"), "web": (Build("web/Dockerfile"), "kubernetes", ("production",))},
    ),
    "parts of a chart that run one image": (
        {**API, "chart/Chart.yaml": "name: shop\n", "chart/values.yaml": "web: {image: {repository: r/api}}\nworker: {image: {repository: r/api}}\n"},
        {"web": (Build("api/Dockerfile"), "kubernetes"), "worker": (Build("api/Dockerfile"), "kubernetes")},
    ),
    "a base and its overlays": (
        {**API, "k8s/base/api.yaml": deployment("shop-api", "api"), "k8s/base/kustomization.yaml": "resources: [api.yaml]",
         "k8s/overlays/prod/kustomization.yaml": "resources: [../../base]\nimages: [{name: api, newName: gcr.io/p/api}]",
         "k8s/overlays/staging/kustomization.yaml": "bases: [../../base]\nnamePrefix: staging-\n"},
        {"shop-api": (Build("api/Dockerfile"), "kubernetes", ("production", "staging"))},
    ),
    "an image that a kustomization renames": (
        {**API, "compose.yaml": "services: {a: {image: r/real, build: {context: ., dockerfile: api/Dockerfile}}}",
         "k8s/api.yaml": deployment("shop", "placeholder"), "k8s/kustomization.yaml": "resources: [api.yaml]\nimages: [{name: placeholder, newName: r/real}]"},
        {"shop": (Build("api/Dockerfile"), "kubernetes")},
    ),
    "kustomizations in a circle": (
        {**API, "a/kustomization.yaml": "resources: [../b, ../a, ../../.., 5]", "b/kustomization.yaml": "resources: [../a]"}, {"api": (Build("api/Dockerfile"),)},
    ),
    "several workloads of one image": (
        {**API, "k8s/all.yaml": f"{deployment('api', 'r/api')}---\n{deployment('worker', 'r/api')}---\n{deployment('api', 'r/api').replace('Deployment', 'Job')}"},
        {"api": (Build("api/Dockerfile"), "kubernetes"), "worker": (Build("api/Dockerfile"), "kubernetes")},
    ),
    "a list of workloads": (
        {**API, "k8s/all.yaml": "kind: List\nitems:\n- kind: StatefulSet\n  metadata: {name: shop}\n  spec: {template: {spec: {containers: [{image: 'r/api:1'}]}}}\n"},
        {"shop": (Build("api/Dockerfile"), "kubernetes")},
    ),
    "Skaffold": (
        {**API, **WEB, "front/main.py": "", "skaffold.yaml": "kind: Config\nbuild:\n  artifacts:\n  - {image: r/shop-api, docker: {dockerfile: api/Dockerfile, target: run, buildArgs: {A: api, C: '{{.D}}'}}}\n"
                "  - {image: r/shop-web, context: web}\n  - {image: front, context: front, buildpacks: {builder: b}}\n"},
        {"shop-api": (Build("api/Dockerfile", "", "run", (("A", "api"),)),), "shop-web": (Build("web/Dockerfile", "web"),), "front": (Build(source="front"),)},
    ),
    "one Dockerfile for two images": (
        {"Dockerfile": "FROM x\nARG S\nCOPY apps/$S /a\n", "apps/api/a": "", "apps/web/a": "",
         **workflow("      - uses: docker/build-push-action@v6\n        with: {tags: 'r/${{ matrix.s }}', build-args: 'S=${{ matrix.s }}'}\n", "    strategy: {matrix: {s: [api, web]}}\n"),
         "k.yaml": f"{deployment('shop-api', 'r/api')}---\n{deployment('shop-web', 'r/web')}"},
        {"shop-api": (Build("Dockerfile", arguments=(("S", "api"),)), "kubernetes"), "shop-web": (Build("Dockerfile", arguments=(("S", "web"),)), "kubernetes")},
    ),
    "one directory for two images": (
        {"BUILD": "", "skaffold.yaml": "build: {artifacts: [{image: r/api, bazel: {target: '//api'}}, {image: r/web, bazel: {target: '//web'}}]}"},
        {"api": (Build(),), "web": (Build(),)},
    ),
    "Skaffold with ko": (
        {"go.mod": "module x.com/shop", "cmd/one/main.go": "package main", "skaffold.yaml": "build: {artifacts: [{image: r/shop-one, ko: {main: ./cmd/one}}]}"},
        {"shop-one": (("**/*.go", "go.mod"),)},
    ),
    "Argo CD": (
        {**API, "deploy/api/d.yaml": deployment("api", "r/api"), "apps/api.yaml": "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: shop-prod}\nspec: {source: {path: deploy/api, repoURL: x}}\n"},
        {"api": (Build("api/Dockerfile"), "kubernetes", ("production",))},
    ),
    "Cloud Build with a trigger for each service": (
        {**API, **WEB, "cloudbuild.yaml": "steps:\n- name: gcr.io/cloud-builders/docker\n  args: [build, -t, 'gcr.io/$PROJECT_ID/${_SERVICE}:$COMMIT_SHA', -f, '${_SERVICE}/Dockerfile', '--build-arg=A=api', .]\n"
                "- name: gcr.io/google.com/cloudsdktool/cloud-sdk\n  entrypoint: gcloud\n  args: [run, deploy, 'shop-${_SERVICE}', --image, 'gcr.io/$PROJECT_ID/${_SERVICE}:$COMMIT_SHA', --region=r]\n",
         "triggers/api.yaml": "name: deploy-api\nfilename: cloudbuild.yaml\nsubstitutions: {_SERVICE: api}\nincludedFiles: [api/**, libs/**]\nignoredFiles: ['**/*.md']\n",
         "triggers/web.json": '{"name": "deploy-web", "filename": "cloudbuild.yaml", "substitutions": {"_SERVICE": "web"}, "includedFiles": ["web/**"]}',
         "libs/a.py": ""},
        {"shop-api": (Build("api/Dockerfile", arguments=(("A", "api"),)), ("libs",), "cloud-run"), "shop-web": (Build("web/Dockerfile", arguments=(("A", "api"),)), "cloud-run")},
    ),
    "Cloud Build with kaniko, pack and functions": (
        {**API, "fn/main.py": "", "front/a": "", "cloudbuild.yaml": "steps:\n- {name: gcr.io/kaniko-project/executor:latest, args: ['--destination=g/shop-api', '--dockerfile=Dockerfile', '--context=dir:///workspace/api']}\n"
                "- {name: gcr.io/k8s-skaffold/pack, entrypoint: pack, args: [build, g/front, --path, front]}\n- {name: gcloud, dir: fn, args: [functions, deploy, alert, --source=.]}\n"},
        {"shop-api": (Build("api/Dockerfile", "api"),), "front": (Build(source="front"),), "alert": (Build(source="fn"), "cloud-function")},
    ),
    "serverless with what it packages besides": (
        {"functions/alert/handler.py": "", "shared/a.py": "", "serverless.yml": "x: 1", "functions/alert/serverless.yml":
         "service: alert\nprovider: {name: aws}\npackage: {patterns: ['!**/*.md', '../../shared/**', '../../shared/a.py', 'src/**']}\nfunctions: {run: {handler: handler.main}}\n"},
        {"alert": (Build(source="functions/alert"), ("shared",), "lambda")},
    ),
    "serverless with layers": (
        {"fn/handler.py": "", "libs/a.py": "", "fn/own/a.py": "",
         "fn/serverless.yml": "service: alert\nfunctions: {run: {handler: handler.main}}\nlayers: {libs: {path: ../libs}, own: {path: own}, gone: {}}\n"},
        {"alert": (Build(source="fn"), ("libs",), "lambda")},
    ),
    "serverless with images": (
        {**API, "serverless.yml": "service: {name: shop}\nprovider: {ecr: {images: {shop-api: {path: ./, file: api/Dockerfile}}}}\nfunctions: {a: {image: shop-api}}\n"},
        {"shop": (Build(), "lambda"), "shop-api": (Build("api/Dockerfile"), "lambda")},
    ),
    "SAM": (
        {**API, "fn/a.py": "", "layer/b.py": "", "template.yaml": "Globals: {Function: {CodeUri: fn/, Layers: [!Ref Common]}}\nResources:\n  One: {Type: 'AWS::Serverless::Function', Properties: {Handler: a.x}}\n"
                "  Two: {Type: 'AWS::Serverless::Function', Properties: {PackageType: Image}, Metadata: {DockerContext: ., Dockerfile: api/Dockerfile}}\n  Common: {Type: 'AWS::Serverless::LayerVersion', Properties: {ContentUri: layer/}}\n"},
        {"One": (Build(source="fn"), ("layer",), "lambda"), "Two": (Build("api/Dockerfile"), ("layer",), "lambda")},
    ),
    "functions of Terraform": (
        {"infra/main.tf": ARCHIVED, "src/alert/main.py": "", "src/resize/main.py": "", "src/one.py": "", "fn/a.py": ""},
        {"alert-fn": (Build(source="src/alert"), "cloud-function"), "resize": (Build(source="src/resize"), "lambda"),
         "single": (("src/one.py",), "lambda"), "packed": (Build(source="fn"), "lambda")},
    ),
    "a module of Terraform and what uses it": (
        {"tf/modules/fn/main.tf": 'data "archive_file" "zip" {\n  source_dir = var.dir\n}\nresource "aws_lambda_function" "this" {\n  function_name = var.name\n  filename = data.archive_file.zip.output_path\n}\n',
         "tf/main.tf": 'module "one" {\n  source = "./modules/fn"\n  name = "one-fn"\n  dir = "${path.module}/../fn/one"\n}\nmodule "two" {\n  source = "./modules/fn/"\n  name = "${var.env}-two"\n  dir = "../fn/two"\n}\n',
         "tf/other/main.tf": 'resource "aws_lambda_function" "this" {\n  function_name = var.name\n  s3_key = var.key\n}\n',
         "fn/one/a.py": "", "fn/two/a.py": ""},
        {"one-fn": (Build(source="fn/one"), "lambda"), "two": (Build(source="fn/two"), "lambda")},
    ),
    "a function of Terraform that a script deploys": (
        {"fn/a.py": "", "a.tf": 'resource "aws_lambda_function" "x" {\n  function_name = "one"\n  filename = "dummy.zip"\n}\n',
         "up.sh": "cd fn && zip -r ../f.zip . && cd ..\naws lambda update-function-code --function-name one --zip-file fileb://f.zip\n"},
        {"one": (Build(source="fn"), "lambda")},
    ),
    "Firebase": (
        {"app/firebase.json": '{"functions": {"runtime": "nodejs22"}, "hosting": {"public": "public"}}', "app/functions/index.js": "", "app/public/a": ""},
        {"functions": (Build(source="app/functions"), "cloud-function")},
    ),
    "codebases of Firebase": (
        {"firebase.json": '{"functions": [{"source": "fn/api", "codebase": "default"}, {"source": "./fn/x/", "codebase": "jobs"}, {"source": "gone"}]}',
         "fn/api/package.json": '{"dependencies": {"lib": "file:../../lib"}}', "fn/x/main.py": "", "lib/index.js": ""},
        {"api": (Build(source="fn/api"), ("lib",), "cloud-function"), "jobs": (Build(source="fn/x"), "cloud-function")},
    ),
    "functions of one directory": (
        {"fn/a.py": "", "template.yaml": "Resources:\n  One: {Type: 'AWS::Serverless::Function', Properties: {CodeUri: fn}}\n  Two: {Type: 'AWS::Serverless::Function', Properties: {CodeUri: ./fn}}\n"},
        {"One": (Build(source="fn"), "lambda"), "Two": (Build(source="fn"), "lambda")},
    ),
    "Procfile": ({"jobs/Procfile": "web: python a.py", "Procfile": "web: x", "jobs/a.py": ""}, {"jobs": (Build(source="jobs"),)}),
    "a Procfile at the top and nothing else": ({"Procfile": "web: x"}, {"app": (Build(),)}),
    "heroku.yml": (
        {**API, "heroku.yml": "build:\n  docker:\n    web: api/Dockerfile\n    worker: Gone\n"}, {"app": (Build("api/Dockerfile", "api"), "heroku")},
    ),
    "App Engine": ({"front/app.yaml": "runtime: python312\nservice: shop\n", "app.yaml": "kind: x"}, {"shop": (Build(source="front"), "app-engine")}),
    "Fly": ({**API, "fly.toml": "app = 'shop'\n[build]\ndockerfile = 'api/Dockerfile'\n"}, {"shop": (Build("api/Dockerfile"), "fly")}),
    "Render": (
        {**API, "front/a": "", "libs/a": "", "render.yaml": "services:\n- {type: web, name: shop, runtime: docker, dockerfilePath: ./api/Dockerfile, dockerContext: .}\n"
                "- {type: static, name: front, runtime: static, rootDir: front, buildFilter: {paths: [libs/**, gone/**]}}\n- {type: pserv, name: x, runtime: image, image: {url: docker.io/a/b}}\n- {type: keyvalue, name: cache, plan: free}\n- {type: redis, name: old}\n"},
        {"shop": (Build("api/Dockerfile"), "render"), "front": (Build(source="front"), ("libs",), "render")},
    ),
    "a package beside the one Dockerfile of its folder": (
        {"apps/api/Dockerfile.api": "FROM x\nCOPY . /a\nCMD ./run\n", "apps/api/Dockerfile.dev": "FROM x\nCOPY . /a\nCMD ./run\n",
         "apps/api/package.json": '{"name": "shop-api", "private": true}', "pnpm-workspace.yaml": "packages: [apps/*]\n",
         "compose.yaml": "services: {api: {build: {context: apps/api, dockerfile: Dockerfile.api}}}"},
        {"api": (Build("apps/api/Dockerfile.api", "apps/api"),)},
    ),
    "Railway, with the path from the top": (
        {**API, "railway.toml": '[build]\nbuilder = "DOCKERFILE"\ndockerfilePath = "/api/Dockerfile"\n'},
        {"app": (Build("api/Dockerfile"), "railway")},
    ),
    "Railway": ({**API, "railway.json": '{"build": {"dockerfilePath": "api/Dockerfile"}}'}, {"app": (Build("api/Dockerfile"), "railway")}),
    "Vercel and Netlify": (
        {"apps/site/vercel.json": "{}", "apps/blog/netlify.toml": "[build]\nbase = 'src'\n", "apps/blog/src/a": ""},
        {"site": (Build(source="apps/site"), "vercel"), "src": (Build(source="apps/blog/src"), "netlify")},
    ),
    "what a platform runs of a workspace": (
        {"package.json": "{}", "apps/site/vercel.json": "{}", "apps/site/package.json": '{"name": "site", "dependencies": {"ui": "*"}}', "packages/ui/package.json": '{"name": "ui"}'},
        {"site": (Build(source="apps/site"), ("packages/ui", "package.json"), "vercel")},
    ),
    "a task of ECS": (
        {**API, "task-definition.json": '{"family": "shop", "containerDefinitions": [{"name": "x", "image": "1.ecr.com/api:1"}, {"name": "log", "image": "logger"}]}'},
        {"shop": (Build("api/Dockerfile"), "ecs")},
    ),
    "compose with an environment file": (
        {**API, ".env": "# x\nFILE=./${DIR}\nDIR=x\nexport WHERE='api/Dockerfile'\n", "compose.yaml": "services:\n  shop: {image: '${REG}/shop:${TAG}', build: {context: ./, dockerfile: '${WHERE}', target: dev, args: [A=api, C]}}\n"},
        {"shop": (Build("api/Dockerfile", arguments=(("A", "api"),)),)},
    ),
    "compose for tests": ({**API, "compose.test.yaml": "services: {tests: {build: {context: ., dockerfile: api/Dockerfile}}}"}, {"api": (Build("api/Dockerfile"),)}),
    "a Dockerfile to work with": ({**API, "api/Dockerfile.dev": "FROM x\nCOPY . .\n"}, {"api": (Build("api/Dockerfile"),)}),
    "one directory name twice": (
        {"a/web/Dockerfile": "FROM x\nCOPY a/web /a\n", "b/web/Dockerfile": "FROM x\nCOPY b/web /a\n", "x/a/web/Dockerfile": "FROM x\nCOPY x/a/web /a\n"},
        {"a-web": (Build("a/web/Dockerfile"),), "b-web": (Build("b/web/Dockerfile"),), "x-a-web": (Build("x/a/web/Dockerfile"),)},
    ),
    "two directories of one declared name": (
        {"shop/api/fly.toml": "app = 'api'", "shop/api/a": "", "admin/api/fly.toml": "app = 'api'", "admin/api/a": ""},
        {"api": (Build(source="admin/api"), "fly"), "shop-api": (Build(source="shop/api"), "fly")},
    ),
    "one image of two Dockerfiles": (
        {**API, **WEB, "build.sh": "docker build -t r/one -f api/Dockerfile .\ndocker build -t r/one -f web/Dockerfile .\n", "k.yaml": deployment("shop", "r/one")},
        {"api": (Build("api/Dockerfile"),), "web": (Build("web/Dockerfile"),)},
    ),
    "a filter beside a service, and one that is none": (
        {**API, "libs/a": "", "docs/a": "", ".github/workflows/c.yml": "jobs: {x: {steps: [{uses: dorny/paths-filter@v3, with: {filters: '{api: [api/**, libs/**], docs: docs/**}'}}]}}"},
        {"api": (Build("api/Dockerfile"), ("libs",))},
    ),
    "a tool of a Go repository": (
        {"go.mod": "module x.com/shop/v2", "main.go": "package main", "hack/cmd/main.go": "package main", "pkg/a/cmd/b/main.go": "package main"},
        {"shop": (("**/*.go", "go.mod"),)},
    ),
}  # fmt: skip


def test_what_a_workflow_is_not_run_for_is_taken_out_where_nobody_says_what_is_built() -> None:
    deploys = workflow(
        "      - run: gcloud run deploy shop --image r/shop\n",
        "",
        "on: {push: {paths: [api/**, '!api/docs/**']}}\n",
    )
    found = services({**API, "api/docs/a.py": "", **deploys, "api/Dockerfile": "", "api/a.py": ""})
    assert [(one.paths, one.ignore) for one in found.values() if one.name == "shop"] == [
        (("api",), ("api/docs",))
    ]


@pytest.mark.parametrize(("files", "expected"), CASES.values(), ids=CASES)
def test_services_are_found(files: dict[str, str], expected: dict[str, tuple[object, ...]]) -> None:
    assert {name: told(one) for name, one in services(files).items()} == expected


PUSH = "      - uses: docker/build-push-action@v6\n        with: {context: ., file: api/Dockerfile, tags: 'ghcr.io/o/shop:${{ github.sha }}', target: run, build-args: 'A=api'}\n"
DEPLOY = "      - uses: google-github-actions/deploy-cloudrun@v2\n        with: {service: %s, image: %s}\n"
MATRIX = "    strategy: {matrix: {service: [api, web]}}\n"
EACH = "      - uses: docker/build-push-action@v6\n        with: {file: '${{ matrix.service }}/Dockerfile', tags: 'r/${{ matrix.service }}:1'}\n"
RUN_EACH = DEPLOY % ("'shop-${{ matrix.service }}'", "'r/${{ matrix.service }}:1'")
RUN = Build("api/Dockerfile", "", "run", (("A", "api"),))

WORKFLOWS: dict[str, tuple[dict[str, str], dict[str, tuple[object, ...]]]] = {
    "an image": ({**API, **workflow(PUSH)}, {"shop": (RUN,)}),
    "an image and its deployment": (
        {**API, **workflow(PUSH + DEPLOY % ("front", "'ghcr.io/o/shop:${{ github.sha }}'"))}, {"front": (RUN, "cloud-run")},
    ),
    "a matrix": (
        {**API, **WEB, **workflow(EACH + RUN_EACH, MATRIX)},
        {"shop-api": (Build("api/Dockerfile"), "cloud-run"), "shop-web": (Build("web/Dockerfile"), "cloud-run")},
    ),
    "a matrix of includes": (
        {**API, **WEB, **workflow(EACH + RUN_EACH, "    strategy: {matrix: {include: [{service: api, x: 1}, {service: web}]}}\n")},
        {"shop-api": (Build("api/Dockerfile"), "cloud-run"), "shop-web": (Build("web/Dockerfile"), "cloud-run")},
    ),
    "a matrix of mappings with an exclude": (
        {**API, **WEB, **workflow("      - uses: docker/build-push-action@v6\n        with: {file: '${{ matrix.it.file }}', tags: 'r/${{ matrix.it.name }}'}\n",
                                  "    strategy: {matrix: {it: [{name: one, file: api/Dockerfile}, {name: two, file: web/Dockerfile}], os: [a, b], exclude: [{os: a}]}}\n")},
        {"one": (Build("api/Dockerfile"),), "two": (Build("web/Dockerfile"),)},
    ),
    "environments of a workflow": (
        {**API, **workflow("      - uses: google-github-actions/deploy-cloudrun@v2\n        env: {NAME: 'shop-${{ env.PART }}'}\n        with: {service: '${{ env.NAME }}', source: ./api}\n",
                           "    env: {PART: '${{ env.FIRST }}'}\n", "on: push\nenv: {FIRST: front}\n")},
        {"shop-front": (Build("api/Dockerfile", "api"), "cloud-run")},
    ),
    "a reusable workflow": (
        {**API, **WEB, ".github/workflows/d.yml": "on:\n  workflow_call:\n    inputs: {service: {type: string}, port: {default: '80'}}\njobs:\n  d:\n    steps:\n" + EACH.replace("matrix", "inputs") + RUN_EACH.replace("matrix", "inputs"),
         ".github/workflows/a.yml": "on: {push: {paths: [api/**, libs/**]}}\njobs: {a: {uses: ./.github/workflows/d.yml, with: {service: api}}}\n",
         ".github/workflows/b.yml": "on: push\njobs: {a: {uses: ./.github/workflows/d.yml, with: {service: web}}}\n", "libs/a": ""},
        {"shop-api": (Build("api/Dockerfile"), ("libs",), "cloud-run"), "shop-web": (Build("web/Dockerfile"), "cloud-run")},
    ),
    "a choice of a person": (
        {**API, **WEB, **workflow(RUN_EACH.replace("matrix", "inputs"), "", "on: {workflow_dispatch: {inputs: {service: {type: choice, options: [api, web]}}}}\n")},
        {"shop-api": (Build("api/Dockerfile"), "cloud-run"), "shop-web": (Build("web/Dockerfile"), "cloud-run")},
    ),
    "an action of the repository": (
        {**API, **workflow("      - uses: ./.github/actions/deploy\n        with: {name: shop}\n"),
         ".github/actions/deploy/action.yml": "inputs: {name: {required: true}, where: {default: api}}\nruns: {using: composite, steps: [{uses: google-github-actions/deploy-cloud-functions@v3, with: {name: '${{ inputs.name }}', source_dir: '${{ inputs.where }}'}}]}\n"},
        {"shop": (Build("api/Dockerfile"), "cloud-function")},
    ),
    "a workflow that calls itself": ({**API, ".github/workflows/a.yml": "on: workflow_call\njobs: {a: {uses: ./.github/workflows/a.yml}, b: {uses: ./.github/workflows/a.yml}}\n"}, {"api": (Build("api/Dockerfile"),)}),
    "a task of ECS": (
        {**API, "deploy/task.json": '{"containerDefinitions": [{"image": "e/api"}]}',
         **workflow("      - id: t\n        uses: aws-actions/amazon-ecs-render-task-definition@v1\n        with: {task-definition: deploy/task.json, container-name: c}\n"
                    "      - uses: aws-actions/amazon-ecs-deploy-task-definition@v2\n        with: {service: shop, task-definition: '${{ steps.t.outputs.task-definition }}'}\n")},
        {"shop": (Build("api/Dockerfile"), "ecs")},
    ),
    "tags that an action makes": (
        {**API, **workflow("      - id: m\n        uses: docker/metadata-action@v5\n        with: {images: 'ghcr.io/o/shop'}\n      - uses: docker/build-push-action@v6\n        with: {context: '{{defaultContext}}:api', tags: '${{ steps.m.outputs.tags }}'}\n")},
        {"shop": (Build("api/Dockerfile", "api"),)},
    ),
    "Azure": ({"fn/a": "", **workflow("      - uses: Azure/functions-action@v1\n        with: {app-name: shop, package: fn}\n")}, {"shop": (Build(source="fn"), "azure-function")}),
    "paths of a workflow that deploys one service": (
        {"fn/a": "", "libs/a": "", "libs/b.md": "", **workflow("      - uses: google-github-actions/deploy-cloud-functions@v3\n        with: {name: shop, source_dir: fn}\n", "",
                                                               "on: {push: {paths: [fn/**, 'libs/**', '!**.md', gone/x]}}\n")},
        {"shop": (Build(source="fn"), ("libs",), "cloud-function")},
    ),
    "what a workflow that deploys one is not run for": (
        {"fn/a": "", "libs/a": "", "x/a.py": "", **workflow("      - run: gcloud functions deploy shop --source=fn\n", "", "on: {push: {paths: [fn/**, 'libs/**', '!x/**']}}\n")},
        {"shop": (Build(source="fn"), ("libs",), "cloud-function")},
    ),
    "paths of a workflow that deploys two": (
        {**API, **WEB, "libs/a": "", **workflow(EACH + RUN_EACH, MATRIX, "on: {push: {paths: [libs/**]}}\n")},
        {"shop-api": (Build("api/Dockerfile"), "cloud-run"), "shop-web": (Build("web/Dockerfile"), "cloud-run")},
    ),
    "paths of a job of GitLab": (
        {"fn/a": "", "libs/a": "", "x/a": "", ".gitlab-ci.yml": "deploy:\n  script:\n    - gcloud functions deploy shop --source=fn\n  rules:\n    - changes: {paths: [fn/**/*, 'libs/**/*']}\ntest:\n  only: {changes: [x/**]}\n"},
        {"shop": (Build(source="fn"), ("libs/**/*",), "cloud-function")},
    ),
}  # fmt: skip


@pytest.mark.parametrize(("files", "expected"), WORKFLOWS.values(), ids=WORKFLOWS)
def test_workflows_are_read(files: dict[str, str], expected: dict[str, tuple[object, ...]]) -> None:
    assert {name: told(one) for name, one in services(files).items()} == expected


@pytest.mark.parametrize(
    ("files", "said"),
    [
        (workflow(DEPLOY % ("'${{ vars.NAME }}'", "x")), ".github/workflows/ci.yml:5: it deploys ${{ vars.NAME }}: the name depends on an expression"),
        (workflow(DEPLOY % ("shop", "x")), ".github/workflows/ci.yml:5: it deploys shop: what that is made of is not found"),
        (workflow(EACH), ".github/workflows/ci.yml:5: it builds ${{ matrix.service }}/Dockerfile: where that is depends on an expression"),
        ({**API, **workflow("      - uses: docker/build-push-action@v6\n        with: {context: '${{ a && b }}', file: api/Dockerfile}\n")}, ".github/workflows/ci.yml:5: the context of api/Dockerfile depends on an expression; the top is a guess"),
        ({"cloudbuild.yaml": "steps:\n- {name: gcloud, args: [run, deploy, $_X]}"}, "cloudbuild.yaml:2: it deploys $_X: the name depends on a substitution"),
        ({"compose.yaml": "services: {a: {build: {context: ., dockerfile: $X}}}"}, "compose.yaml:1: it builds $X in .: where that is depends on a variable"),
        ({"a/x": "", "skaffold.yaml": "build: {artifacts: [{image: x, context: a, bazel: {target: '//:x'}}]}"}, "skaffold.yaml:1: x is built by Bazel: what its target depends on is not read"),
        ({"template.yaml": "Resources: {A: {Type: 'AWS::Serverless::Function', Properties: {CodeUri: s3://x/y}}}"}, "template.yaml:1: A: what it is made of is not in the repository, or depends on a variable"),
        ({"a.tf": 'resource "aws_lambda_function" "x" {\n  function_name = "one"\n}\n'}, "a.tf:1: it deploys one: what that is made of is not found"),
        ({"a.tf": 'data "archive_file" "x" {\n  source_dir = var.dir\n  source_dir = "fn/${each.key}"\n}\nresource "aws_lambda_function" "x" {\n  filename = data.archive_file.x.output_path\n}\n'}, "a.tf:5: x: where that lies which it is made of depends on a variable"),
        ({"compose.yaml": "a: " + "[" * 100}, "compose.yaml: it is nested more than 60 deep: the rest of it is not read"),
        ({"render.yaml": "services: [{name: a, rootDir: ., buildFilter: {paths: [gone]}}]"}, "render.yaml:1: its pattern 'gone' matches nothing and is left out"),
    ],
)  # fmt: skip
def test_what_cannot_be_known_is_said(files: dict[str, str], said: str) -> None:
    assert said in doubts(files)


def test_a_reusable_workflow_by_itself_has_nothing_to_doubt() -> None:
    called = "on: {workflow_call: {inputs: {name: {type: string}}}}\njobs:\n  d:\n    steps:\n" + DEPLOY % (
        "'${{ inputs.name }}'",
        "x",
    )
    assert doubts({".github/workflows/d.yml": called}) == []


def test_workflows_that_come_to_too_much_are_cut_short_and_that_is_said() -> None:
    values = list(range(16))
    many = {
        f".github/workflows/{one}.yml": f"on: push\njobs: {{a: {{strategy: {{matrix: {{x: {values}, y: {values}}}}}, steps: [{'{uses: x},' * 99}]}}}}"
        for one in range(3)
    }
    assert any("no more are read" in one for one in doubts(many))


BAKE = """{
 "variable": {"LIB": {"default": "libs"}},
 "group": {"default": {"targets": ["api", "web"]}},
 "target": {
  "_base": {"args": {"LIB": "${LIB}", "A": "base"}, "context": "."},
  "api": {"inherits": ["_base"], "dockerfile": "api/Dockerfile", "args": {"A": "api"}, "tags": ["r/shop-api:${TAG}"],
          "contexts": {"shared": "vendor", "alpine": "docker-image://alpine", "other": "target:web"}},
  "web": {"context": "web", "target": "run"},
  "gone": {"context": "nowhere"}
 }
}
"""


def test_targets_of_bake_in_json_are_read_with_what_they_inherit() -> None:
    api = {
        "api/Dockerfile": "FROM x\nARG A\nARG LIB\nCOPY $A $LIB /a/\n",
        "api/main.py": "",
        "libs/a.py": "",
        "vendor/v.py": "",
    }
    web = {"web/Dockerfile": "FROM x AS run\nCOPY main.py /a\n", "web/main.py": ""}
    found = services({**api, **web, "docker-bake.json": BAKE})
    assert set(found) == {"api", "web"}
    assert found["web"].build == Build("web/Dockerfile", "web", "run")
    assert found["api"].build == Build("api/Dockerfile", arguments=(("LIB", "libs"), ("A", "api")))
    assert {"vendor", "web/main.py", "web/Dockerfile"} <= set(found["api"].paths)


@pytest.mark.parametrize("path", ["docker-bake.hcl", "build/bake.prod.hcl", "docker-bake.override.hcl"])
def test_targets_of_bake_in_hcl_are_told(path: str) -> None:
    text = 'group "default" { targets = ["api"] }\ntarget "api" {\n  context = "."\n}\ntarget web {\n}\n'
    [doubt] = [one for one in doubts({**API, path: text}) if one.startswith(path)]
    assert doubt.startswith(f"{path}: what it builds is not read, api, web: `docker buildx bake --print")
    assert not any(one.startswith("bakery.hcl") for one in doubts({**API, "bakery.hcl": text}))


@pytest.mark.parametrize("who", ["useblacksmith", "depot", "Depot"])
def test_the_builders_of_others_are_read_as_that_of_docker(who: str) -> None:
    found = services({**API, **workflow(PUSH.replace("docker/", f"{who}/"))})
    assert {name: told(one) for name, one in found.items()} == {"shop": (RUN,)}


def test_an_image_is_known_by_each_name_that_it_is_tagged_with() -> None:
    tags = "'g/test-shop:1, g/prod-shop:1\\nd/prod-shop:1'".replace("'", '"')
    steps = (
        f"      - uses: docker/build-push-action@v6\n        with: {{file: api/Dockerfile, tags: {tags}}}\n"
    )
    found = services({**API, **workflow(steps), "k.yaml": deployment("shop", "g/prod-shop")})
    assert {name: told(one) for name, one in found.items()} == {
        "shop": (Build("api/Dockerfile"), "kubernetes")
    }
    alone = services({**API, **workflow(steps)})
    assert {name: told(one) for name, one in alone.items()} == {"test-shop": (Build("api/Dockerfile"),)}


def test_no_build_is_lost_whatever_names_it_shares_with_others() -> None:
    told = [("a", "api"), ("b", "api"), ("b", "web")]
    words = [
        Told(0, Found(name, Place("ci.yml", at), Build("Dockerfile", arguments=(("APP", app),)), "r/shop"))
        for at, (name, app) in enumerate(told)
    ]
    assert [[one.found.place.line for one in group] for group in joined(words)] == [[0, 1], [2]]


FED = {"Dockerfile": "FROM x\nARG CONF\nCOPY api $CONF /a\nCMD a\n", "api/main.py": "",
       "conf/qa/x": "", "conf/prod/x": ""}  # fmt: skip
MATRIX = "    strategy: {matrix: {env: [qa, prod]}}\n"


def fed(tags: str) -> dict[str, str]:
    given = f"{{tags: {tags}, build-args: 'CONF=conf/${{{{ matrix.env }}}}'}}"
    return {**FED, **workflow(f"      - uses: docker/build-push-action@v6\n        with: {given}\n", MATRIX)}


def test_a_further_name_of_an_image_is_that_of_the_same_service_in_each_run_of_a_matrix() -> None:
    found = services(fed('"acme/api-${{ matrix.env }}:1, acme/api:${{ matrix.env }}"'))
    assert {name: one.build for name, one in found.items()} == {
        f"api-{env}": Build("Dockerfile", arguments=(("CONF", f"conf/{env}"),)) for env in ("qa", "prod")
    }


@pytest.mark.parametrize(
    ("tags", "names"),
    [
        ('"${{ format(\'acme/shop-{0}:{1}{2}\', matrix.env, inputs.v, matrix.env) }}"', {"shop-qa", "shop-prod"}),
        ('"${{ format(\'acme/shop:{0}\', inputs.v) }},g/other:1"', {"shop"}),
        ('"${{ inputs.w == \'a\' && format(\'{0}/shop:{1}\', inputs.r, inputs.v) || \'\' }}"', {"shop"}),
        ('"${{ join(fromJSON(inputs.a), \'x/b\', \',c/d\') }}"', {"service"}),
        ('"${{inputs.a&&\'x/b\'||\'c/d\'}},g/${{ inputs.w }}/shop:1"', {"shop"}),
    ],
)  # fmt: skip
def test_an_image_whose_name_an_expression_makes_is_not_known_but_what_a_format_says_is(
    tags: str, names: set[str]
) -> None:
    assert set(services(fed(tags))) == names


def test_the_workflow_that_docker_has_for_others_is_read_as_its_action() -> None:
    called = "docker/github-builder/.github/workflows/build.yml@v1"
    given = "{output: image, context: ./, file: api/Dockerfile, meta-images: 'ghcr.io/o/shop-staging'}"
    text = f"on: push\njobs:\n  one:\n    uses: {called}\n    with: {given}\n  two:\n    uses: o/r/.github/workflows/a.yml@v1\n"
    found = services({**API, ".github/workflows/a.yml": text})
    assert {name: one.build for name, one in found.items()} == {"shop-staging": Build("api/Dockerfile")}


@pytest.mark.parametrize("who", ["docker", "depot"])
def test_a_file_of_bake_that_an_action_names_is_read_whatever_it_is_called(who: str) -> None:
    named = r'"images.json\nmore.hcl\ndocker-bake.json, gone.json, api.yaml, ../../x.json"'
    steps = f"      - uses: {who}/bake-action@v5\n        with: {{workdir: ci, files: {named}}}\n"
    target = '{"target": {"shop": {"context": "..", "dockerfile": "api/Dockerfile", "target": "run"}}}'
    files = {**API, **workflow(steps), "ci/images.json": target, "ci/more.hcl": 'target "web" {}\n'}
    assert {name: told(one) for name, one in services(files).items()} == {
        "shop": (Build("api/Dockerfile", "", "run"),)
    }
    assert [one for one in doubts(files) if one.startswith("ci/more.hcl: what it builds is not read, web:")]


def test_an_image_that_is_called_as_the_repository_and_that_nothing_builds_is_told() -> None:
    files = {"go.mod": "module example.com/shop\n", "web/main.go": "package main",
             "all/Dockerfile": "FROM r/shop-web:${V} AS web\nFROM nginx\nCOPY --from=web /a /a\nCOPY --from=r/shopping:1 /b /b\nCMD run\n"}  # fmt: skip
    told = (
        "all/Dockerfile: it is made from r/shop-web, which nothing here is known to build: what that is made of "
        "is not in its map"
    )
    assert told in doubts(files)
    built = {
        "web/Dockerfile": "FROM x\nCOPY web /a\nCMD run\n",
        "Makefile": "b:\n\tdocker build -t r/shop-web:1 -f web/Dockerfile .\n",
    }
    assert not any("it is made from" in one for one in doubts({**files, **built}))


@pytest.mark.parametrize(
    ("program", "dockerfile"),
    [
        ("docker build", "api/Dockerfile"),
        ("podman build", "api/Containerfile"),
        ("buildah bud", "api/Containerfile"),
        ("podman build -f api/Dockerfile", "api/Dockerfile"),
    ],
)
def test_podman_and_buildah_build_a_containerfile_before_a_dockerfile(program: str, dockerfile: str) -> None:
    text = "FROM x\nCOPY . /a\nCMD run\n"
    files = {
        "api/Containerfile": text,
        "api/Dockerfile": text,
        "api/main.py": "",
        "deploy.sh": f"{program} -t r/shop api\n",
    }
    assert services(files)["shop"].build == Build(dockerfile, "api")


LOWER = {"api/dockerfile": "FROM x\nCOPY . /a\nCMD run\n", "api/main.py": ""}
LOWER_BUILD = Build("api/dockerfile", "api")


@pytest.mark.parametrize(
    ("files", "name"),
    [
        ({}, "api"),
        ({"deploy.sh": "docker build -t r/shop api"}, "shop"),
        ({"compose.yaml": "services: {shop: {build: api}}"}, "shop"),
        (
            workflow(
                "      - uses: docker/build-push-action@v6\n        with: {context: api, tags: r/shop}\n"
            ),
            "shop",
        ),
        ({"docker-bake.json": '{"target": {"shop": {"context": "api"}}}'}, "shop"),
    ],
)
def test_docker_takes_a_dockerfile_in_lower_case_where_there_is_no_other(
    files: dict[str, str], name: str
) -> None:
    assert {one.name: one.build for one in services({**LOWER, **files}).values()} == {name: LOWER_BUILD}
    both = services({**LOWER, "api/Dockerfile": LOWER["api/dockerfile"], **files})
    assert Build("api/Dockerfile", "api") in {one.build for one in both.values()}


def test_podman_takes_none_in_lower_case() -> None:
    assert set(services({**LOWER, "deploy.sh": "podman build -t r/shop api"})) == {"api"}


@pytest.mark.parametrize(
    ("file", "text", "is_one"),
    [
        ("dockerfile.prod", "from x\nCOPY . /a\n", True),
        ("web.dockerfile", "FROM x\nCOPY . /a\n", True),
        ("containerfile", "FROM x\nCOPY . /a\n", True),
        ("go.dockerfile", "{{ license }}\nFROM x\nCOPY . /a\n", True),
        ("Dockerfile.go", "FROM x\nCOPY . /a\n", True),
        ("Dockerfile.js", "# syntax=docker/dockerfile:1\n\n\targ V=1\r\nFROM x:$V\nCOPY . /a\n", True),
        ("Dockerfile.rs", "\ufeffFROM x\nCOPY . /a\n", True),
        ("dockerfile.ts", "export const text = `\nFROM x\n`\n", False),
        ("Dockerfile.ts", "// FROM x\nexport const text = `\nFROM x\n`\n", False),
        ("Dockerfile.py", "FROM x\n", False),
        ("dockerfile.snap", "exports[1] = 'FROM x'\n", False),
        ("dockerfile", "keywords: FROM\n", False),
    ],
)
def test_what_is_called_so_in_lower_case_or_as_source_is_a_dockerfile_if_it_begins_as_one(
    file: str, text: str, is_one: bool
) -> None:
    built = {one.build.dockerfile for one in services({**WEB, f"api/{file}": text}).values() if one.build}
    assert (f"api/{file}" in built) is is_one


def test_dockerfiles_that_are_called_after_languages_are_several_services() -> None:
    go, js = "FROM x\nCOPY go /a\nCMD a\n", "FROM x\nCOPY js /a\nCMD a\n"
    files = {"Dockerfile.go": go, "Dockerfile.js": js, "go/a": "", "js/a": ""}
    assert set(services(files)) == {"go", "js"}
    built = services({**files, "deploy.sh": "docker build -f Dockerfile.go -t r/shop ."})
    assert {name: one.build for name, one in built.items()} == {
        "shop": Build("Dockerfile.go"),
        "js": Build("Dockerfile.js"),
    }


def test_tags_of_one_image_are_as_many_services_as_dockerfiles_that_are_called_after_them() -> None:
    text = "FROM x\nCOPY . /a\nCMD run\n"
    scripts = '{"scripts": {"a": "docker build -t r/shop:go -f docker/go.dockerfile .", "b": "docker build -t r/shop -f docker/dockerfile ."}}'
    found = services(
        {"docker/go.dockerfile": text, "docker/dockerfile": text, "a": "", "package.json": scripts}
    )
    assert {one.build for one in found.values()} == {
        Build("docker/go.dockerfile"),
        Build("docker/dockerfile"),
    }


def test_what_only_a_script_of_a_package_builds_and_starts_nothing_is_a_tool() -> None:
    scripts = '{"scripts": {"tool": "docker build -t r/tool -f docker/tool.dockerfile ."}}'
    files = {**API, "docker/tool.dockerfile": "FROM golang\nCOPY a /a\n", "a": "", "package.json": scripts}
    assert "tool" not in services(files)
    assert any(
        "tool: it starts nothing, and nothing that runs it was found: left out" in one
        for one in doubts(files)
    )
