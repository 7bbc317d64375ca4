/** What is merged and not live, for anybody's page: everything that it needs comes from outside. */

import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { type ReactNode, useEffect, useMemo, useRef, useState } from "react";
import { type Client, reading, type Scope, telling } from "./data/client.js";
import { ClientContext, Listening, RefreshContext, ScopeContext, useClient, useQuestion } from "./data/queries";
import type { Status, Target } from "./data/shapes.js";
import { Deployments } from "./parts/DeployHistory";
import { Timelines } from "./parts/DriftTimeline";
import { Guard } from "./parts/Guard";
import { StatusView } from "./parts/StatusView";
import { Answer } from "./parts/Answer";
import { tally } from "./lib/view";

export type Section = "summary" | "table" | "timeline" | "history";

/** What is undefined is as if it was left out, also where a host's compiler tells these apart. */
export interface DeploymentStatusProps {
  /** Who is asked: `createHttpClient("/drift/api/v1")`, or an object of one's own with the same calls. */
  client: Client;
  /** Only these services, only these environments. */
  scope?: Scope | undefined;
  /** What is shown, in this order; summary and table are one. */
  sections?: readonly Section[] | undefined;
  /** How far back timeline and history go, in days. */
  days?: number | undefined;
  /** Ask every so many seconds where nobody tells of changes. Pauses while the page is hidden. */
  refreshEvery?: number | undefined;
  /** The host's own page of a target; without it a row opens in its place. */
  linkTo?: ((target: Target) => string) | undefined;
  theme?: "auto" | "light" | "dark" | undefined;
  /** Told after somebody here deployed, rolled back, held, ended a hold, silenced or bypassed a gate: `action` is
   * `deploy`, `rollback`, `hold`, `unhold`, `silence` or `bypass`. Without it nothing can be done, only read. */
  onDeploy?: ((what: { service: string; environment: string; action: string }) => void) | undefined;
  className?: string | undefined;
}

export function DeploymentStatus(props: DeploymentStatusProps) {
  const { client, scope, sections = ["summary", "table"], days = 7, linkTo, onDeploy } = props;
  const board = sections.find((one) => one === "summary" || one === "table");
  // Hosts give another function with each of their renders: that is no reason to begin anew.
  const told = useRef(onDeploy);
  useEffect(() => void (told.current = onDeploy), [onDeploy]);
  const acts = onDeploy !== undefined;
  const asked = useMemo(
    () => (acts ? telling(client, (what) => told.current?.(what)) : reading(client)),
    [client, acts],
  );
  return (
    <Home server={client} client={asked} theme={props.theme} refreshEvery={props.refreshEvery} className={props.className}>
      {sections.map((one) =>
        one === "timeline" ? (
          <TimelineSection key={one} days={days} scope={scope} />
        ) : one === "history" ? (
          <HistorySection key={one} days={days} scope={scope} />
        ) : (
          one === board && (
            <ScopeContext.Provider key="board" value={scope}>
              <StatusView
                narrow={(status) => scoped(status, scope)}
                summary={sections.includes("summary")}
                table={sections.includes("table")}
                linkTo={linkTo}
              />
            </ScopeContext.Provider>
          )
        ),
      )}
    </Home>
  );
}

type Part = Omit<DeploymentStatusProps, "sections">;

DeploymentStatus.Table = (props: Part) => <DeploymentStatus {...props} sections={["table"]} />;
DeploymentStatus.Timeline = (props: Part) => <DeploymentStatus {...props} sections={["timeline"]} />;
DeploymentStatus.History = (props: Part) => <DeploymentStatus {...props} sections={["history"]} />;

interface HomeProps {
  /** The client as the host gave it: another one is another server. */
  server: Client;
  client: Client;
  theme: DeploymentStatusProps["theme"];
  refreshEvery: number | undefined;
  className: string | undefined;
  children: ReactNode;
}

function Home({ server, client, theme = "auto", refreshEvery = 300, className = "", children }: HomeProps) {
  const { queries, turn } = useQueries(server);
  return (
    <QueryClientProvider key={turn} client={queries}>
      <ClientContext.Provider value={client}>
        <RefreshContext.Provider value={refreshEvery}>
          {/* What it says is English, whatever a host speaks: read from right to left, "3 h" is "h 3". */}
          <div className={`unshipped ${className}`.trim()} data-theme={theme} lang="en" dir="ltr">
            <Listening>
              <Guard>{children}</Guard>
            </Listening>
          </div>
        </RefreshContext.Provider>
      </ClientContext.Provider>
    </QueryClientProvider>
  );
}

/** What one server answered is not shown for another one, and what was begun over there is not done here. */
function useQueries(server: Client): { server: Client; queries: QueryClient; turn: number } {
  const [kept, setKept] = useState(() => ({ server, queries: new QueryClient(), turn: 0 }));
  // What it heard goes with it, and not minutes later; in strict mode React leaves it and comes back at once.
  const { queries } = kept;
  useEffect(() => () => void setTimeout(() => queries.removeQueries({ type: "inactive" })), [queries]);
  if (kept.server === server) return kept;
  const next = { server, queries: new QueryClient(), turn: kept.turn + 1 };
  setKept(next);
  return next;
}

type Span = [days: number, scope: Scope | undefined, signal?: AbortSignal];

function TimelineSection({ days, scope }: { days: number; scope: Scope | undefined }) {
  const { timeline } = useClient();
  const ask = timeline && ((...[days, scope, signal]: Span) => timeline(days, signal, scope));
  const asked = useQuestion("timeline", ask, days, scope);
  return (
    <Answer asked={asked}>
      {(found) => (
        <Timelines timeline={{ ...found, targets: found.targets.filter(within(scope)) }} shown={found.targets.length} />
      )}
    </Answer>
  );
}

function HistorySection({ days, scope }: { days: number; scope: Scope | undefined }) {
  const { deployments } = useClient();
  const ask = deployments && ((...[days, scope, signal]: Span) => deployments(days, signal, scope));
  const asked = useQuestion("deployments", ask, days, scope);
  return (
    <Answer asked={asked}>
      {(found) => <Deployments deployments={found.filter(within(scope))} found={found.length} />}
    </Answer>
  );
}

function within(scope: Scope | undefined): (one: { service: string; environment: string }) => boolean {
  return (one) =>
    (!scope?.services || scope.services.includes(one.service)) &&
    (!scope?.environments || scope.environments.includes(one.environment));
}

/** The sentence of the server speaks of the whole: a part of it has its own. */
function scoped(status: Status, scope: Scope | undefined): Status {
  const targets = status.targets.filter(within(scope));
  if (targets.length === status.targets.length) return status;
  return { ...status, targets, summary: { ...status.summary, sentence: tally(targets) } };
}
