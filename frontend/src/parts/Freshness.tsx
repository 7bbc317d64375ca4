/** How old what is shown is, and whether anybody would tell of a change. */

import type { UseQueryResult } from "@tanstack/react-query";
import { useContext } from "react";
import type { Status, Target } from "../data/shapes";
import { ListeningContext, useNow } from "../data/queries";
import { secondsBetween, shortAge } from "../lib/time";

interface Props {
  asked: UseQueryResult<Status>;
  targets: Target[];
}

export function Freshness({ asked, targets }: Props) {
  const listening = useContext(ListeningContext);
  const now = useNow();
  const looked = targets.map((one) => one.checked_at).filter((one) => one !== null);
  const newest = looked.reduce((one, other) => (one > other ? one : other), "");
  const heard = shortAge((now - asked.dataUpdatedAt) / 1000);
  return (
    <p className="us-fresh us-muted">
      {newest && <span>Looked at {shortAge(secondsBetween(newest, now))} ago.</span>}{" "}
      {asked.error ? (
        <strong className="us-word-warning" role="alert">
          {asked.error.message} This is what it said {heard} ago.
        </strong>
      ) : (
        <span className={listening ? "us-live" : "us-polled"}>
          {listening ? "Live" : `Asked ${heard} ago`}
        </span>
      )}
    </p>
  );
}
