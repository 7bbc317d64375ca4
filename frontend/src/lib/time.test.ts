import { expect, test } from "vitest";
import { moment, shortAge } from "./time";

test.each([
  [0, "0 s"],
  [59.9, "59 s"],
  [60, "1 min"],
  [3599, "59 min"],
  [7199, "1 h"],
  [86400 * 3 + 5, "3 d"],
  [-5, "0 s"],
])("%s seconds are %s", (seconds, said) => expect(shortAge(seconds)).toBe(said));

test("a moment is told in UTC", () => {
  expect(moment("2026-02-05T16:37:00Z")).toBe("2026-02-05 16:37 UTC");
});
