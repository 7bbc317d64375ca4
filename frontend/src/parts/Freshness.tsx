/** How old what is shown is, and whether anybody would tell of a change. */

import type { UseQueryResult } from "@tanstack/react-query";
import { useContext } from "react";
import type { Status, Target } from "../data/shapes";
import { ListeningContext, useNow } from "../data/queries";
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
  const looked = targets.map((one) => one.checked_at).filter((one) => one !== null);
  const newest = looked.reduce((one, other) => (one > other ? one : other), "");
  const heard = shortAge((Date.now() - asked.dataUpdatedAt) / 1000);
  const wrong = (Date.now() - now) / 1000;
  return (
    <p className="us-fresh us-muted">
      {newest && <span>Looked at {shortAge(secondsBetween(newest, now))} ago.</span>}{" "}
      {Math.abs(wrong) > WRONG && (
        <span className="us-word-warning">
          The clock of this machine is {shortAge(Math.abs(wrong))} {wrong > 0 ? "ahead" : "behind"}: times are by that of
          the server.
        </span>
      )}{" "}
      {asked.error ? (
        <strong className="us-word-warning">
          <span role="alert">{asked.error.message.replace(/[^.]$/, "$&.")}</span> This is what it said {heard} ago.
        </strong>
      ) : (
        <span className={listening ? "us-live" : "us-polled"}>
          {listening ? "Live" : `Asked ${heard} ago`}
        </span>
      )}
    </p>
  );
}
