/** Is my change live? For each target that it concerns. */

import { Answer } from "../parts/Answer";
import { useClient, useQuestion } from "../data/queries";
import type { Where } from "../data/shapes";
import type { Tone } from "../lib/view";
import { count } from "../lib/time";
import { Age, Sha } from "../parts/small";
import { StatusMark } from "../parts/StatusMark";
import { to } from "./route";

const TONES: Record<Where["targets"][number]["place"], Tone> = {
  live: "sync",
  waiting: "warning",
  cancelled: "pending",
  unmerged: "pending",
  not_applicable: "pending",
  unknown: "unknown",
};

export function WhereView({ change }: { change: string }) {
  const client = useClient();
  const asked = useQuestion("where", client.where, change);
  return (
    <>
      <h1>Is {change} live?</h1>
      <Answer asked={asked}>
        {(found) => (
          <>
            <p className="us-sentence">
              <Sha of={found} /> <bdi>{found.title}</bdi>
            </p>
            <ul className="us-incidents">
              {found.targets.map((one) => (
                <li key={`${one.service}/${one.environment}`}>
                  <StatusMark tone={TONES[one.place]} />
                  <div className="us-incident">
                    <span>
                      <a className="us-link us-strong" href={to.target(one)}>
                        {one.service} <span className="us-muted">{one.environment}</span>
                      </a>{" "}
                      {one.reason}
                    </span>
                    {one.waiting_since && (
                      <span className="us-muted">
                        waiting for <Age at={one.waiting_since} />
                      </span>
                    )}
                  </div>
                </li>
              ))}
            </ul>
            {found.not_concerned > 0 && (
              <p className="us-muted">
                {found.targets.length
                  ? `Nothing of it is in ${count(found.not_concerned, "other target")}.`
                  : "No target holds anything of it: there is nothing to deploy."}
              </p>
            )}
          </>
        )}
      </Answer>
    </>
  );
}
