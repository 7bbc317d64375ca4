/** For how long an answer is waited for. */

export interface Patience {
  /** Ends where somebody stops it, or once nothing was heard for too long. */
  signal: AbortSignal;
  /** Something was heard: the time begins anew. */
  heard: () => void;
  /** Whether it was over for silence. */
  late: () => boolean;
  /** Nobody waits any more. */
  done: () => void;
}

/** How often it is looked whether it is over. */
const STEP = 5_000;

/** By the clock: a timer of a machine that slept goes on where it was, and hears nothing for all of its time again. */
export function patience(silence: number, stop?: AbortSignal): Patience {
  const both = new AbortController();
  const end = () => both.abort();
  let late = false;
  let last = Date.now();
  const heard = () => void (last = Date.now());
  const timer = setInterval(() => {
    if (Math.abs(Date.now() - last) < silence) return;
    late = true;
    end();
  }, STEP);
  if (stop?.aborted) end();
  stop?.addEventListener("abort", end);
  const done = () => {
    clearInterval(timer);
    stop?.removeEventListener("abort", end);
  };
  return { signal: both.signal, heard, late: () => late, done };
}
