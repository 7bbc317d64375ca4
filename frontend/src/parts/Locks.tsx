/** What is locked: nothing is deployed to it, not even back. Where one may, to lock more and to end it. */

import { useContext, useMemo, useState } from "react";
import { useClient, useRollouts } from "../data/queries";
import type { Lock } from "../data/shapes";
import { identity } from "../lib/identity";
import { SignInContext } from "./asked";
import { Dialog, Lasting, Reason } from "./Dialog";
import { Trouble } from "./small";

export function Locks() {
  const client = useClient();
  const asked = useRollouts();
  const locks = asked.data?.locks ?? [];
  const [adds, setAdds] = useState(false);
  const [ends, setEnds] = useState<Lock | null>(null);
  if (!locks.length && !client.lock) return null;
  return (
    <section aria-label="locks" className="us-locks">
      {asked.error && <Trouble error={asked.error} again={() => void asked.refetch()} />}
      {locks.length > 0 && <h2>Locked ({locks.length})</h2>}
      {asked.data && !locks.length && <p className="us-muted">Nothing is locked.</p>}
      <ul className="us-rollouts">
        {locks.map((one) => (
          <li key={one.id}>
            {one.sentence}{" "}
            {client.unlock && (
              <button type="button" className="us-button us-small" onClick={() => setEnds(one)}>
                End it
              </button>
            )}
          </li>
        ))}
      </ul>
      {client.lock && (
        <button type="button" className="us-button us-small" onClick={() => setAdds(true)}>
          Lock…
        </button>
      )}
      {adds && <AddDialog onClose={() => setAdds(false)} />}
      {ends && <EndDialog lock={ends} onClose={() => setEnds(null)} />}
    </section>
  );
}

function EndDialog({ lock, onClose }: { lock: Lock; onClose: () => void }) {
  const client = useClient();
  const signIn = useContext(SignInContext);
  return (
    <Dialog title="End the lock" verb="End it" act={() => client.unlock!(lock.id)} onClose={onClose} signIn={signIn}>
      <p>{lock.sentence}</p>
      <p className="us-muted">It may be deployed again.</p>
    </Dialog>
  );
}

function AddDialog({ onClose }: { onClose: () => void }) {
  const client = useClient();
  const signIn = useContext(SignInContext);
  const [services, setServices] = useState("");
  const [environments, setEnvironments] = useState("");
  const [reason, setReason] = useState("");
  const [hours, setHours] = useState(4);
  const id = useMemo(identity, [services, environments, reason, hours]);
  return (
    <Dialog
      title="Lock"
      verb="Lock"
      act={() => client.lock!(named(services), named(environments), reason, hours * 3600, id)}
      onClose={onClose}
      signIn={signIn}
    >
      <p>Nothing is deployed to these, not even back.</p>
      <Reason label="Services: names or globs; empty for all" value={services} onChange={setServices} required={false} />
      <Reason label="Environments; empty for all" value={environments} onChange={setEnvironments} required={false} />
      <Reason label="Why" value={reason} onChange={setReason} />
      <Lasting hours={hours} onChange={setHours} />
    </Dialog>
  );
}

const named = (text: string): string[] => text.split(/[\s,]+/).filter(Boolean);
