/** What the page and the component ask of a server. A host may answer it in its own way. */

import type {
  Deploy,
  Detail,
  Explanation,
  Happening,
  Incident,
  Me,
  OneRollout,
  Output,
  Preview,
  Report,
  Rollouts,
  Status,
  Timeline,
  WhatIf,
  Where,
} from "./shapes.js";

/** What went wrong, as the server says it: every error of the interface has this shape. */
export class ProblemError extends Error {
  constructor(
    readonly status: number,
    readonly detail: string,
    readonly hint = "",
  ) {
    super(detail);
    this.name = "ProblemError";
  }
}

/** What moved on, by topic: `targets`, `deployments`, `people`, `rollouts`, `output`. */
export interface News {
  topics?: string[];
}

/** Only these services, only these environments. */
export interface Scope {
  services?: readonly string[] | undefined;
  environments?: readonly string[] | undefined;
}

/** In which way it is deployed. */
export interface How {
  rollback: boolean;
  /** The traffic is given share by share, also where that is not the usual way. */
  canary: boolean;
}

export interface Order extends How {
  id: string;
  /** The commit of the plan that was looked at. */
  to: string;
  reason: string;
  /** It waits until somebody approves it. */
  approval: boolean;
}

/** What is not said stays as it is. */
export interface Thresholds {
  warning_changes?: number;
  warning_hours?: number;
  critical_changes?: number;
  critical_hours?: number;
  grace_minutes?: number;
}

/** Only `status` is needed: what a client does not have, the page does not show. */
export interface Client {
  /** How every target stands, the worst first; of a part of the fleet where it is asked for one. Who answers with
   * all of it has it narrowed here. */
  status(signal?: AbortSignal, scope?: Scope): Promise<Status>;
  target?(service: string, environment: string, signal?: AbortSignal): Promise<Detail>;
  /** Looks now, at one target: its sources are asked for this answer. */
  explain?(service: string, environment: string, signal?: AbortSignal): Promise<Explanation>;
  history?(service: string, environment: string, days: number, signal?: AbortSignal): Promise<Happening[]>;
  /** One answer has not room for everything: with a scope for what is in it, at least. */
  timeline?(days: number, signal?: AbortSignal, scope?: Scope): Promise<Timeline>;
  /** One target through the time. */
  course?(service: string, environment: string, days: number, signal?: AbortSignal): Promise<Timeline>;
  /** Looks now: when the drift that is there became how bad, by these thresholds. */
  whatIf?(service: string, environment: string, wanted: Thresholds, signal?: AbortSignal): Promise<WhatIf>;
  incidents?(days: number, signal?: AbortSignal): Promise<Incident[]>;
  deployments?(days: number, signal?: AbortSignal, scope?: Scope): Promise<Deploy[]>;
  /** `2026-W06`; empty for the last whole week. */
  report?(week: string, signal?: AbortSignal): Promise<Report>;
  where?(change: string, signal?: AbortSignal): Promise<Where>;
  me?(signal?: AbortSignal): Promise<Me>;
  /** What would happen: nothing is touched. */
  plan?(service: string, environment: string, how: How, signal?: AbortSignal): Promise<Preview>;
  /** The same `id` is carried out once, however often it is sent. */
  deploy?(service: string, environment: string, order: Order): Promise<unknown>;
  rollouts?(days: number, signal?: AbortSignal): Promise<Rollouts>;
  rollout?(id: string, signal?: AbortSignal): Promise<OneRollout>;
  output?(id: string, after: number, signal?: AbortSignal): Promise<Output>;
  cancel?(id: string, reason: string): Promise<unknown>;
  approve?(id: string): Promise<unknown>;
  /** Lets nothing be deployed to these; an empty list is all of them. Without `seconds` until somebody ends it. The
   * same `id` is placed once, however often it is sent: here, and wherever there is one below. */
  lock?(
    services: string[],
    environments: string[],
    reason: string,
    seconds: number | null,
    id?: string,
  ): Promise<unknown>;
  unlock?(id: string): Promise<unknown>;
  acknowledge?(incident: string, reason: string): Promise<unknown>;
  /** Without `seconds` until somebody ends it. */
  hold?(service: string, environment: string, reason: string, seconds: number | null, id?: string): Promise<unknown>;
  /** Only where nothing else holds it than these: that is what was read. */
  unhold?(service: string, environment: string, holds: string[]): Promise<unknown>;
  silence?(service: string, environment: string, reason: string, seconds: number, id?: string): Promise<unknown>;
  unsilence?(id: string): Promise<unknown>;
  /** Lets work through the gates that ask for this service, for a time. */
  bypass?(
    service: string,
    environment: string,
    reason: string,
    seconds: number,
    by: string,
    id?: string,
  ): Promise<unknown>;
  /** Ends one of those. */
  revoke?(id: string): Promise<unknown>;
  /** The server's clock, where it is known: that of whoever looks may be wrong. */
  now?(): number;
  /** Call back when something changed; answers how to stop. `alive` is told whether it listens. */
  events?(changed: (news: News) => void, alive: (listening: boolean) => void): () => void;
}

const READS = [
  "status",
  "target",
  "explain",
  "history",
  "timeline",
  "course",
  "whatIf",
  "incidents",
  "deployments",
  "report",
  "where",
  "me",
  "rollouts",
  "rollout",
  "output",
  "now",
  "events",
] as const satisfies (keyof Client)[];
const ACTS = [
  "plan",
  "deploy",
  "cancel",
  "approve",
  "lock",
  "unlock",
  "acknowledge",
  "hold",
  "unhold",
  "silence",
  "unsilence",
  "bypass",
  "revoke",
] as const satisfies (keyof Client)[];

/** The same client for whoever only reads: no call that changes anything is left. */
export function reading(client: Client): Client {
  return picked(client, READS);
}

const TOLD: ReadonlySet<string> = new Set(["deploy", "hold", "unhold", "silence", "bypass"]);

export type Told = (what: { service: string; environment: string; action: string }) => void;

/** The same client, which tells what was done where a service and an environment say to what. */
export function telling(client: Client, told: Told): Client {
  const found = picked(client, [...READS, ...ACTS]) as unknown as Record<string, Call>;
  for (const action of ACTS) {
    const call = found[action];
    if (!call || !TOLD.has(action)) continue;
    found[action] = async (...words) => {
      const answer = await call(...words);
      const back = action === "deploy" && (words[2] as Order | undefined)?.rollback;
      told({ service: String(words[0]), environment: String(words[1]), action: back ? "rollback" : action });
      return answer;
    };
  }
  return found as unknown as Client;
}

type Call = (...words: unknown[]) => unknown;

/** Calls that know whom they belong to, whether that is a plain object or one of a class. */
function picked(client: Client, names: readonly (keyof Client)[]): Client {
  const found: Record<string, unknown> = {};
  for (const name of names) {
    const call = client[name] as Call | undefined;
    if (call) found[name] = call.bind(client);
  }
  return found as unknown as Client;
}
