/** How old what is shown is, and whether anybody would tell of a change. */

import type { UseQueryResult } from "@tanstack/react-query";
import { useContext } from "react";
import type { Status, Target } from "../data/shapes";
import { ListeningContext, useHeard, useNow } from "../data/queries";
import { secondsBetween, shortAge } from "../lib/time";

/** A clock that differs by more seconds than these is worth a word. */
const WRONG = 60;

interface Props {
  asked: UseQueryResult<Status>;
  targets: Target[];
}

export function Freshness({ asked, targets }: Props) {
  const listening = useContext(ListeningContext);
  const now = useNow();
  const { heard } = useHeard(asked);
  const wrong = (Date.now() - now) / 1000;
  return (
    <div className={asked.error ? "us-fresh us-trouble" : "us-fresh us-muted"}>
      <p>
        <Looked targets={targets} now={now} />{" "}
        {Math.abs(wrong) > WRONG && (
          <span className="us-word-warning">
            The clock of this machine is {shortAge(Math.abs(wrong))} {wrong > 0 ? "ahead" : "behind"}: times are by that
            of the server.
          </span>
        )}{" "}
        {asked.error ? (
          <strong>
            <span role="alert">{asked.error.message.replace(/[^.]$/, "$&.")}</span> This is what it said{" "}
            {shortAge(heard)} ago.
          </strong>
        ) : (
          <span className={listening ? "us-live" : "us-polled"}>
            {listening ? "Live updates" : `Asked ${shortAge(heard)} ago`}
          </span>
        )}
      </p>
      {asked.error && (
        <button type="button" className="us-button us-small" onClick={() => void asked.refetch()}>
          Try again
        </button>
      )}
    </div>
  );
}

/** Where the last look proves nothing any more of any of them, it is the watch that somebody has to look after. */
function Looked({ targets, now }: { targets: Target[]; now: number }) {
  const looked = targets.map((one) => one.checked_at).filter((one) => one !== null);
  const newest = looked.reduce((one, other) => (one > other ? one : other), "");
  const ago = newest && shortAge(secondsBetween(newest, now));
  if (targets.length > 0 && targets.every((one) => one.reason_code === "stale-observation"))
    return (
      <strong className="us-word-warning">
        {newest ? `Nobody has looked for ${ago}` : "Nobody has ever looked"}: does the watch run?
      </strong>
    );
  return newest ? <span>Looked at {ago} ago.</span> : null;
}
