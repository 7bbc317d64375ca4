import { expect, test } from "vitest";
import type { News } from "./client";
import { shared } from "./shared";

test("parts of one page have one line, which is open for as long as one of them listens", () => {
  const told: string[] = [];
  let open = 0;
  let tell = (_: News) => {};
  let alive = (_: boolean) => {};
  const events = shared((changed, listens) => {
    open++;
    [tell, alive] = [changed, listens];
    return () => void open--;
  });
  const first = events(() => told.push("first"), (now) => told.push(`first ${now}`));
  alive(true);
  const second = events(() => told.push("second"), (now) => told.push(`second ${now}`));
  expect(open).toBe(1);
  tell({});
  first();
  first();
  expect(open).toBe(1);
  alive(false);
  second();
  expect(open).toBe(0);
  expect(told).toEqual(["first true", "second true", "first", "second", "second false"]);
  events(() => {}, (now) => told.push(`third ${now}`))();
  expect([open, told.length]).toEqual([0, 5]);
});
