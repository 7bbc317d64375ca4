/** The client that speaks with `unshipped serve`. */

import { type Client, ProblemError } from "./client";
import { listen } from "./stream";

export interface Options {
  /** Sent with each request, such as a token. Asked anew each time. */
  headers?: () => Record<string, string>;
  fetch?: typeof fetch;
}

export function createHttpClient(base: string, options: Options = {}): Client {
  const root = base.replace(/\/+$/, "");
  const send = options.fetch ?? ((...words: Parameters<typeof fetch>) => fetch(...words));
  const headers = () => ({ Accept: "application/json", ...options.headers?.() });

  async function asked<T>(path: string, init: RequestInit = {}): Promise<T> {
    let answer: Response;
    try {
      answer = await send(root + path, { ...init, headers: { ...headers(), ...init.headers } });
    } catch (error) {
      if (error instanceof DOMException && error.name === "AbortError") throw error;
      throw new ProblemError(0, "The server does not answer.");
    }
    const document: unknown = await answer.json().catch(() => null);
    if (!answer.ok) throw problem(answer.status, document);
    if (document === null) throw new ProblemError(answer.status, "The server's answer is not understood.");
    return document as T;
  }

  const get = <T>(path: string, signal?: AbortSignal) => asked<T>(path, signal ? { signal } : {});
  const post = <T>(path: string, body: unknown) =>
    asked<T>(path, {
      method: "POST",
      body: JSON.stringify(body),
      headers: { "Content-Type": "application/json" },
    });
  const place = (service: string, environment: string) =>
    `/targets/${encodeURIComponent(service)}/${encodeURIComponent(environment)}`;

  return {
    status: (signal) => get("/targets?limit=10000", signal),
    target: (service, environment, signal) => get(place(service, environment), signal),
    explain: (service, environment, signal) => get(`${place(service, environment)}/explanation`, signal),
    history: (service, environment, days, signal) =>
      get<{ events: [] }>(`${place(service, environment)}/history?days=${days}`, signal).then((it) => it.events),
    timeline: (days, signal) => get(`/timeline?days=${days}&limit=1000`, signal),
    incidents: (days, signal) =>
      get<{ incidents: [] }>(`/incidents?days=${days}`, signal).then((it) => it.incidents),
    deployments: (days, signal) =>
      get<{ deployments: [] }>(`/deployments?days=${days}&limit=1000`, signal).then((it) => it.deployments),
    report: (signal) => get("/report", signal),
    where: (change, signal) => get(`/where?change=${encodeURIComponent(change)}`, signal),
    me: (signal) => get("/me", signal),
    acknowledge: (incident, reason) => post(`/incidents/${encodeURIComponent(incident)}/acknowledge`, { reason }),
    events: (changed, alive) => listen(`${root}/stream`, send, headers, changed, alive),
  };
}

function problem(status: number, document: unknown): ProblemError {
  const { detail, hint } = (document ?? {}) as { detail?: unknown; hint?: unknown };
  return new ProblemError(
    status,
    typeof detail === "string" ? detail : `The server answered with ${status}.`,
    typeof hint === "string" ? hint : "",
  );
}
