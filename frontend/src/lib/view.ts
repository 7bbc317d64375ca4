/** What of the fleet is shown, and in which order: pure, so that a table can be drawn from it. */

import type { Rollout, Severity, State, Status, Target } from "../data/shapes";

export type Tone = "sync" | "info" | "warning" | "critical" | "unknown" | "locked" | "pending" | "retired";

export interface Choice {
  text: string;
  tone: Tone | null;
  unfolded: boolean;
  /** The row that somebody reads: what they filter by does not take it from them. */
  open: string | null;
}

export type Item = { kind: "target"; target: Target } | { kind: "fold"; count: number };

export const nameOf = (one: { service: string; environment: string }): string =>
  `${one.service}/${one.environment}`;

const BY_SEVERITY: Record<Severity, Tone> = {
  none: "sync",
  info: "info",
  warning: "warning",
  critical: "critical",
};

/** How a target looks: its shape and colour. What is held, pending or retired does not shout; a hold is about code,
 * and excuses neither that nobody knows nor what is set otherwise. */
export function toneOf(one: Pick<Target, "state" | "severity" | "flags" | "quiet" | "hold">): Tone {
  if (one.flags.includes("retired")) return "retired";
  if (one.state === "unknown") return "unknown";
  if (one.flags.includes("held") ? one.quiet : one.hold && one.state !== "in_sync") return "locked";
  if (one.quiet && one.state !== "in_sync") return "pending";
  if (one.severity === "none" && unproven(one)) return "info";
  return BY_SEVERITY[one.severity];
}

/** Whether it is in sync by what is said alone: nothing proves it. */
const unproven = (one: Pick<Target, "state" | "flags">): boolean =>
  one.state === "in_sync" && one.flags.includes("unproven");

/** The state in the words of the command line. */
export const stateWord = (state: State): string => state.replace("_", " ");

/** How a target stands, in one word: what nothing proves is not called in sync. */
export const standingWord = (one: Pick<Target, "state" | "flags">): string =>
  unproven(one) ? "unproven" : stateWord(one.state);

function matches(target: Target, words: readonly string[]): boolean {
  if (!words.length) return true;
  const text = [
    target.service,
    target.environment,
    target.owner ?? "",
    stateWord(target.state),
    target.severity,
    target.deployed.commit ?? "",
    target.expected.commit ?? "",
    target.headline,
  ]
    .join("\n")
    .toLowerCase();
  return words.every((word) => text.includes(word));
}

/** The rows of the table. The server has put the worst first; what is in order comes last and is folded. */
export function itemsOf(targets: readonly Target[], choice: Choice): Item[] {
  const words = choice.text.toLowerCase().split(/\s+/).filter(Boolean);
  const chosen = targets.filter(
    (one) =>
      nameOf(one) === choice.open || ((choice.tone === null || toneOf(one) === choice.tone) && matches(one, words)),
  );
  const calm = (one: Target) => toneOf(one) === "sync";
  const fine = chosen.filter(calm);
  const items: Item[] = chosen.filter((one) => !calm(one)).map((target) => ({ kind: "target", target }));
  if (fine.length) {
    const asked = words.length > 0 || choice.tone === "sync";
    if (!asked) items.push({ kind: "fold", count: fine.length });
    if (asked || choice.unfolded) items.push(...fine.map((target) => ({ kind: "target", target }) as const));
  }
  return items;
}

export const TONES: readonly Tone[] = ["critical", "warning", "info", "unknown", "pending", "locked", "retired", "sync"];

export function countTones(targets: readonly Target[]): { tone: Tone; count: number }[] {
  const counts = new Map<Tone, number>();
  for (const one of targets) counts.set(toneOf(one), (counts.get(toneOf(one)) ?? 0) + 1);
  return TONES.map((tone) => ({ tone, count: counts.get(tone) ?? 0 })).filter((one) => one.count > 0);
}

/** What is open, the worst first; those that are as bad stay in their order. */
export function worstFirst<T extends { severity: Severity }>(incidents: readonly T[]): T[] {
  const rank = (one: T) => TONES.indexOf(BY_SEVERITY[one.severity]);
  return [...incidents].sort((one, other) => rank(one) - rank(other));
}

/** The worst of what wants somebody: what a title and a favicon show. */
export function trouble(targets: readonly Target[]): { tone: Tone; count: number } {
  const loud = targets.filter((one) => !one.quiet && !["sync", "locked"].includes(toneOf(one)));
  const tone = TONES.find((tone) => loud.some((one) => toneOf(one) === tone)) ?? "sync";
  return { tone, count: loud.length };
}

const DIFFERENT: readonly State[] = ["behind", "diverged", "ahead", "unknown"];

/** How many stand how, in the words of the server's sentence: for a part of what it speaks of. */
export function tally(targets: readonly Pick<Target, "state" | "flags">[]): string {
  const live = targets.filter((one) => !one.flags.includes("retired"));
  const count = (state: State) => live.filter((one) => one.state === state).length;
  const parts = DIFFERENT.filter(count).map((state) => `${count(state)} ${state}`);
  const weak = live.filter(unproven).length;
  const fine = parts.length ? `${count("in_sync")} in sync` : "all in sync";
  if (live.length) parts.push(weak ? `${fine} (${weak} unproven)` : fine);
  if (live.length < targets.length) parts.push(`${targets.length - live.length} retired`);
  return `${live.length} ${live.length === 1 ? "target" : "targets"}: ${parts.join(", ") || "none is watched"}.`;
}

const JUST = 120_000;

/** Whether a rollout has just ended whose target nobody has looked at since: how it stands is about to change. */
export function unseen(
  rollouts: Pick<Rollout, "service" | "environment" | "ended_at">[],
  status: Pick<Status, "targets"> | undefined,
  now: number,
): boolean {
  return rollouts.some((one) => {
    if (!one.ended_at || now - Date.parse(one.ended_at) > JUST) return false;
    const target = status?.targets.find((each) => nameOf(each) === nameOf(one));
    if (status && !target) return false; // it is not among what is shown
    return !target?.checked_at || target.checked_at <= one.ended_at;
  });
}
