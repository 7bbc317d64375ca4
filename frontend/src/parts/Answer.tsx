/** An answer to a question, in every state that it can be in. */

import type { UseQueryResult } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { useHeard } from "../data/queries";
import { shortAge } from "../lib/time";
import { Trouble, Waiting } from "./small";

/** What was answered; while it is asked for the first time, that it is; and what went wrong, above what is old. What a
 * client has no call for is not asked. */
export function Answer<T>({ asked, children }: { asked: UseQueryResult<T>; children: (data: T) => ReactNode }) {
  const { heard } = useHeard(asked);
  return (
    <>
      {asked.error && <Trouble error={asked.error} again={() => void asked.refetch()} />}
      {asked.error && asked.data !== undefined && (
        <p className="us-muted">This is what it said {shortAge(heard)} ago.</p>
      )}
      {asked.data !== undefined ? children(asked.data) : asked.isLoading && <Waiting rows={8} />}
    </>
  );
}
