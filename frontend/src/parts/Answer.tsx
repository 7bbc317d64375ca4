/** An answer to a question, in every state that it can be in. */

import type { UseQueryResult } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { Trouble, Waiting } from "./small";

/** What was answered; while there is nothing yet, that it is asked; and what went wrong, above what is old. */
export function Answer<T>({ asked, children }: { asked: UseQueryResult<T>; children: (data: T) => ReactNode }) {
  return (
    <>
      {asked.error && <Trouble error={asked.error} again={() => void asked.refetch()} />}
      {asked.data !== undefined ? children(asked.data) : asked.isPending && !asked.error && <Waiting rows={8} />}
    </>
  );
}
