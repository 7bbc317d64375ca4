/** A shape and a colour for each state: the shape alone is enough. The word stands beside it. */

import type { Tone } from "../lib/view";

export const TONE_WORDS: Record<Tone, string> = {
  sync: "in sync",
  info: "info",
  warning: "warning",
  critical: "critical",
  unknown: "unknown",
  locked: "held",
  pending: "pending",
  retired: "retired",
};

export function StatusMark({ tone }: { tone: Tone }) {
  return (
    <svg className={`us-mark us-tone-${tone}`} viewBox="0 0 16 16" width="16" height="16" aria-hidden="true">
      {SHAPES[tone]}
    </svg>
  );
}

const SHAPES = {
  sync: (
    <>
      <circle cx="8" cy="8" r="6.25" className="us-mark-line" />
      <path d="m5.2 8.2 2 2 3.7-4.1" className="us-mark-line" />
    </>
  ),
  info: <circle cx="8" cy="8" r="5" className="us-mark-fill" />,
  warning: (
    <>
      <path d="M8 1.6 15 14H1z" className="us-mark-fill" />
      <path d="M8 6v3.6M8 11.6v.6" className="us-mark-cut" />
    </>
  ),
  critical: (
    <>
      <path d="M5 1h6l4 4v6l-4 4H5l-4-4V5z" className="us-mark-fill" />
      <path d="M8 4.4v4.4M8 11v.7" className="us-mark-cut" />
    </>
  ),
  unknown: (
    <>
      <circle cx="8" cy="8" r="6.25" className="us-mark-line us-mark-dashed" />
      <path d="M6.3 6.6a1.7 1.7 0 1 1 2.5 1.5c-.5.3-.8.6-.8 1.1M8 11.1v.5" className="us-mark-line" />
    </>
  ),
  locked: (
    <>
      <rect x="3" y="7" width="10" height="7" rx="1" className="us-mark-fill" />
      <path d="M5 7V5a3 3 0 0 1 6 0v2" className="us-mark-line" />
    </>
  ),
  pending: (
    <>
      <circle cx="8" cy="8" r="6.25" className="us-mark-line" />
      <path d="M8 4.4V8l2.5 1.6" className="us-mark-line" />
    </>
  ),
  retired: (
    <>
      <circle cx="8" cy="8" r="6.25" className="us-mark-line" />
      <path d="M5 8h6" className="us-mark-line" />
    </>
  ),
} satisfies Record<Tone, React.ReactNode>;
