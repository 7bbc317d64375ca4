/** The views beside the status: each asks its own question and shows the answer. */

import type { UseQueryResult } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { useClient, useQuestion } from "../data/queries";
import { DeployHistory } from "../parts/DeployHistory";
import { DriftTimeline } from "../parts/DriftTimeline";
import { IncidentList } from "../parts/IncidentList";
import { Blank, Trouble, Waiting } from "../parts/small";
import { to, type View, WINDOWS } from "./route";

/** What was answered; while there is nothing yet, that it is asked; and what went wrong, above what is old. */
export function Answer<T>({ asked, children }: { asked: UseQueryResult<T>; children: (data: T) => ReactNode }) {
  return (
    <>
      {asked.error && <Trouble error={asked.error} again={() => void asked.refetch()} />}
      {asked.data !== undefined ? children(asked.data) : asked.isPending && !asked.error && <Waiting rows={8} />}
    </>
  );
}

const SPANS: Record<number, string> = { 1: "24 h", 7: "7 d", 30: "30 d" };

function Head({ title, view, days }: { title: string; view: View; days: number }) {
  return (
    <div className="us-headline">
      <h1>{title}</h1>
      <div className="us-windows" role="group" aria-label="how far back">
        {WINDOWS.map((one) => (
          <a
            key={one}
            className="us-button us-small"
            href={to.view(view, one)}
            aria-current={days === one ? "true" : undefined}
          >
            {SPANS[one]}
          </a>
        ))}
      </div>
    </div>
  );
}

export function TimelineView({ days }: { days: number }) {
  const client = useClient();
  const asked = useQuestion("timeline", client.timeline, days);
  return (
    <>
      <Head title="How long each service was stale" view="timeline" days={days} />
      <Answer asked={asked}>
        {(timeline) =>
          timeline.targets.length ? (
            <DriftTimeline timeline={timeline} linkTo={to.target} />
          ) : (
            <Blank title="Nothing was looked at in that time." />
          )
        }
      </Answer>
    </>
  );
}

export function DeploymentsView({ days }: { days: number }) {
  const client = useClient();
  const asked = useQuestion("deployments", client.deployments, days);
  return (
    <>
      <Head title="Deployments" view="deployments" days={days} />
      <Answer asked={asked}>
        {(deployments) =>
          deployments.length ? (
            <DeployHistory deployments={deployments} linkTo={to.target} />
          ) : (
            <Blank title="Nothing was deployed in that time." />
          )
        }
      </Answer>
    </>
  );
}

export function IncidentsView({ days }: { days: number }) {
  const client = useClient();
  const asked = useQuestion("incidents", client.incidents, days);
  return (
    <>
      <Head title="Incidents" view="incidents" days={days} />
      <Answer asked={asked}>
        {(incidents) => {
          const open = incidents.filter((one) => one.open);
          const over = incidents.filter((one) => !one.open);
          if (!incidents.length) return <Blank title="There was no incident in that time." />;
          return (
            <>
              <h2>Open ({open.length})</h2>
              {open.length ? (
                <IncidentList incidents={open} linkTo={to.target} />
              ) : (
                <p className="us-muted">None is open.</p>
              )}
              {over.length > 0 && (
                <>
                  <h2>Resolved ({over.length})</h2>
                  <IncidentList incidents={over} linkTo={to.target} />
                </>
              )}
            </>
          );
        }}
      </Answer>
    </>
  );
}
