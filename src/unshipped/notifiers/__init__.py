"""How people are told: one small file a kind, imported when its kind is first used.

A new kind is one file, one line in `KINDS`, one entry in `tests/notifiers/benches.py`. Another package adds
its own through the entry point group `unshipped.notifiers`, without a change here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from unshipped.kinds import Kinds

if TYPE_CHECKING:
    from unshipped.ports.telling import Notifier

KINDS: dict[str, str] = {
    "slack": "unshipped.notifiers.slack:SlackNotifier",
    "slack-webhook": "unshipped.notifiers.slack_webhook:SlackWebhookNotifier",
    "email": "unshipped.notifiers.email:EmailNotifier",
    "webhook": "unshipped.notifiers.webhook:WebhookNotifier",
    "teams": "unshipped.notifiers.teams:TeamsNotifier",
    "discord": "unshipped.notifiers.discord:DiscordNotifier",
    "pagerduty": "unshipped.notifiers.pagerduty:PagerdutyNotifier",
    "opsgenie": "unshipped.notifiers.opsgenie:OpsgenieNotifier",
    "github-issue": "unshipped.notifiers.github_issue:GithubIssueNotifier",
    "github-deployment": "unshipped.notifiers.github_deployment:GithubDeploymentNotifier",
    "apprise": "unshipped.notifiers.apprise:AppriseNotifier",
    "console": "unshipped.notifiers.console:ConsoleNotifier",
}
"""Kind -> where its class is, `module:Class`."""

GROUP = "unshipped.notifiers"
"""The entry point group of kinds that other packages bring. A name in `KINDS` wins over one of these."""


def every() -> Kinds:
    """Every kind there is: those of the table, and those that other packages bring."""
    return Kinds("notifier", KINDS, GROUP)


def kind(name: str) -> type[Notifier]:
    """The class of a kind. Raises `UsageError` where there is no such kind, or it cannot be loaded."""
    found: type[Notifier] = every().load(name)
    return found
