"""What JavaScript programs load without naming it, and what is no file of theirs."""

from __future__ import annotations

import re
from collections.abc import Mapping

_WHOLE = (
    *("next", "nuxt", "nitropack", "astro", "gatsby", "vike", "@sveltejs/kit", "@remix-run/node"),
    *("@remix-run/express", "@remix-run/serve", "@react-router/node", "@react-router/express"),
    *("@react-router/serve", "sails", "egg", "@strapi/strapi", "@adonisjs/core", "@loopback/boot"),
    *("moleculer", "fastify-autoload", "@fastify/autoload", "express-file-routing", "routing-controllers"),
    *("require-all", "require-directory", "require-dir", "include-all", "consign", "awilix", "cosmiconfig"),
    *("glob", "fast-glob", "globby", "tinyglobby", "umzug", "typeorm", "knex", "@mikro-orm/core"),
    *("sequelize-typescript", "node-pg-migrate", "@graphql-tools/load", "@graphql-tools/load-files"),
    *("type-graphql", "swagger-jsdoc"),
)
CONVENTIONS: Mapping[str, str] = {
    **dict.fromkeys(_WHOLE, ""),
    "config": "config",
    "@prisma/client": "prisma",
    "i18n": "locales",
    "i18next-fs-backend": "locales",
}
"""Libraries that look for files by themselves, and the directory of the package in which they do: all of it
where that is not known.
"""
_BUILT_IN = {
    *(
        "assert",
        "async_hooks",
        "buffer",
        "child_process",
        "cluster",
        "console",
        "constants",
        "crypto",
        "dgram",
    ),
    *(
        "diagnostics_channel",
        "dns",
        "domain",
        "events",
        "fs",
        "http",
        "http2",
        "https",
        "inspector",
        "module",
    ),
    *("net", "os", "path", "perf_hooks", "process", "punycode", "querystring", "readline", "repl", "stream"),
    *("string_decoder", "sys", "timers", "tls", "trace_events", "tty", "url", "util", "v8", "vm", "wasi"),
    *("worker_threads", "zlib"),
}
_ELSEWHERE = re.compile(r"(node|bun|deno|https?|data|npm|jsr|cloudflare|file|blob|ext|chrome|electron):")
_CONFIGURED = (
    *("webpack", "rspack", "rsbuild", "rollup", "vite", "esbuild", "tsup", "tsdown", "babel", "next", "nuxt"),
    *("svelte", "astro", "remix", "react-router", "gatsby", "postcss", "tailwind", "metro", "craco", "vue"),
    *("app", "build", "panda", "uno", "windi", "module-federation"),
)
BUILDS = frozenset(
    {
        *(
            f"{name}.config{suffix}"
            for name in _CONFIGURED
            for suffix in (".js", ".cjs", ".mjs", ".ts", ".mts")
        ),
        *("babel.config.json", ".babelrc", ".babelrc.json", ".babelrc.js", ".swcrc", "nest-cli.json"),
        *(
            "project.json",
            "angular.json",
            "lerna.json",
            "gulpfile.js",
            "Gruntfile.js",
            "build.js",
            "build.mjs",
        ),
    }
)
"""Names of the files beside a `package.json` that say how its package is built."""


def is_by_convention(package: str, subpath: str) -> bool:
    """Whether who loads a library has it load files: a part such as `next/link` starts no program."""
    return package in CONVENTIONS and (not subpath or bool(CONVENTIONS[package]))


def is_built_in(package: str) -> bool:
    """Whether Node.js brings a module along."""
    return package in _BUILT_IN


def is_elsewhere(name: str) -> bool:
    """Whether a name says itself that it is no file."""
    return _ELSEWHERE.match(name) is not None
