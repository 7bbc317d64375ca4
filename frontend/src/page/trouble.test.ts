import { expect, test } from "vitest";
import type { Status, Target } from "../data/shapes";
import { titleOf } from "./trouble";

function status(...targets: Partial<Target>[]): Status {
  const calm = { state: "in_sync", severity: "none", flags: [], quiet: true, hold: null };
  return { targets: targets.map((one) => ({ ...calm, ...one })) } as unknown as Status;
}

test("a tab says that all is live where that is known of each, and nowhere else", () => {
  expect(titleOf(status({}, {}), false)).toBe("all live · unshipped");
  expect(titleOf(status({}, { state: "behind", severity: "info" }), false)).toBe("nothing to do · unshipped");
  expect(titleOf(status({}, { flags: ["held"], state: "behind" }), false)).toBe("nothing to do · unshipped");
  expect(titleOf(status({}, { state: "unknown", severity: "warning", quiet: false }), false)).toBe(
    "(1) unknown · unshipped",
  );
  expect(titleOf(status(), false)).toBe("? nothing looked at · unshipped");
  expect(titleOf(undefined, false)).toBe("unshipped");
  expect(titleOf(status({}), true)).toBe("? no answer · unshipped");
  expect(titleOf(status({}), true, true)).toBe("? who are you · unshipped");
});
