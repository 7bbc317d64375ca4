/** Hours stale, one lane a target: how it grew, what ended it, and when nobody knew. */

import { useId, useLayoutEffect, useRef, useState } from "react";
import type { Lane, Timeline } from "../data/shapes";
import { type Band, bandsOf, heldOf, limitsOf, longest, roomFor, sentence, ticksOf } from "../lib/timeline";
import { moment, shortAge } from "../lib/time";
import { nameOf } from "../lib/view";
import { Blank, Cut } from "./small";
import { TimelineTable } from "./TimelineTable";

/** So wide is a label of the axis: one that would be cut off is left out. */
const LABEL = 34;

/** And so wide the word at a line. */
const WORD = 76;

const HEIGHT = 40;
const BASE = 33;
const LEAST_HOURS = 12;
/** A line is seen best with some room above it. */
const HEAD_ROOM = 1.15;
const LEAST_HEIGHT = 12;

interface Props {
  timeline: Timeline;
  linkTo?: ((lane: Lane) => string) | undefined;
  tall?: boolean;
}

/** Those of a time: also that there is none, and that one answer had not room for more than were `shown`. */
export function Timelines({ timeline, shown, linkTo }: { shown: number } & Omit<Props, "tall">) {
  return (
    <>
      {timeline.targets.length ? (
        <DriftTimeline timeline={timeline} linkTo={linkTo} />
      ) : (
        <Blank title="Nothing was looked at in that time." />
      )}
      <Cut shown={shown} total={timeline.total} />
    </>
  );
}

export function DriftTimeline({ timeline, linkTo, tall = false }: Props) {
  const [table, setTable] = useState(false);
  const [box, width] = useWidth();
  const since = Date.parse(timeline.since);
  const until = Date.parse(timeline.until);
  const hatch = useId();
  return (
    <div className="us-timeline">
      <div className="us-tools">
        <Legend />
        <button type="button" className="us-button us-small" aria-pressed={table} onClick={() => setTable(!table)}>
          Show as table
        </button>
      </div>
      {table ? (
        <TimelineTable timeline={timeline} />
      ) : (
        <div className={tall ? "us-lanes us-lanes-alone" : "us-lanes"}>
          <svg width="0" height="0" className="us-defs" aria-hidden="true">
            <defs>
              <pattern id={hatch} width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
                <rect width="6" height="6" className="us-hatch-ground" />
                <rect width="2" height="6" className="us-hatch-line" />
              </pattern>
            </defs>
          </svg>
          {timeline.targets.map((lane) => (
            <div key={nameOf(lane)} className="us-lane">
              {!tall && (
                <span className="us-lane-name">
                  {linkTo ? (
                    <a className="us-link us-strong" href={linkTo(lane)}>
                      {lane.service}
                    </a>
                  ) : (
                    <span className="us-strong">{lane.service}</span>
                  )}{" "}
                  <span className="us-muted">{lane.environment}</span>
                </span>
              )}
              <LanePicture lane={lane} since={since} until={until} width={width} hatch={hatch} tall={tall} />
            </div>
          ))}
          <div className="us-lane us-axis" aria-hidden="true">
            {!tall && <span className="us-muted us-zone">times in UTC</span>}
            <div ref={box} className="us-axis-line">
              <svg width={width} height="18">
                {ticksOf(since, until)
                  .map((tick) => ({ ...tick, x: ((tick.at - since) / (until - since)) * width }))
                  .filter((tick) => tick.x + LABEL <= width)
                  .map((tick) => (
                    <text key={tick.at} x={tick.x} y="13" className="us-tick">
                      {tick.label}
                    </text>
                  ))}
              </svg>
            </div>
          </div>
        </div>
      )}
    </div>
  );
}

interface PictureProps {
  lane: Lane;
  since: number;
  until: number;
  width: number;
  hatch: string;
  tall: boolean;
}

