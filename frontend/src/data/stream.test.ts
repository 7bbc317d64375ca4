import { expect, test, vi } from "vitest";
import { events, listen } from "./stream";

async function heard(...chunks: string[]): Promise<string[]> {
  const encoder = new TextEncoder();
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      for (const chunk of chunks) controller.enqueue(encoder.encode(chunk));
      controller.close();
    },
  });
  const found = [];
  for await (const event of events(body)) found.push(event.id ? `${event.id} ${event.data}` : event.data);
  return found;
}

test("an event that comes in pieces is one event, and a comment is none", async () => {
  expect(await heard(": hello\n\nevent: x\nda", "ta: 1\n", "\ndata: a\ndata: b\r\n\r\n: alive\n\n")).toEqual(["1", "a\nb"]);
});

test("an event has the id by which one asks what was missed", async () => {
  expect(await heard("retry: 2000\nid: 7.1\n\n", "id: 7.2\ndata: {}\n\n")).toEqual(["7.1 ", "7.2 {}"]);
});

test("what was cut off before its end is no event", async () => {
  expect(await heard("data: 1\n\ndata: 2\n")).toEqual(["1"]);
});

test("a line over which nothing has come yet is not one that is listened to", async () => {
  vi.stubGlobal("document", { hidden: false, addEventListener() {}, removeEventListener() {} });
  const said: boolean[] = [];
  let tell = (_: string) => {};
  const body = new ReadableStream<Uint8Array>({
    start: (controller) => void (tell = (text) => controller.enqueue(new TextEncoder().encode(text))),
  });
  const stop = listen("/stream", async () => new Response(body), () => ({}), () => {}, (now) => said.push(now));
  await new Promise((end) => setTimeout(end, 20));
  expect(said).toEqual([]);
  tell("retry: 2000\nid: 7.1\n\n");
  await vi.waitFor(() => expect(said).toEqual([true]));
  stop();
  vi.unstubAllGlobals();
});
