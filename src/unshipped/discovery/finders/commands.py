"""What one deploying command says of a service: one table of them, for scripts, workflows and build steps."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from unshipped.core.model import Build
from unshipped.core.value import Value
from unshipped.discovery.finders._builds import DOCKERFILES, image_build
from unshipped.discovery.finders._homes import Homes
from unshipped.discovery.finders._names import is_pipeline, slug, unversioned
from unshipped.discovery.finders.hosts import Hosts
from unshipped.discovery.finders.packages import Package, Packages
from unshipped.discovery.finders.prepared import USUAL, prepared
from unshipped.discovery.shell import TOP, Command, is_known, place, shown
from unshipped.discovery.shell.words import marks
from unshipped.discovery.values import Doubt, Found, Place, Put

_SWITCHES = {
    *("--gen2", "--no-gen2", "--quiet", "-q", "--async", "--trigger-http", "--allow-unauthenticated"),
    *("--install", "-i", "--no-cache", "--pull", "--push", "--load", "--rm", "--force-rm", "--squash"),
    *("--wait", "--atomic", "--publish", "--force-new-deployment", "--remote-only", "--local-only"),
}
"""Options that take no value."""
_COMPOSE = ("docker compose", "docker-compose", "podman compose", "podman-compose")
_LEVELS = {"beta", "alpha", "preview", "buildx"}

Submitted = Callable[[str, Mapping[str, str]], Iterable[Found | Doubt]]
"""What a file of Cloud Build deploys, with some of its substitutions."""


class Told(Value):
    """One deploying command, and where it stands."""

    command: Command
    place: Place
    homes: Homes
    packages: Packages
    rest: tuple[str, ...]
    """The words behind those that say what the command does."""
    submitted: Submitted

    def value(self, *names: str) -> str:
        """The value of an option, if all of it is known."""
        value = self.command.value(*names)
        return value if is_known(value) else ""

    def positional(self) -> list[str]:
        """The words behind the command's own that belong to no option."""
        found: list[str] = []
        takes = False
        for word in self.rest:
            if word.startswith("-") and word != "-":
                takes = "=" not in word and word not in _SWITCHES and not word.startswith("--no-")
            elif takes:
                takes = False
            else:
                found.append(word)
        return found

    def at(self, word: str) -> str:
        """The place that a word means where the command runs."""
        return place(self.command.directory, word)


Deployer = Callable[[Told], Iterator[Found | Doubt]]


def told(
    path: str, homes: Homes, commands: Sequence[Command], submitted: Submitted
) -> Iterator[Found | Doubt]:
    """What the commands of a text deploy, in their order."""
    packages = Packages(homes)
    hosts = Hosts(homes, packages)
    for command in commands:
        packages.take(command)
        file = homes.file(command.file) if command.file else path
        where = Place(file or path, command.line)
        yield from hosts.take(command, where)
        yield from _deployed(command, where, homes, packages, submitted)


def _deployed(
    command: Command, where: Place, homes: Homes, packages: Packages, submitted: Submitted
) -> Iterator[Found | Doubt]:
    words = command.words
    program = words[0].rpartition("/")[2] if words else ""
    if program in ("docker", "podman") and words[1:2] == ("run",):
        # What a container is told to run, if that is one of ours.
        at = next(
            (at for at, word in enumerate(words) if at > 1 and word in ("gcloud", "aws", "kubectl", "helm")),
            0,
        )
        words = words[at:]
        program = words[0]
    if program == "executor":  # that of kaniko, which has no verb
        program, words = "docker", ("docker", program, *words[1:])
    verbs = [program]
    for at, word in enumerate(words[1:], start=1):
        if word.startswith("-"):
            continue
        before = words[at - 1]
        if at > 1 and (before in ("-n", "-f", "-p") or before.startswith("--")) and "=" not in before:
            continue  # the value of an option
        if word not in _LEVELS:
            verbs.append(word)
        if deployer := DEPLOYERS.get(" ".join(verbs)):
            command = command._replace(words=words)
            yield from deployer(Told(command, where, homes, packages, words[at + 1 :], submitted))
            return
        if len(verbs) > 3:
            return


def _named(
    told: Told, name: str, kind: str, build: Build | None = None, **more: object
) -> Iterator[Found | Doubt]:
    """A service of a name, or a doubt where that is not known."""
    if not is_known(name):
        why = f"it deploys {shown(name)}: the name depends on a variable"
        yield Doubt(told.place, why, of_name=True)
    elif slug(name) and "<" not in name and "{" not in name:
        yield Found(slug(name), told.place, build, runs_on=kind, **more)  # type: ignore[arg-type]


def _image_of(told: Told, *options: str) -> str:
    """The image that is named, without its version, if that is known."""
    image = unversioned(told.command.value(*options))
    return (
        image if is_known(image) else image.rpartition("/")[2] if is_known(image.rpartition("/")[2]) else ""
    )


