import { expect, test } from "vitest";
import { parse, to } from "./route";

test.each(["worker", "a/b", "a b?#%", "<img src=x>"])("the link to %s leads to it", (service) => {
  expect(parse(to.target({ service, environment: "production" })).target).toBe(`${service}/production`);
});

test("what no view is called by is the status", () => {
  expect(parse("#/nothing").view).toBe("status");
  expect(parse("#/%E0%A4%A").view).toBe("status");
  expect(parse("#/timeline?days=30")).toMatchObject({ view: "timeline", days: 30 });
  expect(parse("#/timeline?days=5").days).toBe(7);
  expect(parse(to.report("2026-W06"))).toMatchObject({ view: "report", week: "2026-W06" });
  expect(parse("#/report?week=2026-W6&x=<b>").week).toBe("");
});
