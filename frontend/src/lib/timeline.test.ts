import { expect, test } from "vitest";
import type { Lane, Stretch } from "../data/shapes";
import { bandsOf, longest, roomFor, sentence, unknownHours, unseenHours } from "./timeline";

const HOUR = 3600_000;
const at = (hours: number) => new Date(hours * HOUR).toISOString();

function stretch(from: number, until: number, more: Partial<Stretch> = {}): Stretch {
  const calm = { state: "in_sync", severity: "none", flags: [], quiet: true, changes_behind: 0, behind_since: null, deployed: null, reason: "" } as const;
  return { since: at(from), until: at(until), ...calm, ...more } as Stretch;
}

const lane = (...stretches: Stretch[]): Lane => ({ service: "worker", environment: "production", limits: [], stretches, deployments: [] });

test("staleness grows from the landing, not from when it was seen", () => {
  const [band] = bandsOf(lane(stretch(2, 6, { state: "behind", severity: "info", behind_since: at(1) })), 2 * HOUR, 6 * HOUR);
  expect([band?.before, band?.after]).toEqual([1, 5]);
  expect(longest(band ? [band] : [])).toBe(5);
});

test("a time in which nobody looked is unknown, and not what it was before", () => {
  const bands = bandsOf(lane(stretch(0, 2), stretch(10, 12)), 0, 12 * HOUR);
  expect(bands.map((one) => [one.tone, one.from / HOUR, one.until / HOUR])).toEqual([
    ["sync", 0, 2],
    ["unknown", 2, 10],
    ["sync", 10, 12],
  ]);
  expect([unseenHours(bands), unknownHours(bands)]).toEqual([8, 0]);
});

test("where the server vouches for nothing nobody looked, however short that is", () => {
  const bands = bandsOf(lane(stretch(0, 2), stretch(3, 5)), 0, 6 * HOUR);
  expect(bands.map((one) => [one.tone, one.until / HOUR])).toEqual([
    ["sync", 2],
    ["unknown", 3],
    ["sync", 5],
    ["unknown", 6],
  ]);
});

test("what nobody knew for a time is not called never stale", () => {
  const told = (...stretches: Stretch[]) => sentence(lane(...stretches), bandsOf(lane(...stretches), 0, 12 * HOUR)).split("; ")[1];
  expect(told(stretch(0, 12))).toBe("never stale");
  expect(told(stretch(0, 12, { state: "unknown", severity: "warning" }))).toBe("not seen to be stale");
  expect(told(stretch(0, 2))).toBe("not seen to be stale");
  expect(told(stretch(0, 12, { state: "behind", behind_since: at(2) }))).toBe("stale for 10 h at the longest");
});

test("one of them is one", () => {
  const deploy = { rollback: true } as Lane["deployments"][number];
  const one = { ...lane(stretch(0, 12)), deployments: [deploy] };
  expect(sentence(one, bandsOf(one, 0, 12 * HOUR))).toContain("1 deployment, 1 rollback among them");
});

test("a word at a line hides nothing of the lane where there is room beside it", () => {
  const band = (from: number, until: number, after: number) =>
    ({ from, until, after, before: 0, tone: "info", stretch: null }) as const;
  const lane = [band(0, 30, 7), band(30, 60, 0), band(60, 100, 20)];
  expect(roomFor(20, 6, lane, [])).toBe(30);
  expect(roomFor(20, 12, lane, [])).toBe(0);
  expect(roomFor(20, 12, lane, [10])).toBe(12);
  expect(roomFor(20, 6, lane, [31])).toBe(33);
  expect(roomFor(50, 6, lane, [])).toBe(0);
});
