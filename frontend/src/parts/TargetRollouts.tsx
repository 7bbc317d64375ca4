/** What is being deployed to one target: why it waits, which step it is at, what it prints, how it ended. */

import { useContext, useLayoutEffect, useRef, useState } from "react";
import { useClient, useOutput, useRollout, useRollouts } from "../data/queries";
import type { Rollout, Target, Wish } from "../data/shapes";
import { stepWord } from "./DeployDialog";
import { SignInContext } from "./asked";
import { Dialog, Reason } from "./Dialog";
import { Age } from "./small";

interface Props {
  target: Target;
  /** What whoever looks has just asked for; empty where that is nothing. */
  order: string;
}

export function TargetRollouts({ target, order }: Props) {
  const client = useClient();
  const asked = useRollouts();
  const [cancels, setCancels] = useState("");
  const [approves, setApproves] = useState<Wish | null>(null);
  const signIn = useContext(SignInContext);
  const mine = (one: { service: string; environment: string }) =>
    one.service === target.service && one.environment === target.environment;
  const waiting = asked.data?.waiting.filter(mine) ?? [];
  const rollouts = asked.data?.rollouts.filter(mine).slice(0, 3) ?? [];
  const settled = useRollout(order).data?.settled;
  if (!waiting.length && !rollouts.length && !settled) return null;
  return (
    <>
      <h2 className="us-label">Rollouts</h2>
      <ul className="us-rollouts">
        {settled && (
          <li role="status">
            <strong>not begun</strong> what you asked for: {settled}
          </li>
        )}
        {waiting.map((one) => (
          <li key={one.id}>
            <strong>waits</strong> {one.commit.slice(0, 7)}, asked for by {one.by}
            {one.approved_by && `, approved by ${one.approved_by}`}
            {one.reason && `: ${one.reason}`} <span className="us-muted">{one.waits ?? "for the worker"}</span>{" "}
            {one.needs_approval && client.approve && (
              <button
                type="button"
                className="us-button us-small"
                aria-disabled={Boolean(one.may_not_approve)}
                title={one.may_not_approve ?? ""}
                onClick={() => one.may_not_approve || setApproves(one)}
              >
                Approve
              </button>
            )}{" "}
            {client.cancel && <Cancel onClick={() => setCancels(one.id)} />}
          </li>
        ))}
        {rollouts.map((one) => (
          <li key={one.id}>
            <Ended of={one} /> {!one.ended_at && client.cancel && <Cancel onClick={() => setCancels(one.id)} />}
            <Followed id={one.id} open={!one.ended_at} />
          </li>
        ))}
      </ul>
      {approves && (
        <Dialog
          title={`Approve: ${approves.service} in ${approves.environment}`}
          verb="Approve"
          act={() => client.approve!(approves.id)}
          onClose={() => setApproves(null)}
          signIn={signIn}
        >
          <p>
            {approves.by} asked for <code>{approves.commit.slice(0, 7)}</code>
            {approves.reason && `: ${approves.reason}`}. It begins as soon as nothing else speaks against it.
          </p>
        </Dialog>
      )}
      {cancels && <CancelDialog id={cancels} onClose={() => setCancels("")} />}
    </>
  );
}

function Ended({ of }: { of: Rollout }) {
  return (
    <>
      <strong className={of.end === "proven" ? "us-word-sync" : of.end ? "us-word-warning" : "us-word-info"}>
        {of.end ?? "under way"}
      </strong>{" "}
      {of.rollback ? "rollback to " : ""}
      {of.commit.slice(0, 7)} by <bdi>{of.by}</bdi>, <Age at={of.ended_at ?? of.begun_at} suffix=" ago" />
      {of.why && <span className="us-muted"> {of.why}</span>}
    </>
  );
}

/** Its steps and what it prints; of one that is over, when somebody wants to see it. */
function Followed({ id, open }: { id: string; open: boolean }) {
  const [wanted, setWanted] = useState(open);
  const one = useRollout(wanted ? id : "");
  const output = useOutput(wanted ? id : "", open);
  const text = plain(output.data?.map((line) => line.text).join("") ?? "");
  if (!wanted)
    return (
      <button type="button" className="us-button us-quiet us-small" onClick={() => setWanted(true)}>
        steps and output
      </button>
    );
  return (
    <>
      <ol className="us-steps">
        {one.data?.steps.map((step) => (
          <li key={step.number}>
            {step.back && "back: "}
            {stepWord(step)} <strong>{step.went ?? "…"}</strong>{" "}
            <span className="us-muted">{step.detail}</span>
          </li>
        ))}
      </ol>
      {text && <Printed text={text} />}
    </>
  );
}

/** Stays at its end while somebody looks at that. */
function Printed({ text }: { text: string }) {
  const box = useRef<HTMLPreElement>(null);
  const atEnd = useRef(true);
  useLayoutEffect(() => {
    if (box.current && atEnd.current) box.current.scrollTop = box.current.scrollHeight;
  }, [text]);
  const scrolled = () => {
    const it = box.current;
    if (it) atEnd.current = it.scrollHeight - it.scrollTop - it.clientHeight < 24;
  };
  return (
    <pre ref={box} className="us-output" tabIndex={0} role="log" aria-label="what it printed" onScroll={scrolled}>
      {text}
    </pre>
  );
}

const Cancel = ({ onClick }: { onClick: () => void }) => (
  <button type="button" className="us-button us-small" onClick={onClick}>
    Cancel it
  </button>
);

function CancelDialog({ id, onClose }: { id: string; onClose: () => void }) {
  const client = useClient();
  const [reason, setReason] = useState("");
  const signIn = useContext(SignInContext);
  return (
    <Dialog
      title="Cancel the rollout"
      verb="Cancel it"
      act={() => client.cancel!(id, reason)}
      onClose={onClose}
      signIn={signIn}
    >
      <p>What waits is taken out of the queue; what is under way goes back to what served before.</p>
      <Reason label="Why (may be empty)" value={reason} onChange={setReason} required={false} />
    </Dialog>
  );
}

/** Without what moves a terminal's cursor or colours it. */
function plain(text: string): string {
  return text.replace(/\u001b\[[0-9;?]*[A-Za-z]|\u001b\][^\u0007]*\u0007|\r(?!\n)/g, "");
}