def _cloud(kind: str) -> Deployer:
    """`gcloud run deploy NAME --source DIRECTORY`, `gcloud functions deploy NAME`."""

    def deploy(told: Told) -> Iterator[Found | Doubt]:
        name = next(iter(told.positional()), "")
        source = told.command.value("--source")
        build: Build | None = None
        paths: tuple[str, ...] = ()
        if source and not source.startswith(("gs:", "http")):
            package = told.packages.package(told.at(source))
            build, paths = _built(told.homes, package.source, kind), package.paths
            if package.dockerfile and kind != "cloud-function":
                build = Build(package.dockerfile, package.source or "")
            if package.is_partial:
                yield Doubt(told.place, f"part of what it puts into {shown(source)} is not known")
        image = _image_of(told, "--image")
        yield from _named(told, name, kind, build, image=image, paths=paths)

    return deploy


def _built(homes: Homes, directory: str | None, kind: str) -> Build | None:
    if directory is None:
        return None
    dockerfile = f"{directory}/Dockerfile".lstrip("/")
    if kind != "cloud-function" and dockerfile in homes.snapshot.entries:
        return Build(dockerfile, directory)
    return Build(source=directory) if directory else None


def _docker(told: Told) -> Iterator[Found | Doubt]:
    """`docker build -f FILE -t IMAGE CONTEXT`."""
    homes, file = told.homes, told.command.value("-f", "--file", "--dockerfile")
    # It takes one word: one more that nobody knows is empty, or options.
    words = sorted(told.positional(), key=lambda word: not is_known(word))
    context = next(iter(words), told.value("--context").removeprefix("dir://"))
    usual = _usual(told.command.words[0])
    where = told.at(context or ".")
    base = homes.path(where, homes.is_directory if file else _has_one(homes, usual))
    package = told.packages.package(where) if base is None else Package(base)
    asked = (told.at(file)[len(where) + 1 :],) if told.at(file).startswith(f"{where}/") else usual
    if base is None and not package.dockerfile and (layers := told.packages.layers(where, asked)):
        for at, (directory, dockerfile) in enumerate(layers):
            without = {directory, *(above for above, _ in layers[at + 1 :])}
            put = told.packages.put(directory, where)
            yield _image(told, dockerfile, directory, [one for one in put if one.path not in without])
        return
    names = homes.snapshot.names(package.source) if package.source is not None else ()
    here = next((name for name in usual if name in names), usual[-1])
    found = homes.file(told.at(file)) if file else f"{package.source}/{here}".lstrip("/")
    if package.source is not None and found and found in homes.snapshot.entries:
        yield _image(told, found, package.source, told.packages.put(package.source, where))


def _image(told: Told, dockerfile: str, base: str, put: Sequence[Put]) -> Found:
    """The image that is built of a Dockerfile in a context, with what is copied there before."""
    given = (_written(one).partition("=")[::2] for one in told.command.values("--build-arg"))
    target = _written(told.command.value("--target"))
    build = image_build(told.homes.snapshot, dockerfile, base, target, given)
    images = [unversioned(tag) for tag in told.command.values("-t", "--tag", "--destination")]
    image = next((one for one in images if is_known(one)), next(iter(images), ""))
    last = image.rpartition("/")[2]
    if is_known(last):
        return Found(slug(last), told.place, build, last if not is_known(image) else image, put=tuple(put))
    return Found("", told.place, build, put=tuple(put))


def _composed(told: Told) -> Iterator[Found | Doubt]:
    """`docker compose -f FILE build`, `docker buildx bake`: the file says what is built."""
    homes = told.homes
    for name in told.command.values("-f", "--file") or USUAL:
        if path := homes.file(told.at(name)):
            yield from prepared(homes.snapshot, told.packages, path, place(told.at(name), ".."))


def _written(word: str) -> str:
    """A word with a variable in place of each mark for what is not known."""
    for mark in marks(word):
        word = word.replace(mark, "${}")
    return word


def _usual(program: str) -> tuple[str, ...]:
    """What is built where no file is named: what Podman and Buildah look for, Docker does not know, nor they
    what it takes in lower case.
    """
    knows = program.rpartition("/")[2] in ("podman", "buildah")
    return ("Containerfile", "Dockerfile") if knows else DOCKERFILES


def _has_one(homes: Homes, names: Sequence[str]) -> Callable[[str], bool]:
    return lambda path: homes.is_directory(path) and any(name in homes.snapshot.names(path) for name in names)


def _submit(told: Told) -> Iterator[Found | Doubt]:
    """`gcloud builds submit --config FILE --substitutions _SERVICE=api`, or `--tag IMAGE DIRECTORY`."""
    config = told.command.value("--config")
    file = told.homes.file(told.at(config)) if config else None
    if file:
        yield from (_here(one, told.place) for one in told.submitted(file, _substitutions(told)))
    elif not config:
        yield from _docker(told)


