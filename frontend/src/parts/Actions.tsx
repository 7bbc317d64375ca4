/** What somebody can do about one target. What is not allowed says why, before it is pressed. */

import { useContext, useMemo, useState } from "react";
import { useClient, useQuestion } from "../data/queries";
import type { Detail, Incident, Me } from "../data/shapes";
import { identity } from "../lib/identity";
import { DeployDialog } from "./DeployDialog";
import { Dialog, Lasting, Reason } from "./Dialog";
import { ActContext, SignInContext } from "./asked";

type Act = "deploy" | "rollback" | "lock" | "unlock" | "hold" | "unhold" | "acknowledge" | "silence" | "unsilence" | "bypass" | "revoke";
type Scope = Me["scopes"][number];

const WORDS: Record<Act, string> = {
  deploy: "Deploy",
  rollback: "Roll back",
  lock: "Lock",
  unlock: "End the lock",
  hold: "Hold",
  unhold: "End the hold",
  acknowledge: "Acknowledge",
  silence: "Silence",
  unsilence: "End the silence",
  bypass: "Bypass the gate",
  revoke: "End the bypass",
};
const SCOPES: Record<Act, Scope> = {
  deploy: "deploy",
  rollback: "deploy",
  lock: "deploy",
  unlock: "deploy",
  hold: "hold",
  unhold: "hold",
  acknowledge: "hold",
  silence: "hold",
  unsilence: "hold",
  bypass: "gate",
  revoke: "gate",
};

interface ActionsProps {
  detail: Detail;
  /** Told under which id something was asked for. */
  onOrder: (id: string) => void;
}

export function Actions({ detail, onOrder }: ActionsProps) {
  const client = useClient();
  const me = useQuestion("me", client.me).data;
  const wanted = useContext(ActContext);
  const open = detail.incidents.find((one) => one.open && !one.acknowledged_by);
  const buttons = { deploy: detail.deploy, rollback: detail.rollback };
  const { declared } = detail.deploy;
  const possible: Act[] = [
    ...(client.plan && client.deploy ? (["deploy"] as const) : []),
    ...(client.plan && client.deploy && declared ? (["rollback"] as const) : []),
    ...(client.acknowledge && open ? (["acknowledge"] as const) : []),
    ...(client.unhold && detail.holds.some((one) => !one.declared) ? (["unhold"] as const) : []),
    ...(client.hold && !detail.holds.length ? (["hold"] as const) : []),
    ...(client.unsilence && detail.silences.length ? (["unsilence"] as const) : []),
    ...(client.silence && !detail.silences.length ? (["silence"] as const) : []),
    ...(client.unlock && detail.locks.length ? (["unlock"] as const) : []),
    ...(client.lock && declared && !detail.locks.length ? (["lock"] as const) : []),
    ...(client.revoke && detail.bypasses.length ? (["revoke"] as const) : []),
    ...(client.bypass && !detail.target.quiet && !detail.bypasses.length ? (["bypass"] as const) : []),
  ];
  const [act, setAct] = useState<Act | null>(possible.find((one) => one === wanted) ?? null);
  if (!possible.length) return null;
  return (
    <div className="us-actions" role="group" aria-label={`what can be done about ${detail.target.service}`}>
      {possible.map((one) => {
        const button = one === "deploy" || one === "rollback" ? buttons[one] : null;
        const missing = button ? button.reason : lacks(me, SCOPES[one]);
        return (
          <button
            key={one}
            type="button"
            className={`us-button us-small${one === "deploy" ? " us-primary" : ""}`}
            aria-disabled={missing !== ""}
            title={missing}
            onClick={() => missing === "" && setAct(one)}
          >
            {button?.caption ?? WORDS[one]}
          </button>
        );
      })}
      {client.deploy && !detail.deploy.allowed && (
        <span className="us-muted us-why-not">{detail.deploy.reason}</span>
      )}
      {(act === "deploy" || act === "rollback") && (
        <DeployDialog
          target={detail.target}
          rollback={act === "rollback"}
          onOrder={onOrder}
          onClose={() => setAct(null)}
        />
      )}
      {act && act !== "deploy" && act !== "rollback" && (
        <ActionDialog act={act} detail={detail} incident={open} onClose={() => setAct(null)} />
      )}
    </div>
  );
}

