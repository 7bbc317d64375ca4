import { expect, test } from "vitest";
import type { Target } from "../data/shapes";
import { type Choice, countTones, itemsOf, standingWord, tally, toneOf, trouble, unseen, worstFirst } from "./view";

const ALL: Choice = { text: "", tone: null, unfolded: false, open: null };

function target(service: string, more: Partial<Target> = {}): Target {
  const calm = { state: "in_sync", severity: "none", flags: [], quiet: true, hold: null, reasons: [], headline: "in sync" } as const;
  const commit = { commit: "a".repeat(40), page: null };
  return { service, environment: "production", owner: null, deployed: commit, expected: commit, ...calm, ...more } as unknown as Target;
}

const late = target("worker", { state: "behind", severity: "critical", quiet: false });
const held = target("billing", { state: "behind", severity: "critical", quiet: true, flags: ["held"] });
const blind = target("search", { state: "unknown", severity: "warning", quiet: false });
const fine = [target("api"), target("site")];
const fleet = [late, blind, held, ...fine];

test("what is in sync is folded into one row at the end", () => {
  expect(itemsOf(fleet, ALL).map((one) => (one.kind === "fold" ? one.count : one.target.service))).toEqual([
    "worker",
    "search",
    "billing",
    2,
  ]);
});

test("whoever looks for a name finds it, folded or not", () => {
  const found = itemsOf(fleet, { ...ALL, text: "SITE prod" });
  expect(found.map((one) => (one.kind === "target" ? one.target.service : "fold"))).toEqual(["site"]);
});

test("the row that somebody reads stays, whatever becomes of it", () => {
  const open = "api/production";
  expect(itemsOf(fleet, { ...ALL, tone: "critical", open, unfolded: true })).toEqual([
    { kind: "target", target: late },
    { kind: "fold", count: 1 },
    { kind: "target", target: fine[0] },
  ]);
  const found = itemsOf(fleet, { ...ALL, text: "search", open });
  expect(found).toEqual([blind, fine[0]].map((target) => ({ kind: "target", target })));
});

test("what is held or unknown is never shown as fine, and not as loud as what wants somebody", () => {
  expect([toneOf(held), toneOf(blind), toneOf(late), toneOf(target("api"))]).toEqual([
    "locked",
    "unknown",
    "critical",
    "sync",
  ]);
  expect(trouble(fleet)).toEqual({ tone: "critical", count: 2 });
  expect(trouble([held, ...fine])).toEqual({ tone: "sync", count: 0 });
});

test("what nothing proves is told apart from what is in sync, and wants nobody", () => {
  const weak = target("mail", { flags: ["unproven"] });
  expect([toneOf(weak), standingWord(weak), standingWord(fine[0]!)]).toEqual(["info", "unproven", "in sync"]);
  expect(itemsOf([weak, ...fine], ALL)).toEqual([{ kind: "target", target: weak }, { kind: "fold", count: 2 }]);
  expect(trouble([weak, ...fine])).toEqual({ tone: "sync", count: 0 });
  expect(tally([weak, ...fine])).toBe("3 targets: all in sync (1 unproven).");
  expect(tally([...fleet, weak])).toBe("6 targets: 2 behind, 1 unknown, 3 in sync (1 unproven).");
});

test("a hold excuses neither that nobody knows nor what is set otherwise", () => {
  const unseen = target("worker", { state: "unknown", severity: "warning", quiet: false, flags: ["held"] });
  const odd = target("worker", { severity: "warning", quiet: false, flags: ["held"] });
  expect([toneOf(unseen), toneOf(odd)]).toEqual(["unknown", "warning"]);
  expect(trouble([unseen, ...fine])).toEqual({ tone: "unknown", count: 1 });
  const hold = { reason: "prices" } as unknown as Target["hold"];
  expect(toneOf(target("worker", { state: "behind", severity: "critical", quiet: false, hold }))).toBe("locked");
});

test("what is retired is neither in its grace nor unknown, and wants nobody", () => {
  const gone = [
    target("old", { flags: ["retired"], state: "behind", severity: "info" }),
    target("older", { flags: ["retired"], state: "unknown" }),
    target("oldest", { flags: ["retired"], severity: "info" }),
  ];
  expect(countTones([...gone, late])).toEqual([
    { tone: "critical", count: 1 },
    { tone: "retired", count: 3 },
  ]);
  expect(trouble(gone)).toEqual({ tone: "sync", count: 0 });
});

test("a part of the fleet is told in the words of the whole", () => {
  expect(tally(fleet)).toBe("5 targets: 2 behind, 1 unknown, 2 in sync.");
  expect(tally([fine[0]!])).toBe("1 target: all in sync.");
  expect(tally([target("old", { flags: ["retired"] })])).toBe("0 targets: 1 retired.");
  expect(tally([])).toBe("0 targets: none is watched.");
});

test("a rollout that has just ended is followed until its target was looked at again, and not for ever", () => {
  const ended = { service: "api", environment: "production", ended_at: "2026-02-05T16:37:00Z" };
  const seen = (at: string) => ({ targets: [target("api", { checked_at: at }), target("site", { checked_at: at })] });
  const soon = Date.parse("2026-02-05T16:37:30Z");
  expect(unseen([ended], seen("2026-02-05T16:30:00Z"), soon)).toBe(true);
  expect(unseen([ended], undefined, soon)).toBe(true);
  expect(unseen([{ ...ended, service: "quiet" }], seen("2026-02-05T16:30:00Z"), soon)).toBe(false);
  expect(unseen([ended], seen("2026-02-05T16:37:02Z"), soon)).toBe(false);
  expect(unseen([{ ...ended, ended_at: null }], seen("2026-02-05T16:30:00Z"), soon)).toBe(false);
  expect(unseen([ended], seen("2026-02-05T16:30:00Z"), Date.parse("2026-02-05T16:40:00Z"))).toBe(false);
});

test("of what is open the worst comes first, and the newest of those", () => {
  const said = (["info", "critical", "warning", "critical", "none"] as const).map((severity, id) => ({ id, severity }));
  expect(worstFirst(said).map((one) => one.id)).toEqual([1, 3, 2, 0, 4]);
});
