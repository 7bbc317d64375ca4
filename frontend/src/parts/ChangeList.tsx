/** The changes that are merged and not live, newest first, with the paths for which each one counts. */

import { useState } from "react";
import type { Change, Target, Why } from "../data/shapes";
import { count } from "../lib/time";
import { Age, Sha } from "./small";

const MOST_PATHS = 4;

interface Props {
  changes: Change[];
  target: Target;
}

export function ChangeList({ changes, target }: Props) {
  if (!changes.length) {
    const nothing = target.state === "in_sync" ? "Nothing is missing." : "No missing change is known.";
    return <p className="us-muted">{nothing}</p>;
  }
  const further = (target.changes_behind ?? 0) - changes.length;
  return (
    <>
      <ol className="us-changes">
        {changes.map((one) => (
          <ChangeItem key={one.commit} change={one} />
        ))}
      </ol>
      {further > 0 && <p className="us-muted">and {further.toLocaleString("en")} more</p>}
    </>
  );
}

function ChangeItem({ change }: { change: Change }) {
  const [all, setAll] = useState(false);
  const counting = change.paths.filter((one) => one.counts_by !== null);
  const paths = all ? counting : counting.slice(0, MOST_PATHS);
  const folded = counting.length - paths.length;
  return (
    <li>
      <Sha of={change} />
      <div className="us-change">
        <bdi className="us-subject">{change.subject}</bdi>
        <span className="us-muted us-change-by">
          <bdi>{change.author}</bdi>, <Age at={change.landed_at} suffix=" ago" />
        </span>
        <ul className="us-paths">
          {paths.map((one) => (
            <li key={one.path}>
              <code>{one.path}</code> <span className="us-muted">{why(one)}</span>
            </li>
          ))}
          {(folded > 0 || change.more_paths > 0) && (
            <li>
              {folded > 0 && (
                <button type="button" className="us-button us-quiet us-small" onClick={() => setAll(true)}>
                  show {folded.toLocaleString("en")} more
                </button>
              )}
              {change.more_paths > 0 && (
                <span className="us-muted"> {count(change.more_paths, "further path")} not listed</span>
              )}
            </li>
          )}
        </ul>
      </div>
    </li>
  );
}

function why(one: Why): string {
  return one.link ? `counts by ${one.counts_by}, through the link ${one.link}` : `counts by ${one.counts_by}`;
}
