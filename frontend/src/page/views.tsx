/** The views beside the status: each asks its own question and shows the answer. */

import { useEffect, useState } from "react";
import { useClient, useQuestion } from "../data/queries";
import type { Incident } from "../data/shapes";
import { Deployments } from "../parts/DeployHistory";
import { Timelines } from "../parts/DriftTimeline";
import { Locks } from "../parts/Locks";
import { IncidentList } from "../parts/IncidentList";
import { Answer } from "../parts/Answer";
import { Blank } from "../parts/small";
import { AcknowledgeDialog } from "../parts/Actions";
import { worstFirst } from "../lib/view";
import { to, type View, WINDOWS } from "./route";

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
        {(timeline) => (
          <Timelines timeline={timeline} shown={timeline.targets.length} linkTo={(one) => to.target(one)} />
        )}
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
      <Locks />
      <Answer asked={asked}>
        {(deployments) => (
          <Deployments deployments={deployments} found={deployments.length} linkTo={(one) => to.target(one)} />
        )}
      </Answer>
    </>
  );
}

/** Where one answer has fewer, none was left out. What is open never is. */
const MOST_INCIDENTS = 1_000;

export function IncidentsView({ days }: { days: number }) {
  const client = useClient();
  const asked = useQuestion("incidents", client.incidents, days);
  const [known, setKnown] = useState<Incident | null>(null);
  return (
    <>
      <Head title="Incidents" view="incidents" days={days} />
      <Answer asked={asked}>
        {(incidents) => {
          const open = worstFirst(incidents.filter((one) => one.open));
          const over = incidents.filter((one) => !one.open);
          if (!incidents.length) return <Blank title="There was no incident in that time." />;
          return (
            <>
              <h2>Open ({open.length})</h2>
              {open.length ? (
                <IncidentList
                  incidents={open}
                  linkTo={(one) => to.target(one)}
                  {...(client.acknowledge ? { onAcknowledge: setKnown } : {})}
                />
              ) : (
                <p className="us-muted">None is open.</p>
              )}
              {over.length > 0 && (
                <>
                  <h2>Resolved ({over.length})</h2>
                  <IncidentList incidents={over} linkTo={(one) => to.target(one)} />
                  {incidents.length >= MOST_INCIDENTS && (
                    <p className="us-muted">The newest ones: there may be more in that time.</p>
                  )}
                </>
              )}
            </>
          );
        }}
      </Answer>
      {known && <AcknowledgeDialog incident={known} onClose={() => setKnown(null)} />}
    </>
  );
}

/** Where a message leads that names an incident: to its target, with what somebody came to do. */
export function IncidentPlace({ incident, act }: { incident: string; act: string }) {
  const client = useClient();
  const asked = useQuestion("incidents", client.incidents, 366);
  const found = asked.data?.find((one) => one.id === incident) ?? asked.data?.find((one) => one.group === incident);
  useEffect(() => {
    if (found) window.location.replace(to.target(found, act));
  }, [found, act]);
  return (
    <Answer asked={asked}>
      {(incidents) =>
        found ? null : incidents.length >= MOST_INCIDENTS ? (
          <Blank title="It is not among the newest incidents: it may be over for long." />
        ) : (
          <Blank title="There is no such incident, or it was longer ago than a year." />
        )
      }
    </Answer>
  );
}
