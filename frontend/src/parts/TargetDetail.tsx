/** What there is to know of one target: what is missing and why it counts, how it is known, what to do. */

import { useState } from "react";
import type { Detail, Target } from "../data/shapes";
import { useClient, useQuestion } from "../data/queries";
import { moment } from "../lib/time";
import { Actions } from "./Actions";
import { ChangeList } from "./ChangeList";
import { DeployHistory } from "./DeployHistory";
import { IncidentList } from "./IncidentList";
import { Signals } from "./Signals";
import { TargetTimeline } from "./TargetTimeline";
import { WhatIfPart } from "./WhatIfPart";
import { TargetRollouts } from "./TargetRollouts";
import { Age, Copy, Sha, Trouble, Waiting } from "./small";

export function TargetDetail({ target: listed }: { target: Target }) {
  const client = useClient();
  const asked = useQuestion("target", client.target, listed.service, listed.environment);
  const target = asked.data?.target ?? listed;
  const [order, setOrder] = useState("");
  return (
    <div className="us-detail">
      {asked.error && <Trouble error={asked.error} again={() => void asked.refetch()} />}
      {asked.data && <Actions detail={asked.data} onOrder={setOrder} />}
      <section className="us-detail-main">
        <TargetRollouts target={target} order={order} />
        {client.target && <h2 className="us-label">Missing changes</h2>}
        {asked.data ? <ChangeList changes={asked.data.changes} target={target} /> : asked.isLoading && <Waiting />}
        {asked.data && asked.data.deployments.length > 0 && (
          <>
            <h2 className="us-label">Last deployments</h2>
            <DeployHistory deployments={asked.data.deployments.slice(0, 3)} brief />
          </>
        )}
        <TargetTimeline target={target} />
      </section>
      <section className="us-detail-side">
        <h2 className="us-label">How it stands</h2>
        <Facts target={target} detail={asked.data} />
        {asked.data && <Decided detail={asked.data} />}
        {asked.data?.next && (
          <>
            <h2 className="us-label">Next</h2>
            <p>{asked.data.next.why}</p>
            <div className="us-command">
              <code>{asked.data.next.command}</code>
              <Copy text={asked.data.next.command} what="the command" />
            </div>
          </>
        )}
        <Signals target={target} />
        <WhatIfPart target={target} />
        {asked.data && asked.data.incidents.length > 0 && (
          <>
            <h2 className="us-label">Incidents</h2>
            <IncidentList incidents={asked.data.incidents.slice(0, 5)} brief />
          </>
        )}
      </section>
    </div>
  );
}

function Facts({ target, detail }: { target: Target; detail: Detail | undefined }) {
  return (
    <>
      <ul className="us-reasons">
        {target.reasons.map((reason) => (
          <li key={reason}>{reason}</li>
        ))}
      </ul>
      <dl className="us-facts">
        <dt>runs</dt>
        <dd>
          <Sha of={target.deployed} />
          {target.deployed_at && (
            <>
              , since <Age at={target.deployed_at} suffix=" ago" />
            </>
          )}
          {target.deployed_by && ` by ${target.deployed_by}`}
        </dd>
        <dt>should run</dt>
        <dd>
          <Sha of={target.expected} />
          {target.compare && (
            <>
              {" "}
              <a className="us-link" href={target.compare} rel="noreferrer noopener" target="_blank">
                compare
              </a>
            </>
          )}
        </dd>
        {target.behind_since && (
          <>
            <dt>behind since</dt>
            <dd>
              {moment(target.behind_since)} (<Age at={target.behind_since} suffix=" ago" />)
            </dd>
          </>
        )}
        {detail?.cause && <CauseRow cause={detail.cause} changes={detail.changes} />}
        <dt>read from</dt>
        <dd>
          {target.source ?? "nothing"}, <Age at={target.checked_at} suffix=" ago" />
        </dd>
        {target.state === "unknown" && (
          <>
            <dt>last determined</dt>
            <dd>{target.conclusive_at ? <Age at={target.conclusive_at} suffix=" ago" /> : "never"}</dd>
          </>
        )}
        {target.owner && (
          <>
            <dt>owner</dt>
            <dd>{target.owner}</dd>
          </>
        )}
      </dl>
    </>
  );
}

/** What it began with, and who else is behind by the same. */
function CauseRow({ cause, changes }: { cause: NonNullable<Detail["cause"]>; changes: Detail["changes"] }) {
  const landing = changes.find((one) => one.commit === cause.landing?.commit);
  return (
    <>
      <dt>cause</dt>
      <dd>
        {cause.landing && <Sha of={cause.landing} />} <bdi>{landing?.subject}</bdi>
        {cause.source && `${cause.source} does not tell`}
        {cause.shared_with.length > 0 && (
          <span className="us-muted"> also {cause.shared_with.map((one) => one.replace("/", " ")).join(", ")}</span>
        )}
      </dd>
    </>
  );
}

/** What people decided about it: holds, locks, silences, bypasses. */
function Decided({ detail }: { detail: Detail }) {
  if (![detail.holds, detail.locks, detail.silences, detail.bypasses].some((one) => one.length)) return null;
  return (
    <ul className="us-reasons us-decided">
      {detail.holds.map((one) => (
        <li key={one.id ?? "declared"}>{one.sentence}</li>
      ))}
      {detail.locks.map((one) => (
        <li key={one.id}>{one.sentence}</li>
      ))}
      {detail.silences.map((one) => (
        <li key={one.id}>silenced: {one.sentence}</li>
      ))}
      {detail.bypasses.map((one) => (
        <li key={one.id}>{one.sentence}</li>
      ))}
    </ul>
  );
}