function LanePicture({ lane, since, until, width, hatch, tall }: PictureProps) {
  const bands = bandsOf(lane, since, until);
  const limits = limitsOf(lane);
  const most = Math.max(LEAST_HOURS, longest(bands), ...(tall ? limits.map((one) => one.hours * HEAD_ROOM) : []));
  const scale = tall ? 3 : 1;
  const base = BASE * scale;
  const x = (at: number) => ((at - since) / (until - since)) * width;
  const y = (hours: number) => base - (hours / most) * (base - 8);
  // A line that nothing came near says nothing in a lane of many, and one that lies on the ground nowhere.
  const ticks = lane.deployments.map((one) => Date.parse(one.at));
  const wordAt = (hours: number) => x(roomFor((WORD / width) * (until - since), hours, bands, ticks));
  const shownLimits = limits.filter((one) => (tall ? base - y(one.hours) > LEAST_HEIGHT : one.hours <= longest(bands)));
  return (
    <svg
      className="us-lane-picture"
      width={width}
      height={HEIGHT * scale}
      role="img"
      aria-label={sentence(lane, bands)}
    >
      <line x1="0" x2={width} y1={base + 0.5} y2={base + 0.5} className="us-baseline" />
      {bands.map((band) => (
        <BandShape key={band.from} band={band} x={x} y={y} base={base} hatch={hatch} />
      ))}
      {shownLimits.map((one) => (
        <g key={one.tone} className={`us-limit us-tone-${one.tone}`}>
          <line x1="0" x2={width} y1={y(one.hours)} y2={y(one.hours)} />
          {tall && (
            <text x={wordAt(one.hours) + 2} y={y(one.hours) - 3}>
              {one.tone} {shortAge(one.hours * 3600)}
            </text>
          )}
        </g>
      ))}
      {heldOf(bands).map((band) => (
        <rect
          key={band.from}
          x={x(band.from)}
          width={Math.max(2, x(band.until) - x(band.from))}
          y={base + 3}
          height="3"
          className="us-fill-locked"
        >
          <title>held</title>
        </rect>
      ))}
      {lane.deployments.map((one) => {
        const at = Math.round(x(Date.parse(one.at))) + 0.5;
        const what = one.rollback ? "rollback to" : "deployed";
        return (
          <g key={one.id} className={one.rollback ? "us-tick-back" : "us-tick-deploy"}>
            <title>{`${what} ${(one.commit ?? "").slice(0, 7)} ${moment(one.at)}${one.by ? ` by ${one.by}` : ""}`}</title>
            <line x1={at} x2={at} y1="2" y2={base} />
            {one.rollback ? (
              <path d={`M${at + 4} 1v8M${at - 4} 5l7-4v8z`} />
            ) : (
              <path d={`M${at - 3.5} 1h7l-3.5 6z`} />
            )}
          </g>
        );
      })}
    </svg>
  );
}

interface BandProps {
  band: Band;
  x: (at: number) => number;
  y: (hours: number) => number;
  base: number;
  hatch: string;
}

function BandShape({ band, x, y, base, hatch }: BandProps) {
  const [from, to] = [x(band.from), x(band.until)];
  const title = band.stretch ? band.stretch.reason : "nobody looked";
  if (band.tone === "unknown")
    return (
      <rect x={from} width={Math.max(1, to - from)} y={base - 16} height="16" fill={`url(#${hatch})`}>
        <title>{title}</title>
      </rect>
    );
  if (band.tone === "sync" || band.after === 0)
    return <rect x={from} width={Math.max(0, to - from)} y={base - 2} height="2" className={`us-fill-${band.tone}`} />;
  return (
    <path
      d={`M${from} ${base}V${y(band.before)}L${to} ${y(band.after)}V${base}z`}
      className={`us-area us-fill-${band.tone}`}
    >
      <title>{title}</title>
    </path>
  );
}

function Legend() {
  return (
    <ul className="us-timeline-legend us-muted">
      <li>
        <Swatch className="us-fill-info" /> hours stale
      </li>
      <li>
        <Swatch className="us-fill-warning" /> warning
      </li>
      <li>
        <Swatch className="us-fill-critical" /> critical
      </li>
      <li>
        <svg width="12" height="12" aria-hidden="true">
          <rect width="12" height="12" className="us-hatch-ground" />
          <path d="M0 12 12 0M-3 6 6-3M6 15 15 6" className="us-hatch-stroke" />
        </svg>{" "}
        unknown, or nobody looked
      </li>
      <li>
        <svg width="12" height="12" aria-hidden="true" className="us-tick-deploy">
          <path d="M2.5 2h7L6 8z" />
        </svg>{" "}
        deployed
      </li>
      <li>
        <svg width="12" height="12" aria-hidden="true" className="us-tick-back">
          <path d="M10 2v8M2 6l7-4v8z" />
        </svg>{" "}
        rolled back
      </li>
      <li>
        <svg width="12" height="12" aria-hidden="true">
          <rect y="5" width="12" height="3" className="us-fill-locked" />
        </svg>{" "}
        held
      </li>
      <li>
        <svg width="12" height="12" aria-hidden="true" className="us-limit us-tone-warning">
          <line x1="0" x2="12" y1="6.5" y2="6.5" />
        </svg>{" "}
        threshold
      </li>
    </ul>
  );
}

const Swatch = ({ className }: { className: string }) => (
  <svg width="12" height="12" aria-hidden="true">
    <path d="M0 12V8L12 2v10z" className={className} />
  </svg>
);

function useWidth(): [React.RefObject<HTMLDivElement | null>, number] {
  const box = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(600);
  // Before anything is painted: no picture is drawn wider than its place, not even for a moment.
  useLayoutEffect(() => {
    const element = box.current;
    if (!element) return;
    const measure = () => setWidth(Math.max(80, element.clientWidth));
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  return [box, width];
}
