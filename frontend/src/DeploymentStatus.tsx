/** What is merged and not live: the whole of it, for the product's own page and for anybody else's. */

import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { type ReactNode, useDeferredValue, useMemo, useRef, useState } from "react";
import type { Client } from "./data/client";
import { ClientContext, useEvents, useStatus } from "./data/queries";
import type { Status, Target } from "./data/shapes";
import { itemsOf, type Tone } from "./lib/view";
import { Freshness } from "./parts/Freshness";
import { ServiceGrid } from "./parts/ServiceGrid";
import { Blank, Trouble, Waiting } from "./parts/small";
import { StatusTable } from "./parts/StatusTable";
import { SummaryBar } from "./parts/SummaryBar";

export type Section = "summary" | "table";

export interface DeploymentStatusProps {
  client: Client;
  scope?: { services?: string[]; environments?: string[] };
  sections?: Section[];
  theme?: "auto" | "light" | "dark";
  /** The host's own page of a target; without it a row opens in its place. */
  linkTo?: (target: Target) => string;
  className?: string;
}

export function DeploymentStatus({ client, theme = "auto", className = "", ...more }: DeploymentStatusProps) {
  const [queries] = useState(() => new QueryClient());
  return (
    <QueryClientProvider client={queries}>
      <ClientContext.Provider value={client}>
        <div className={`unshipped ${className}`.trim()} data-theme={theme}>
          <StatusView {...more} />
        </div>
      </ClientContext.Provider>
    </QueryClientProvider>
  );
}

interface ViewProps extends Omit<DeploymentStatusProps, "client" | "theme" | "className"> {
  open?: string | null;
  onOpen?: (name: string | null) => void;
  head?: ReactNode;
}

/** The same without its own surroundings: whoever shows it has said which client is asked. */
export function StatusView({ scope, sections = ["summary", "table"], linkTo, open, onOpen }: ViewProps) {
  const asked = useStatus();
  const listening = useEvents();
  const status = useMemo(() => asked.data && scoped(asked.data, scope), [asked.data, scope]);
  const [opened, setOpened] = useState<string | null>(null);

  if (!status) {
    if (asked.error) return <Trouble error={asked.error} again={() => void asked.refetch()} />;
    return <Waiting rows={8} />;
  }
  return (
    <>
      <div className="us-headline">
        <p className="us-sentence">{status.summary.sentence}</p>
        <Freshness asked={asked} targets={status.targets} listening={listening} />
      </div>
      {status.targets.length === 0 ? (
        <Blank title="Nothing has been looked at yet.">
          <p className="us-muted">
            The first round of the watch fills this page. To look now: <code>unshipped watch --once</code>
          </p>
        </Blank>
      ) : (
        <Board
          status={status}
          sections={sections}
          linkTo={linkTo}
          intercept={onOpen !== undefined}
          open={onOpen ? (open ?? null) : opened}
          onOpen={onOpen ?? setOpened}
        />
      )}
    </>
  );
}

interface BoardProps {
  status: Status;
  sections: Section[];
  linkTo?: ((target: Target) => string) | undefined;
  intercept: boolean;
  open: string | null;
  onOpen: (name: string | null) => void;
}

function Board({ status, sections, linkTo, intercept, open, onOpen }: BoardProps) {
  const [text, setText] = useState("");
  const [tone, setTone] = useState<Tone | null>(null);
  const [unfolded, setUnfolded] = useState(false);
  const [grid, setGrid] = useState(false);
  const filter = useRef<HTMLInputElement>(null);
  const wanted = useDeferredValue(text);
  const openFolded = open !== null && status.targets.some((one) => nameIs(one, open) && one.state === "in_sync");
  const items = useMemo(
    () => itemsOf(status.targets, { text: wanted, tone, unfolded: unfolded || openFolded }),
    [status.targets, wanted, tone, unfolded, openFolded],
  );
  const several = new Set(status.targets.map((one) => one.environment)).size > 1;
  const shown = items.flatMap((one) => (one.kind === "target" ? [one.target] : []));
  return (
    <>
      {sections.includes("summary") && <SummaryBar status={status} chosen={tone} onChoose={setTone} />}
      {sections.includes("table") && (
        <>
          <div className="us-tools">
            <input
              ref={filter}
              type="search"
              className="us-input"
              data-us-filter
              placeholder="Filter: service, environment, owner, commit"
              aria-label="Filter"
              value={text}
              onChange={(event) => setText(event.target.value)}
            />
            <span className="us-muted us-count" role="status">
              {wanted || tone ? `${shown.length} of ${status.targets.length}` : ""}
            </span>
            {several && (
              <button type="button" className="us-button us-small" aria-pressed={grid} onClick={() => setGrid(!grid)}>
                By environment
              </button>
            )}
          </div>
          {items.length === 0 ? (
            <Blank title="Nothing fits this filter.">
              <button
                type="button"
                className="us-button us-small"
                onClick={() => {
                  setText("");
                  setTone(null);
                }}
              >
                Show everything
              </button>
            </Blank>
          ) : grid ? (
            <ServiceGrid targets={wanted || tone ? shown : status.targets} linkTo={linkTo} />
          ) : (
            <StatusTable
              items={items}
              open={open}
              unfolded={unfolded || openFolded}
              onOpen={onOpen}
              onUnfold={() => setUnfolded(!unfolded)}
              linkTo={linkTo}
              intercept={intercept}
            />
          )}
        </>
      )}
    </>
  );
}

const nameIs = (one: Target, name: string) => `${one.service}/${one.environment}` === name;

function scoped(status: Status, scope: DeploymentStatusProps["scope"]): Status {
  if (!scope) return status;
  const targets = status.targets.filter(
    (one) =>
      (!scope.services || scope.services.includes(one.service)) &&
      (!scope.environments || scope.environments.includes(one.environment)),
  );
  return { ...status, targets };
}
