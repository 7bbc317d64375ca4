/** Many pieces of news are one question. */

/** Nobody waits longer for an answer. */
const LONGEST = 20_000;

export interface Burst {
  /** There is news: it is asked soon, and once more where that is so while it is asked. */
  heard: () => void;
  stop: () => void;
}

/** Asks, and waits for the answer: news that come faster than answers would begin a question anew for ever. */
export function burst(ask: () => Promise<unknown>, wait: () => number): Burst {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let more = false;
  let over = false;
  const heard = () => {
    more = true;
    if (!over) timer ??= setTimeout(asked, wait());
  };
  const asked = async () => {
    more = false;
    await Promise.race([ask(), new Promise((end) => setTimeout(end, LONGEST))]);
    timer = undefined;
    if (more) heard();
  };
  const stop = () => {
    over = true;
    clearTimeout(timer);
  };
  return { heard, stop };
}
