import { expect, test } from "vitest";
import { createHttpClient } from "./http";

test("what a host's own headers fail with is no silence of the server", async () => {
  const sent: string[] = [];
  const client = createHttpClient("/drift/api/v1", {
    headers: () => {
      throw new Error("your session has ended");
    },
    fetch: async (place) => (sent.push(String(place)), new Response("{}")),
  });
  await expect(client.status()).rejects.toThrow("your session has ended");
  await expect(client.hold!("api", "production", "prices", null)).rejects.toThrow("your session has ended");
  expect(sent).toEqual([]);
});

test("what somebody else answers in the server's place is no answer", async () => {
  for (const said of ['{"error": "login required"}', "[]", "null", "3"]) {
    const client = createHttpClient("/drift/api/v1", { fetch: async () => new Response(said) });
    await expect(client.status()).rejects.toThrow("The server's answer is not understood.");
    await expect(client.history!("api", "production", 7)).rejects.toThrow("is not understood");
  }
});
