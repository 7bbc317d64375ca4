/** What was deployed, newest first: what, when, by whom, and how that is known. */

import type { Deploy } from "../data/shapes";
import { nameOf } from "../lib/view";
import { Age, Blank, Sha } from "./small";

/** The most that one answer of the server has. */
const MOST = 1_000;

interface Props {
  deployments: Deploy[];
  brief?: boolean;
  linkTo?: (one: Deploy) => string;
}

/** Those of a time: also that there was none, and that one answer had not room for all that were `found`. */
export function Deployments({ found, ...shown }: { found: number } & Props) {
  return (
    <>
      {shown.deployments.length ? <DeployHistory {...shown} /> : <Blank title="Nothing was deployed in that time." />}
      {found >= MOST && (
        <p className="us-muted">The newest {found.toLocaleString("en")}: there may be more in that time.</p>
      )}
    </>
  );
}

export function DeployHistory({ deployments, brief = false, linkTo }: Props) {
  return (
    <div className="us-scroll" tabIndex={0} role="group" aria-label="deployments">
    <table className="us-table us-plain us-deploys">
      <thead>
        <tr>
          {!brief && <th scope="col">Service</th>}
          <th scope="col">Commit</th>
          <th scope="col">When</th>
          <th scope="col">By</th>
          <th scope="col" className="us-wide-only">
            Known by
          </th>
        </tr>
      </thead>
      <tbody>
        {deployments.map((one) => (
          <tr key={`${nameOf(one)} ${one.id}`}>
            {!brief && (
              <th scope="row">
                <a className="us-link us-strong" href={linkTo?.(one)}>
                  {one.service}
                </a>{" "}
                <span className="us-muted">{one.environment}</span>
              </th>
            )}
            <td>
              {one.rollback && <span className="us-tag us-tag-warning">rollback</span>} <Sha of={one} />
              {one.before && <span className="us-muted us-wide-only"> from {one.before.slice(0, 7)}</span>}
            </td>
            <td className="us-nowrap">
              <Age at={one.at} suffix=" ago" />
            </td>
            <td>{one.by ?? <span className="us-muted">nobody said</span>}</td>
            <td className="us-muted us-wide-only">{known(one)}</td>
          </tr>
        ))}
      </tbody>
    </table>
    </div>
  );
}

function known(one: Deploy): string {
  if (one.seen && one.recorded) return "seen and recorded";
  return one.seen ? "seen to serve" : "recorded, not seen yet";
}