def _trigger(told: Told) -> Iterator[Found | Doubt]:
    """`gcloud builds triggers create`: what it builds, and on changes of which files it does."""
    given = _substitutions(told)
    config = told.homes.file(place(TOP, told.command.value("--build-config") or "cloudbuild.yaml"))
    found = [_here(one, told.place) for one in (told.submitted(config, given) if config else ())]
    included = [one for one in told.value("--included-files").split(",") if one and not is_pipeline(one)]
    names = dict.fromkeys(one.name for one in found if isinstance(one, Found) and one.name and one.runs_on)
    yield from found
    if included:
        for name in names or (told.value("--name"),):
            if name:
                yield Found(slug(name), told.place, paths=tuple(included), ignore=_ignored(told))


def _ignored(told: Told) -> tuple[str, ...]:
    return tuple(one for one in told.value("--ignored-files").split(",") if one)


def _here(one: Found | Doubt, where: Place) -> Found | Doubt:
    return one._replace(place=where)


def _substitutions(told: Told) -> dict[str, str]:
    pairs = [one.partition("=") for one in told.command.value("--substitutions").split(",")]
    return {name: value for name, given, value in pairs if given and is_known(value)}


def _lambda(told: Told) -> Iterator[Found | Doubt]:
    """`aws lambda update-function-code --function-name NAME --zip-file fileb://FILE`."""
    archive = told.command.value("--zip-file").removeprefix("fileb://").removeprefix("file://")
    package = told.packages.package(told.at(archive)) if archive else None
    build = _built(told.homes, package.source, "cloud-function") if package else None
    name = told.command.value("--function-name").rpartition(":")[2]
    image = _image_of(told, "--image-uri")
    yield from _named(told, name, "lambda", build, image=image, paths=package.paths if package else ())


def _set_image(told: Told) -> Iterator[Found | Doubt]:
    """`kubectl set image deployment/NAME CONTAINER=IMAGE`."""
    name, *images = [*told.positional(), ""]
    image = unversioned(next((one for one in images if "=" in one), "").partition("=")[2])
    if "/" in name:
        yield from _named(told, name.rpartition("/")[2], "kubernetes", image=image if is_known(image) else "")


def _helm(told: Told) -> Iterator[Found | Doubt]:
    """`helm upgrade NAME CHART --set image.repository=IMAGE`."""
    name, *_ = [*told.positional(), ""]
    pairs = [part.partition("=") for one in told.command.values("--set") for part in one.split(",")]
    image = next((value for key, _, value in pairs if key.endswith("image.repository")), "")
    yield from _named(told, name, "kubernetes", image=unversioned(image) if is_known(image) else "")


def _service_of(kind: str, name: str, source: str, image: str) -> Deployer:
    """A command that names the service, its directory and its image by options."""

    def deploy(told: Told) -> Iterator[Found | Doubt]:
        where = told.command.value(source) if source else ""
        directory = told.homes.directory(told.at(where)) if where else None
        named = told.command.value(name, "-n" if name == "--name" else name)
        yield from _named(
            told, named, kind, _built(told.homes, directory, kind), image=_image_of(told, image)
        )

    return deploy


def _fly(told: Told) -> Iterator[Found | Doubt]:
    """`fly deploy DIRECTORY --app NAME --dockerfile FILE`."""
    base = told.homes.path(told.at(next(iter(told.positional()), ".")), told.homes.is_directory)
    file = told.command.value("--dockerfile")
    dockerfile = told.homes.file(told.at(file)) if file else f"{base}/Dockerfile".lstrip("/")
    there = base is not None and dockerfile in told.homes.snapshot.entries
    build = Build(dockerfile or "", base or "") if there else None
    yield from _named(told, told.command.value("--app", "-a"), "fly", build)


DEPLOYERS: Mapping[str, Deployer] = {
    "gcloud run deploy": _cloud("cloud-run"),
    "gcloud run jobs deploy": _cloud("cloud-run-job"),
    "gcloud run jobs create": _cloud("cloud-run-job"),
    "gcloud run jobs update": _cloud("cloud-run-job"),
    "gcloud functions deploy": _cloud("cloud-function"),
    "gcloud builds submit": _submit,
    "gcloud builds triggers create": _trigger,
    **dict.fromkeys((f"{one} build" for one in ("docker", "podman", "nerdctl", "buildah")), _docker),
    "docker image build": _docker,
    "buildah bud": _docker,
    "docker executor": _docker,
    **dict.fromkeys((f"{one} {verb}" for one in _COMPOSE for verb in ("build", "up")), _composed),
    "docker bake": _composed,
    "aws lambda update-function-code": _lambda,
    "aws ecs update-service": _service_of("ecs", "--service", "", ""),
    "kubectl set image": _set_image,
    "helm upgrade": _helm,
    "helm install": _helm,
    "fly deploy": _fly,
    "flyctl deploy": _fly,
    "az webapp up": _service_of("app-service", "--name", "", ""),
    "az webapp deploy": _service_of("app-service", "--name", "", ""),
    "az containerapp up": _service_of("container-app", "--name", "--source", "--image"),
    "az containerapp update": _service_of("container-app", "--name", "", "--image"),
}
"""By the words that a command begins with, its options left out. What only names a manifest, as `sam deploy`
and `kubectl apply` do, is missing: the manifest is read where it lies.
"""
