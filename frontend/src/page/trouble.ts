/** The title and the icon of the tab: they say how it stands while nobody looks at the page. */

import critical from "../theme/icon-critical.svg";
import info from "../theme/icon-info.svg";
import sync from "../theme/icon-sync.svg";
import unknown from "../theme/icon-unknown.svg";
import warning from "../theme/icon-warning.svg";
import { useEffect } from "react";
import type { Status } from "../data/shapes";
import { type Tone, toneOf, trouble } from "../lib/view";

const ICONS: Partial<Record<Tone, string>> = { critical, warning, info, sync, unknown };

export function titleOf(status: Status | undefined, failed: boolean, stranger = false): string {
  if (stranger) return "? who are you · unshipped";
  if (failed || !status) return failed ? "? no answer · unshipped" : "unshipped";
  const { tone, count } = trouble(status.targets);
  if (count) return `(${count}) ${tone} · unshipped`;
  if (!status.targets.length) return "? nothing looked at · unshipped";
  // What is held, pending or retired wants nobody, and is not live either.
  return status.targets.every((one) => toneOf(one) === "sync") ? "all live · unshipped" : "nothing to do · unshipped";
}

export function useTrouble(status: Status | undefined, failed: boolean, stranger: boolean): void {
  useEffect(() => {
    document.title = titleOf(status, failed, stranger);
    const tone = failed || !status?.targets.length ? "unknown" : trouble(status.targets).tone;
    const link = document.querySelector<HTMLLinkElement>("link[rel=icon]");
    if (link) link.href = ICONS[tone] ?? unknown;
  }, [status, failed, stranger]);
}
