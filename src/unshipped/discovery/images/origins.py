"""What `--from` may name: a stage, an image, or another directory that a build is given."""

from __future__ import annotations

_WELL_KNOWN = frozenset(
    {
        *("alpine", "amazoncorretto", "amazonlinux", "archlinux", "bash", "buildpack-deps", "bun", "busybox"),
        *("caddy", "clojure", "composer", "consul", "dart", "debian", "docker", "eclipse-temurin", "elixir"),
        *("erlang", "fedora", "gcc", "golang", "gradle", "groovy", "haproxy", "haskell", "hello-world"),
        *("httpd", "julia", "mariadb", "maven", "memcached", "mongo", "mysql", "nats", "nginx", "node"),
        *(
            "openjdk",
            "perl",
            "php",
            "postgres",
            "pypy",
            "python",
            "r-base",
            "rabbitmq",
            "redis",
            "rockylinux",
        ),
        *("ruby", "rust", "scratch", "swift", "tomcat", "traefik", "ubuntu", "vault"),
    }
)


def is_image(name: str) -> bool:
    """Whether a name that is no stage's is an image's: it has a registry, a tag or a digest, or everybody
    knows it.
    """
    return any(sign in name for sign in "/:@") or name.lower() in _WELL_KNOWN
