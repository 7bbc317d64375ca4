/** What each source says now. It is asked when somebody wants to see it: that takes the sources' own time. */

import { useState } from "react";
import type { Target } from "../data/shapes";
import { useClient, useQuestion } from "../data/queries";
import { Age, Copy, Trouble, Waiting } from "./small";

export function Signals({ target }: { target: Target }) {
  const client = useClient();
  const [wanted, setWanted] = useState(false);
  const asked = useQuestion("explain", wanted ? client.explain : undefined, target.service, target.environment);
  if (!client.explain) return null;
  return (
    <>
      <h2 className="us-label">Signals</h2>
      {!wanted && (
        <button type="button" className="us-button us-small" onClick={() => setWanted(true)}>
          Look now
        </button>
      )}
      {asked.error && <Trouble error={asked.error} again={() => void asked.refetch()} />}
      {wanted && asked.isPending && <Waiting rows={2} />}
      {asked.data && (
        <>
          <p className="us-muted">
            Looked at <Age at={asked.data.looked_at} suffix=" ago" />
          </p>
          <ul className="us-reasons">
            {asked.data.signals.map((one, at) => (
              <li key={at}>
                {one.source}{" "}
                {one.error ? (
                  <span className="us-word-unknown">did not answer: {one.error}</span>
                ) : (
                  one.words.map((word, number) => (
                    <span key={number}>
                      says <code>{word.revision.slice(0, 40)}</code>
                      {word.share < 1 && ` for ${Math.round(word.share * 100)} %`}
                      {word.said_by && <span className="us-muted"> ({word.said_by})</span>}
                      {word.weak && <span className="us-muted"> weak</span>}{" "}
                    </span>
                  ))
                )}
              </li>
            ))}
            {asked.data.remarks.map((one) => (
              <li key={`${one.code} ${one.message}`}>{one.message}</li>
            ))}
          </ul>
          {asked.data.reproduce.map((command) => (
            <div key={command} className="us-command">
              <code>{command}</code>
              <Copy text={command} what="the git command" />
            </div>
          ))}
        </>
      )}
    </>
  );
}
