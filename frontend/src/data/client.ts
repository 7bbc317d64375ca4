/** What the page and the component ask of a server. A host may answer it in its own way. */

import type {
  Deploy,
  Detail,
  Explanation,
  Happening,
  Incident,
  Me,
  Report,
  Status,
  Timeline,
  Where,
} from "./shapes";

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

/** Only `status` is needed: what a client does not have, the page does not show. */
export interface Client {
  /** How every target stands, the worst first. */
  status(signal?: AbortSignal): Promise<Status>;
  target?(service: string, environment: string, signal?: AbortSignal): Promise<Detail>;
  /** Looks now, at one target: its sources are asked for this answer. */
  explain?(service: string, environment: string, signal?: AbortSignal): Promise<Explanation>;
  history?(service: string, environment: string, days: number, signal?: AbortSignal): Promise<Happening[]>;
  timeline?(days: number, signal?: AbortSignal): Promise<Timeline>;
  incidents?(days: number, signal?: AbortSignal): Promise<Incident[]>;
  deployments?(days: number, signal?: AbortSignal): Promise<Deploy[]>;
  report?(signal?: AbortSignal): Promise<Report>;
  where?(change: string, signal?: AbortSignal): Promise<Where>;
  me?(signal?: AbortSignal): Promise<Me>;
  acknowledge?(incident: string, reason: string): Promise<unknown>;
  hold?(service: string, environment: string, reason: string, hours: number | null): Promise<unknown>;
  unhold?(service: string, environment: string): Promise<unknown>;
  silence?(service: string, environment: string, reason: string, hours: number): Promise<unknown>;
  unsilence?(id: string): Promise<unknown>;
  /** Call back when something changed; answers how to stop. `alive` is told whether it listens. */
  events?(changed: () => void, alive: (listening: boolean) => void): () => void;
}
