import { expect, test } from "vitest";
import { type Client, type Order, telling } from "./client";

test("a host is told of a rollback as of one", async () => {
  const heard: string[] = [];
  const client = { status: async () => ({}), deploy: async () => ({}) } as unknown as Client;
  const told = telling(client, ({ action, service }) => heard.push(`${action}: ${service}`));
  for (const rollback of [false, true]) await told.deploy!("api", "production", { rollback } as Order);
  expect(heard).toEqual(["deploy: api", "rollback: api"]);
});
