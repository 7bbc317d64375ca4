import { expect, test, vi } from "vitest";
import { burst } from "./burst";

test("news that come faster than answers let each question have its answer", async () => {
  vi.useFakeTimers();
  let begun = 0;
  let answered = 0;
  const ask = () => (begun++, new Promise((end) => setTimeout(() => end(answered++), 3_000)));
  const news = burst(ask, () => 500);
  for (let at = 0; at < 10; at++) {
    news.heard();
    await vi.advanceTimersByTimeAsync(1_000);
  }
  expect([begun, answered]).toEqual([3, 2]);
  await vi.advanceTimersByTimeAsync(10_000);
  expect([begun, answered]).toEqual([4, 4]);
  news.heard();
  news.stop();
  news.heard();
  await vi.advanceTimersByTimeAsync(10_000);
  expect(begun).toBe(4);
  vi.useRealTimers();
});

test("a question that is never answered does not keep the next one", async () => {
  vi.useFakeTimers();
  let begun = 0;
  const news = burst(() => (begun++, new Promise(() => {})), () => 500);
  news.heard();
  await vi.advanceTimersByTimeAsync(1_000);
  news.heard();
  await vi.advanceTimersByTimeAsync(25_000);
  expect(begun).toBe(2);
  news.stop();
  vi.useRealTimers();
});
