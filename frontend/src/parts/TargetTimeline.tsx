/** How long one target was stale over the last days, with the lines that it crossed. */

import { useClient, useQuestion } from "../data/queries";
import type { Target } from "../data/shapes";
import { DriftTimeline } from "./DriftTimeline";

const DAYS = 7;

export function TargetTimeline({ target }: { target: Target }) {
  const client = useClient();
  const asked = useQuestion("course", client.course, target.service, target.environment, DAYS);
  if (!asked.data?.targets.length) return null;
  return (
    <>
      <h2 className="us-label">Hours stale, the last {DAYS} days</h2>
      <DriftTimeline timeline={asked.data} tall />
    </>
  );
}
