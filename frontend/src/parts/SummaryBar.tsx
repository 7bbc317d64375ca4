/** The fleet in one line and one bar. Each part of the bar is a choice of what the table shows. */

import type { Status } from "../data/shapes";
import { countTones, type Tone } from "../lib/view";
import { StatusMark, TONE_WORDS } from "./StatusMark";

interface Props {
  status: Status;
  chosen: Tone | null;
  onChoose: (tone: Tone | null) => void;
}

export function SummaryBar({ status, chosen, onChoose }: Props) {
  const counts = countTones(status.targets);
  return (
    <div className="us-summary">
      <svg
        className="us-bar"
        viewBox={`0 0 ${Math.max(1, status.targets.length)} 1`}
        preserveAspectRatio="none"
        aria-hidden="true"
      >
        {parts(counts).map((part) => (
          <rect key={part.tone} className={`us-fill-${part.tone}`} x={part.from} width={part.count} height="1" />
        ))}
      </svg>
      <div className="us-legend" role="group" aria-label="show only">
        {counts.map(({ tone, count }) => (
          <button
            key={tone}
            type="button"
            className="us-chip"
            aria-pressed={chosen === tone}
            onClick={() => onChoose(chosen === tone ? null : tone)}
          >
            <StatusMark tone={tone} />
            <span className="us-number">{count}</span> {TONE_WORDS[tone]}
          </button>
        ))}
      </div>
    </div>
  );
}

function parts(counts: { tone: Tone; count: number }[]) {
  let from = 0;
  return counts.map((one) => {
    const part = { ...one, from };
    from += one.count;
    return part;
  });
}
