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

export function patience(silence: number, stop?: AbortSignal): Patience {
  const both = new AbortController();
  const end = () => both.abort();
  let late = false;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const heard = () => {
    clearTimeout(timer);
    timer = setTimeout(() => ((late = true), end()), silence);
  };
  if (stop?.aborted) end();
  stop?.addEventListener("abort", end);
  heard();
  const done = () => {
    clearTimeout(timer);
    stop?.removeEventListener("abort", end);
  };
  return { signal: both.signal, heard, late: () => late, done };
}
