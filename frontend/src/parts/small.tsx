/** The small pieces of a row: an age, a commit, a text to copy, a word about what cannot be shown. */

import { type ReactNode, useEffect, useState } from "react";
import type { Commit } from "../data/shapes";
import { useNow } from "../data/queries";
import { moment, secondsBetween, shortAge } from "../lib/time";

/** How long ago, with the whole date beside it. */
export function Age({ at, suffix = "" }: { at: string | null; suffix?: string }) {
  const now = useNow();
  if (!at) return <span className="us-muted">–</span>;
  return (
    <time dateTime={at} title={moment(at)} className="us-nowrap">
      {shortAge(secondsBetween(at, now))}
      {suffix}
    </time>
  );
}

export function Sha({ of }: { of: Commit }) {
  if (!of.commit) return <span className="us-muted">–</span>;
  const short = of.commit.slice(0, 7);
  if (!of.page) return <code title={of.commit}>{short}</code>;
  return (
    <a className="us-sha us-link" href={of.page} title={of.commit} rel="noreferrer noopener" target="_blank">
      <code>{short}</code>
    </a>
  );
}

/** Browsers let a page copy where it came over TLS or from this machine: elsewhere there is no button that does not. */
export function Copy({ text, what }: { text: string; what: string }) {
  const [copied, setCopied] = useState(false);
  useEffect(() => {
    if (!copied) return;
    const timer = setTimeout(() => setCopied(false), 2000);
    return () => clearTimeout(timer);
  }, [copied]);
  const copy = () => {
    void navigator.clipboard.writeText(text).then(() => setCopied(true), () => setCopied(false));
  };
  if (!navigator.clipboard) return null;
  const said = copied ? `copied ${what}` : `copy ${what}`;
  return (
    <button type="button" className="us-button us-quiet us-small" onClick={copy} aria-label={said}>
      {copied ? "copied" : "copy"}
    </button>
  );
}

/** One answer has room for so many: that there are more is said. */
export function Cut({ shown, total }: { shown: number; total: number }) {
  if (!(total > shown)) return null;
  return (
    <p className="us-muted">
      The worst {shown.toLocaleString("en")} of {total.toLocaleString("en")} targets.
    </p>
  );
}

/** What stands where there is nothing to show, with why. */
export function Blank({ title, children }: { title: string; children?: ReactNode }) {
  return (
    <div className="us-blank">
      <p className="us-blank-title">{title}</p>
      {children}
    </div>
  );
}

/** Lines that stand where text will be. */
export function Waiting({ rows = 4 }: { rows?: number }) {
  return (
    <div className="us-waiting" role="status" aria-label="loading">
      {Array.from({ length: rows }, (_, at) => (
        <span key={at} className="us-waiting-line" />
      ))}
    </div>
  );
}

export function Trouble({ error, again }: { error: Error; again?: () => void }) {
  const hint = "hint" in error && typeof error.hint === "string" ? error.hint : "";
  return (
    <div className="us-trouble" role="alert">
      <p>
        <strong>{error.message}</strong>
        {hint && <span className="us-muted"> {hint}</span>}
      </p>
      {again && (
        <button type="button" className="us-button us-small" onClick={again}>
          Try again
        </button>
      )}
    </div>
  );
}
