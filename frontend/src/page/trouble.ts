/** The title and the icon of the tab: they say how it stands while nobody looks at the page. */

import critical from "../theme/icon-critical.svg";
import info from "../theme/icon-info.svg";
import sync from "../theme/icon-sync.svg";
import unknown from "../theme/icon-unknown.svg";
import warning from "../theme/icon-warning.svg";
import { useEffect } from "react";
import type { Status } from "../data/shapes";
import { type Tone, trouble } from "../lib/view";

const ICONS: Partial<Record<Tone, string>> = { critical, warning, info, sync, unknown };

export function titleOf(status: Status | undefined, failed: boolean): string {
  if (failed || !status) return failed ? "? no answer · unshipped" : "unshipped";
  const { tone, count } = trouble(status.targets);
  return count ? `(${count}) ${tone} · unshipped` : "all live · unshipped";
}

export function useTrouble(status: Status | undefined, failed: boolean): void {
  useEffect(() => {
    document.title = titleOf(status, failed);
    const tone = failed ? "unknown" : status ? trouble(status.targets).tone : "sync";
    const link = document.querySelector<HTMLLinkElement>("link[rel=icon]");
    if (link) link.href = ICONS[tone] ?? unknown;
  }, [status, failed]);
}
