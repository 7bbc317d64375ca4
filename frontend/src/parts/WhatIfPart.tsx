/** By other thresholds: when this would have been told, and how bad it would be. */

import { type FormEvent, useState } from "react";
import type { Thresholds } from "../data/client";
import { useClient, useQuestion } from "../data/queries";
import type { Course, Over, Target } from "../data/shapes";
import { moment } from "../lib/time";
import { Trouble, Waiting } from "./small";

type Name = keyof Thresholds;

const FIELDS: readonly (readonly [Name, string])[] = [
  ["warning_changes", "Warning from changes"],
  ["warning_hours", "Warning from hours"],
  ["critical_changes", "Critical from changes"],
  ["critical_hours", "Critical past hours"],
  ["grace_minutes", "Grace in minutes"],
];

export function WhatIfPart({ target }: { target: Target }) {
  const client = useClient();
  const [open, setOpen] = useState(false);
  if (!client.whatIf || (target.state !== "behind" && target.state !== "in_sync")) return null;
  return (
    <>
      <h2 className="us-label">What if</h2>
      {open ? (
        <Asked target={target} />
      ) : (
        <button type="button" className="us-button us-small" onClick={() => setOpen(true)}>
          Try other thresholds
        </button>
      )}
    </>
  );
}

function Asked({ target }: { target: Target }) {
  const client = useClient();
  const [typed, setTyped] = useState<Partial<Record<Name, string>>>({});
  const [wanted, setWanted] = useState<Thresholds>({});
  const asked = useQuestion("whatIf", client.whatIf, target.service, target.environment, wanted);
  const [known, setKnown] = useState<Course | null>(null);
  const own = asked.data?.own ?? known;
  if (asked.data && known !== asked.data.own) setKnown(asked.data.own);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const said = FIELDS.flatMap(([name]) => (typed[name] ? [[name, Number(typed[name])] as const] : []));
    setWanted(Object.fromEntries(said));
  };
  return (
    <>
      <form className="us-what-if" onSubmit={submit}>
        {FIELDS.map(([name, label]) => (
          <label key={name}>
            {label}
            <input
              className="us-input"
              type="number"
              min={name.endsWith("changes") ? 1 : 0}
              step={name.endsWith("changes") ? 1 : "any"}
              placeholder={own ? String(own[name]) : ""}
              value={typed[name] ?? ""}
              onChange={(event) => setTyped({ ...typed, [name]: event.target.value })}
            />
          </label>
        ))}
        <button className="us-button us-small">Show</button>
      </form>
      {asked.error && <Trouble error={asked.error} again={() => void asked.refetch()} />}
      {asked.isLoading && <Waiting rows={2} />}
      {asked.data && (
        <>
          <Turns title="By its thresholds" course={asked.data.own} />
          {Object.keys(wanted).length > 0 && <Turns title="By these" course={asked.data.other} />}
          <Past incidents={asked.data.over ?? []} />
        </>
      )}
    </>
  );
}

/** Incidents that are over, by the thresholds that were asked for. */
function Past({ incidents }: { incidents: readonly Over[] }) {
  if (incidents.length === 0) return null;
  return (
    <ul className="us-reasons">
      {incidents.map(({ incident, opened_at, resolved_at, turns: [first] }) => (
        <li key={incident}>
          The incident from {moment(opened_at)} to {moment(resolved_at)}{" "}
          {first ? `would have opened at ${moment(first.at)}` : "would not have opened"}
          {first && <span className="us-muted"> {first.reasons.join("; ")}</span>}
        </li>
      ))}
    </ul>
  );
}

function Turns({ title, course }: { title: string; course: Course }) {
  const [first] = course.turns;
  return (
    <>
      <p className="us-strong">
        {title}: {first ? `the incident opens at ${moment(first.at)}` : "there is no incident"}
      </p>
      <ul className="us-reasons">
        {course.turns.map((one) => (
          <li key={one.at}>
            <span className={`us-word-${one.severity}`}>{one.severity}</span> from {moment(one.at)}{" "}
            <span className="us-muted">{one.reasons.join("; ")}</span>
          </li>
        ))}
      </ul>
    </>
  );
}
