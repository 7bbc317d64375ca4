/** The client that speaks with `unshipped serve`. */

import { type Client, type News, ProblemError, type Scope } from "./client.js";
import { patience } from "./patience";
import { shared } from "./shared";
import { listen } from "./stream";

const MOST_SLACK = 5_000;
/** So long is waited for what the server knows, and for what it has to look at first. */
const PATIENCE = 20_000;
const LOOKS = 150_000;
const SILENT = "The server does not answer.";
const UNSURE = "It may have been done all the same: look before you press again.";

export interface Options {
  /** Sent with each request, such as a token. Asked anew each time. */
  headers?: (() => Record<string, string>) | undefined;
  fetch?: typeof fetch | undefined;
}

export function createHttpClient(base: string, options: Options = {}): Client {
  const root = base.replace(/\/+$/, "");
  const send = options.fetch ?? ((...words: Parameters<typeof fetch>) => fetch(...words));
  const headers = () => ({ Accept: "application/json", ...options.headers?.() });

  // By how much the server's clock is ahead of this one. A second of it is rounding, the rest of a little
  // difference is the way that an answer takes.
  let ahead = 0;
  const hear = (date: string | null) => {
    const found = date ? Date.parse(date) - Date.now() : Number.NaN;
    if (!Number.isNaN(found)) ahead = Math.abs(found) > MOST_SLACK ? found : 0;
  };

  async function asked<T>(path: string, init: RequestInit, has: string): Promise<T> {
    const said = { ...headers(), ...init.headers };
    let answer: Response;
    try {
      answer = await send(root + path, { ...init, headers: said });
    } catch (error) {
      if (error instanceof DOMException && error.name === "AbortError") throw error;
      throw new ProblemError(0, SILENT);
    }
    hear(answer.headers.get("date"));
    const document = understood(await answer.text().catch(() => ""));
    if (!answer.ok) throw problem(answer.status, document);
    // What stands in between answers in its own way, as where a session has ended: that is not what was asked for.
    if (!holds(document, has)) throw new ProblemError(answer.status, "The server's answer is not understood.");
    return document as T;
  }

  /** A line that leads nowhere any more, as after a sleep, says nothing for minutes. */
  async function waited<T>(
    path: string,
    most: number,
    init: RequestInit,
    has: string,
    signal?: AbortSignal,
  ): Promise<T> {
    const waiting = patience(most, signal);
    try {
      return await asked<T>(path, { ...init, signal: waiting.signal }, has);
    } catch (error) {
      throw waiting.late() ? new ProblemError(0, SILENT) : error;
    } finally {
      waiting.done();
    }
  }
  /** An answer without what it `has` is none. */
  const get = <T>(path: string, has: keyof NoInfer<T> & string, signal?: AbortSignal, most = PATIENCE) =>
    waited<T>(path, most, {}, has, signal);
  const sent = (body: unknown): RequestInit => ({
    method: "POST",
    body: JSON.stringify(body),
    headers: { "Content-Type": "application/json" },
  });
  /** Whether it was done nobody knows where no answer comes. */
  const act = (path: string, init: RequestInit) =>
    waited<unknown>(path, LOOKS, init, "").catch((error: unknown) => {
      const unsure = error instanceof ProblemError && error.status === 0;
      throw unsure ? new ProblemError(0, SILENT, UNSURE) : error;
    });
  const post = (path: string, body: unknown) => act(path, sent(body));
  const remove = (path: string) => act(path, { method: "DELETE" });
  const place = (service: string, environment: string) =>
    `/targets/${encodeURIComponent(service)}/${encodeURIComponent(environment)}`;

  return {
    now: () => Date.now() + ahead,
    status: (signal, scope) => get(`/targets?limit=10000${within(scope)}`, "targets", signal),
    target: (service, environment, signal) => get(place(service, environment), "target", signal),
    explain: (service, environment, signal) => get(`${place(service, environment)}/explanation`, "signals", signal, LOOKS),
    history: (service, environment, days, signal) =>
      get<{ events: [] }>(`${place(service, environment)}/history?days=${days}`, "events", signal).then(
        (it) => it.events,
      ),
    timeline: (days, signal, scope) => get(`/timeline?days=${days}&limit=1000${within(scope)}`, "targets", signal),
    incidents: (days, signal) =>
      get<{ incidents: [] }>(`/incidents?days=${days}`, "incidents", signal).then((it) => it.incidents),
    deployments: (days, signal, scope) =>
      get<{ deployments: [] }>(`/deployments?days=${days}&limit=1000${within(scope)}`, "deployments", signal).then(
        (it) => it.deployments,
      ),
    course: (service, environment, days, signal) => {
      const one = new URLSearchParams({ service, environment, days: String(days) });
      return get(`/timeline?${one}`, "targets", signal);
    },
    whatIf: (service, environment, wanted, signal) => {
      const said = Object.entries(wanted).map(([name, value]) => [name, String(value)]);
      return get(`${place(service, environment)}/what-if?${new URLSearchParams(said)}`, "own", signal, LOOKS);
    },
    report: (week, signal) => get(`/report${week && `?week=${encodeURIComponent(week)}`}`, "told", signal),
    where: (change, signal) => get(`/where?change=${encodeURIComponent(change)}`, "targets", signal, LOOKS),
    me: (signal) => get("/me", "scopes", signal),
    plan: (service, environment, how, signal) =>
      waited("/plans", LOOKS, sent({ service, environment, ...how }), "steps", signal),
    deploy: (service, environment, { approval, reason, ...order }) =>
      post("/rollouts", { service, environment, ...order, reason: reason || null, needs_approval: approval }),
    rollouts: (days, signal) => get(`/rollouts?days=${days}`, "rollouts", signal),
    rollout: (id, signal) => get(`/rollouts/${encodeURIComponent(id)}`, "steps", signal),
    output: (id, after, signal) => get(`/rollouts/${encodeURIComponent(id)}/output?after=${after}`, "lines", signal),
    cancel: (id, reason) => post(`/rollouts/${encodeURIComponent(id)}/cancel`, { reason }),
    approve: (id) => post(`/rollouts/${encodeURIComponent(id)}/approve`, {}),
    lock: (services, environments, reason, seconds, id) =>
      post("/locks", { services, environments, reason, seconds, id }),
    unlock: (id) => remove(`/locks/${encodeURIComponent(id)}`),
    acknowledge: (incident, reason) => post(`/incidents/${encodeURIComponent(incident)}/acknowledge`, { reason }),
    hold: (service, environment, reason, seconds, id) =>
      post("/holds", { service, environment, reason, seconds, id }),
    unhold: (service, environment, holds) => {
      const read = new URLSearchParams(holds.map((one) => ["id", one]));
      return remove(`/holds/${encodeURIComponent(service)}/${encodeURIComponent(environment)}?${read}`);
    },
    silence: (service, environment, reason, seconds, id) =>
      post("/silences", { services: [service], environments: [environment], reason, seconds, id }),
    unsilence: (id) => remove(`/silences/${encodeURIComponent(id)}`),
    bypass: (service, environment, reason, seconds, by, id) =>
      post(`/gate/${encodeURIComponent(service)}?environment=${encodeURIComponent(environment)}`, {
        bypass: { reason, seconds, by, id },
      }),
    revoke: (id) => remove(`/bypasses/${encodeURIComponent(id)}`),
    events: shared((changed, alive) =>
      listen(`${root}/stream`, send, headers, (data) => changed(JSON.parse(data) as News), alive),
    ),
  };
}

