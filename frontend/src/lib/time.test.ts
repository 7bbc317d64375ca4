import { expect, test } from "vitest";
import { count, moment, shortAge, weekOf } from "./time";

test.each([
  [0, "0 s"],
  [59.9, "59 s"],
  [60, "1 min"],
  [3599, "59 min"],
  [7199, "1 h"],
  [86400 * 3 + 5, "3 d"],
  [-5, "0 s"],
])("%s seconds are %s", (seconds, said) => expect(shortAge(seconds)).toBe(said));

test.each([
  [0, "0 changes"],
  [1, "1 change"],
  [1204, "1,204 changes"],
])("%s are %s", (many, said) => expect(count(many, "change")).toBe(said));

test("a moment is told in UTC", () => {
  expect(moment("2026-02-05T16:37:00Z")).toBe("2026-02-05 16:37 UTC");
});

test.each([
  ["2026-02-05", "2026-W06"],
  ["2026-01-01", "2026-W01"],
  ["2024-12-30", "2025-W01"],
  ["2021-01-03", "2020-W53"],
  ["2026-12-31", "2026-W53"],
])("%s lies in %s", (day, week) => expect(weekOf(Date.parse(`${day}T12:00:00Z`))).toBe(week));
