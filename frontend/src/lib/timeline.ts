/** A target through time, as shapes to draw: pure, in seconds and hours; pixels are the part's matter. */

import type { Lane, Severity, Stretch } from "../data/shapes";
import { count, shortAge } from "./time";
import type { Tone } from "./view";

/** One stretch, with how many hours it was stale where it began and where it ended. */
export interface Band {
  from: number;
  until: number;
  tone: Tone;
  before: number;
  after: number;
  /** Missing for a time in which nobody looked. */
  stretch: Stretch | null;
}

const HOUR = 3600_000;

const BY_SEVERITY: Record<Severity, Tone> = { none: "sync", info: "info", warning: "warning", critical: "critical" };

/** For how long a look counts the server says, as it does for its reports: nothing is known of what is left. */
export function bandsOf(lane: Lane, since: number, until: number): Band[] {
  const bands: Band[] = [];
  let reached = since;
  for (const stretch of lane.stretches) {
    const from = Math.max(since, Date.parse(stretch.since));
    const to = Math.min(until, Date.parse(stretch.until));
    if (to <= since || from >= until) continue;
    if (from > reached) bands.push(nobody(reached, from));
    bands.push(band(stretch, from, to));
    reached = to;
  }
  if (until > reached) bands.push(nobody(reached, until));
  return bands;
}

function nobody(from: number, until: number): Band {
  return { from, until, tone: "unknown", before: 0, after: 0, stretch: null };
}

function band(stretch: Stretch, from: number, until: number): Band {
  const stale = stretch.behind_since ? Date.parse(stretch.behind_since) : null;
  return {
    from,
    until,
    tone: stretch.state === "unknown" ? "unknown" : BY_SEVERITY[stretch.severity],
    before: stale === null ? 0 : Math.max(0, from - stale) / HOUR,
    after: stale === null ? 0 : Math.max(0, until - stale) / HOUR,
    stretch,
  };
}

/** The stretches in which somebody held it. */
export const heldOf = (bands: readonly Band[]): Band[] => bands.filter((one) => one.stretch?.flags.includes("held"));

/** From how many hours on it is how bad. */
export function limitsOf(lane: Lane): { tone: Tone; hours: number }[] {
  return lane.limits.map((one) => ({ tone: BY_SEVERITY[one.severity], hours: one.stale_seconds / 3600 }));
}

/** The first moment at which a word that is so long, over a line at so many hours, hides nothing of the lane; where
 * there is none, where it begins. */
export function roomFor(long: number, hours: number, bands: readonly Band[], ticks: readonly number[]): number {
  const [first, last] = [bands[0]?.from ?? 0, bands[bands.length - 1]?.until ?? 0];
  const taken = [
    ...bands.filter((one) => one.after >= hours).map((one) => [one.from, one.until] as const),
    ...ticks.map((at) => [at - long / 10, at + long / 10] as const),
  ];
  const free = (at: number) => at + long <= last && taken.every(([from, until]) => until <= at || from >= at + long);
  const places = [first, ...taken.map(([, until]) => until)].sort((one, other) => one - other);
  return places.find(free) ?? first;
}

export function longest(bands: readonly Band[]): number {
  return Math.max(0, ...bands.map((one) => one.after));
}

/** For how many hours it could not be determined. */
export const unknownHours = (bands: readonly Band[]): number =>
  hoursOf(bands.filter((one) => one.stretch?.state === "unknown"));

/** For how many hours nobody looked: a report counts these neither as known nor as unknown. */
export const unseenHours = (bands: readonly Band[]): number => hoursOf(bands.filter((one) => !one.stretch));

const hoursOf = (bands: readonly Band[]): number =>
  bands.reduce((sum, one) => sum + (one.until - one.from), 0) / HOUR;

/** A lane in words, for whoever does not see it. */
export function sentence(lane: Lane, bands: readonly Band[]): string {
  const back = lane.deployments.filter((one) => one.rollback).length;
  const unknown = unknownHours(bands);
  const unseen = unseenHours(bands);
  return [
    `${lane.service} in ${lane.environment}`,
    longest(bands)
      ? `stale for ${shortAge(longest(bands) * 3600)} at the longest`
      : unknown || unseen
        ? "not seen to be stale"
        : "never stale",
    `${count(lane.deployments.length, "deployment")}${back ? `, ${count(back, "rollback")} among them` : ""}`,
    ...(unknown ? [`unknown for ${shortAge(unknown * 3600)}`] : []),
    ...(unseen ? [`not looked at for ${shortAge(unseen * 3600)}`] : []),
    ...(heldOf(bands).length ? ["held for a part of it"] : []),
    ...limitsOf(lane).map((one) => `${one.tone} from ${shortAge(one.hours * 3600)} on`),
  ].join("; ");
}

/** Moments to write below a picture, at whole hours or days of UTC. */
export function ticksOf(since: number, until: number): { at: number; label: string }[] {
  const days = (until - since) / 86_400_000;
  const step = days <= 1.5 ? 4 * HOUR : days <= 8 ? 24 * HOUR : 5 * 24 * HOUR;
  const ticks = [];
  for (let at = Math.ceil(since / step) * step; at < until; at += step) {
    const text = new Date(at).toISOString();
    ticks.push({ at, label: days <= 1.5 ? text.slice(11, 16) : text.slice(5, 10) });
  }
  return ticks;
}