/** The scope that they lack, whatever it is asked for. To which services it extends the server says. */
function lacks(me: Me | undefined, scope: Scope): string {
  if (!me) return "";
  const scopes = [...me.scopes, ...Object.values(me.owned).flat()];
  return scopes.includes(scope) || scopes.includes("admin") ? "" : `It needs the scope ${scope}.`;
}

type Decision = Exclude<Act, "deploy" | "rollback">;

interface Props {
  act: Decision;
  detail: Detail;
  incident: Incident | undefined;
  onClose: () => void;
}

function ActionDialog({ act, onClose, ...now }: Props) {
  // What somebody reads here is what they decide about, whatever takes its place meanwhile.
  const [{ detail, incident }] = useState(now);
  const client = useClient();
  const signIn = useContext(SignInContext);
  const me = useQuestion("me", client.me).data;
  const [reason, setReason] = useState("");
  const [hours, setHours] = useState(act === "hold" ? 24 : 4);
  // One press, one decision, also where no answer came and somebody presses again; another text is another one.
  const id = useMemo(identity, [reason, hours]);
  const { service, environment } = detail.target;
  const does: Record<Decision, () => Promise<unknown>> = {
    lock: () => client.lock!([service], [environment], reason, hours * 3600, id),
    unlock: () => Promise.all(detail.locks.map((one) => client.unlock!(one.id))),
    hold: () => client.hold!(service, environment, reason, hours * 3600, id),
    unhold: () => client.unhold!(service, environment, detail.holds.flatMap((one) => one.id ?? [])),
    acknowledge: () => client.acknowledge!(incident?.id ?? "", reason),
    silence: () => client.silence!(service, environment, reason, hours * 3600, id),
    unsilence: () => Promise.all(detail.silences.map((one) => client.unsilence!(one.id))),
    bypass: () => client.bypass!(service, environment, reason, hours * 3600, me?.name ?? "", id),
    revoke: () => Promise.all(detail.bypasses.map((one) => client.revoke!(one.id))),
  };
  const { holds, silences, locks, bypasses } = detail;
  const ended = { unhold: holds, unsilence: silences, unlock: locks, revoke: bypasses }[act as string];
  return (
    <Dialog
      title={`${WORDS[act]}: ${service} in ${environment}`}
      verb={WORDS[act]}
      act={does[act]}
      onClose={onClose}
      signIn={signIn}
    >
      {act === "acknowledge" && <p>{incident?.headline}</p>}
      <p>{MEANS[act]}</p>
      {ended?.map((one) => <p key={one.id}>{one.sentence}</p>)}
      {!ended && (
        <Reason
          label={act === "acknowledge" ? "A word about it (may be empty)" : "Why"}
          value={reason}
          onChange={setReason}
          required={act !== "acknowledge"}
        />
      )}
      {!ended && act !== "acknowledge" && <Lasting hours={hours} onChange={setHours} />}
    </Dialog>
  );
}

const MEANS: Record<Decision, string> = {
  lock: "Nothing is deployed to it, not even back.",
  unlock: "It may be deployed again. A lock that falls on others ends for them too.",
  hold: "It stays as it is: its drift is shown, nobody is told of it, and nothing is deployed to it.",
  unhold: "It need not stay as it is any more.",
  acknowledge: "You know of it: nobody new is told until it becomes worse.",
  silence: "Nobody is told of it for that time. It is watched and shown as before.",
  unsilence: "People are told of it again.",
  bypass: "Work passes the gates of this service for that time. It is recorded, told and counted.",
  revoke: "Work is stopped again where its gates say so.",
};

export function AcknowledgeDialog({ incident, onClose }: { incident: Incident; onClose: () => void }) {
  const client = useClient();
  const signIn = useContext(SignInContext);
  const [reason, setReason] = useState("");
  return (
    <Dialog
      title={`Acknowledge: ${incident.service} in ${incident.environment}`}
      verb="Acknowledge"
      act={() => client.acknowledge!(incident.id, reason)}
      onClose={onClose}
      signIn={signIn}
    >
      <p>{incident.headline}</p>
      <p className="us-muted">{MEANS.acknowledge}</p>
      <Reason label="A word about it (may be empty)" value={reason} onChange={setReason} required={false} />
    </Dialog>
  );
}