/** Not every proxy lets a longer address through: then it is asked for everything. */
const LONGEST = 4_000;

function within(scope: Scope = {}): string {
  const names = (name: string, all: readonly string[] = []) => all.map((one) => `&${name}=${encodeURIComponent(one)}`);
  const said = [...names("service", scope.services), ...names("environment", scope.environments)].join("");
  return said.length > LONGEST ? "" : said;
}

/** What turns the order of a text around, or cannot be seen. */
const REORDERS = /[\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff]/g;

/** The texts of others, as the command line shows them: nothing in them hides what they say. */
function understood(text: string): unknown {
  const visible = text.replace(REORDERS, (one) => `\\\\u${one.charCodeAt(0).toString(16).padStart(4, "0")}`);
  try {
    return JSON.parse(visible);
  } catch {
    return null;
  }
}

/** Whether it is an answer at all, with what was asked for in it. */
function holds(document: unknown, name: string): boolean {
  return typeof document === "object" && document !== null && (name === "" || name in document);
}

function problem(status: number, document: unknown): ProblemError {
  const { detail, hint } = (document ?? {}) as { detail?: unknown; hint?: unknown };
  return new ProblemError(
    status,
    typeof detail === "string" ? detail : `The server answered with ${status}.`,
    typeof hint === "string" ? hint : "",
  );
}
