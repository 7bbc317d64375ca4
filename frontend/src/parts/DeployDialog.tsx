/** A deploy or a rollback: what would happen is shown first, all of it, and then it is asked for. */

import { useContext, useState } from "react";
import { useClient, useQuestion } from "../data/queries";
import type { Preview, Step, Target } from "../data/shapes";
import { identity } from "../lib/identity";
import { SignInContext } from "./asked";
import { Choice, Dialog, Reason } from "./Dialog";
import { Age, Trouble, Waiting } from "./small";

interface Props {
  target: Target;
  rollback: boolean;
  /** Told under which id it was asked for. */
  onOrder: (id: string) => void;
  onClose: () => void;
}

export function DeployDialog({ target, rollback, onOrder, onClose }: Props) {
  const client = useClient();
  const signIn = useContext(SignInContext);
  const [reason, setReason] = useState("");
  const [canary, setCanary] = useState(false);
  const [approval, setApproval] = useState(false);
  // One press, one order: however often it is sent, it is carried out once.
  const [id] = useState(identity);
  const { service, environment } = target;
  const asked = useQuestion("plan", client.plan, service, environment, { rollback, canary });
  const plan = asked.data;
  const verb = rollback ? "Roll back" : "Deploy";
  return (
    <Dialog
      title={`${verb}: ${service} in ${environment}`}
      verb={verb}
      wide
      act={() =>
        client
          .deploy!(service, environment, { id, to: plan?.commit ?? "", rollback, canary, approval, reason })
          .then(() => onOrder(id))
      }
      onClose={onClose}
      signIn={signIn}
      refused={plan?.final ? (plan.waits ?? "It cannot be deployed.") : ""}
      unready={!plan}
    >
      {asked.error && <Trouble error={asked.error} again={() => void asked.refetch()} />}
      {plan ? <PlanView plan={plan} /> : asked.isLoading && <Waiting rows={4} />}
      <Reason
        label={rollback ? "Why" : "Why (may be empty)"}
        value={reason}
        onChange={setReason}
        required={rollback}
      />
      {!rollback && (
        <>
          <Choice label="Give it the traffic share by share" chosen={canary} onChange={setCanary} />
          <Choice label="Wait until somebody approves it" chosen={approval} onChange={setApproval} />
        </>
      )}
    </Dialog>
  );
}

function PlanView({ plan }: { plan: Preview }) {
  if (plan.final && !plan.steps.length) return null; // there is none: why not is said below
  return (
    <div className="us-plan" tabIndex={0} role="group" aria-label="the plan">
      <p>
        <code>{plan.live?.slice(0, 7) ?? "nothing known"}</code> <span className="us-muted">→</span>{" "}
        <code>{plan.commit.slice(0, 7)}</code>
      </p>
      {plan.waits && !plan.final && <p className="us-refused">It waits before it begins: {plan.waits}</p>}
      {plan.notes.map((note) => (
        <p key={note} className="us-word-warning">
          {note}
        </p>
      ))}
      {!plan.rollback && <Shipped changes={plan.ships} />}
      <h2 className="us-label">Steps</h2>
      <Steps steps={plan.steps} />
      {!plan.rollback && (
        <>
          <h2 className="us-label">If it fails{plan.way_back && `: back to ${plan.way_back.slice(0, 7)}, and held`}</h2>
          {plan.back.length ? (
            <Steps steps={plan.back} />
          ) : (
            <p className="us-muted">There is no way back: it stops as it is, and a person has to look.</p>
          )}
        </>
      )}
      {plan.rollback && <p className="us-muted">It is held afterwards, so that nothing brings this back by itself.</p>}
    </div>
  );
}

/** So many that ride along leave room for what is done with them. */
const FEW = 5;

/** The newest change is what one deploys; those before it ride along. */
function Shipped({ changes }: { changes: Preview["ships"] }) {
  const [all, setAll] = useState(false);
  const [first, ...others] = changes;
  const shown = all ? others : others.slice(0, FEW);
  return (
    <>
      <h2 className="us-label">What ships</h2>
      {first ? <Ships changes={[first]} /> : <p className="us-muted">No change of this service.</p>}
      {others.length > 0 && (
        <>
          <h2 className="us-label">What rides along ({others.length})</h2>
          <Ships changes={shown} />
          {shown.length < others.length && (
            <button type="button" className="us-button us-small us-quiet" onClick={() => setAll(true)}>
              show {others.length - shown.length} more
            </button>
          )}
        </>
      )}
    </>
  );
}

function Ships({ changes }: { changes: Preview["ships"] }) {
  return (
    <ul className="us-ships">
      {changes.map((one) => (
        <li key={one.commit}>
          <code>{one.commit.slice(0, 7)}</code> <bdi>{one.subject}</bdi>{" "}
          <span className="us-muted">
            <bdi>{one.author}</bdi>, <Age at={one.landed_at} suffix=" ago" />
          </span>
        </li>
      ))}
    </ul>
  );
}

export function Steps({ steps }: { steps: Step[] }) {
  return (
    <ol className="us-steps">
      {steps.map((one, at) => (
        <li key={at}>{stepWord(one)}</li>
      ))}
    </ol>
  );
}

export function stepWord(one: Pick<Step, "do" | "commit" | "name" | "share"> & { seconds?: number }): string {
  const share = one.share > 0 && one.share < 1 ? ` on ${Math.round(one.share * 100)} % of the traffic` : "";
  const what = one.name ?? (one.do === "bake" ? `${one.seconds ?? 0} s` : one.commit.slice(0, 7));
  return `${one.do} ${what}${share}`;
}
