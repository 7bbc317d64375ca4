/** Server-sent events over `fetch`, so that a token can be sent with them, which `EventSource` cannot. */

import { patience } from "./patience";

const FIRST_WAIT = 2_000;
const LONGEST_WAIT = 60_000;
/** The server says every 15 s that it is there: a line that is silent for so long is cut, and nobody was told. */
const SILENCE = 45_000;

/** Listens until it is told to stop; begins again where it was cut, later each time. A browser has six lines to a
 * server for all of its tabs: one that nobody looks at leaves it to the others, and is told later what it missed. */
export function listen(
  url: string,
  send: typeof fetch,
  headers: () => Record<string, string>,
  changed: (data: string) => void,
  alive: (listening: boolean) => void,
): () => void {
  let line = new AbortController();
  let timer: ReturnType<typeof setTimeout> | undefined;
  let wait = FIRST_WAIT;
  let last = "";

  async function once(): Promise<void> {
    const { signal } = line;
    const waiting = patience(SILENCE, signal);
    // What stands in between may open a line and hold back all that comes over it: it listens once it heard something.
    const heard = () => {
      waiting.heard();
      alive(true);
      wait = FIRST_WAIT;
    };
    try {
      const answer = await send(url, {
        headers: { ...headers(), Accept: "text/event-stream", ...(last && { "Last-Event-ID": last }) },
        signal: waiting.signal,
        cache: "no-store",
      });
      if (!answer.ok || !answer.body) throw new Error(`${answer.status}`);
      for await (const event of events(answer.body, heard)) {
        last = event.id || last;
        if (event.data) changed(event.data);
      }
    } catch {
      // Told by `alive`: until it listens again, the page asks by the clock.
    }
    waiting.done();
    if (signal.aborted) return;
    alive(false);
    timer = setTimeout(once, wait * (0.5 + Math.random()));
    wait = Math.min(LONGEST_WAIT, wait * 2);
  }

  const end = () => {
    clearTimeout(timer);
    line.abort();
  };
  const turn = () => {
    end();
    if (document.hidden) return alive(false);
    line = new AbortController();
    wait = FIRST_WAIT;
    void once();
  };
  document.addEventListener("visibilitychange", turn);
  if (!document.hidden) void once();
  return () => {
    document.removeEventListener("visibilitychange", turn);
    end();
  };
}

export interface Event {
  id: string;
  data: string;
}

/** Each event; comments, which keep the line open, are none, and are heard. */
export async function* events(body: ReadableStream<Uint8Array>, heard?: () => void): AsyncGenerator<Event> {
  const reader = body.pipeThrough(new TextDecoderStream() as ReadableWritablePair<string, Uint8Array>).getReader();
  let rest = "";
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    heard?.();
    const blocks = (rest + value).replaceAll("\r\n", "\n").split("\n\n");
    rest = blocks.pop() ?? "";
    for (const block of blocks) {
      const event = { id: field(block, "id"), data: field(block, "data") };
      if (event.id || event.data) yield event;
    }
  }
}

function field(block: string, name: string): string {
  const lines = block.split("\n").filter((line) => line.startsWith(`${name}:`));
  return lines.map((line) => line.slice(name.length + 1).replace(/^ /, "")).join("\n");
}
