/** Incidents: what is open, how bad it is, who knows of it, how it ended. */

import type { Incident } from "../data/shapes";
import { moment } from "../lib/time";
import type { Tone } from "../lib/view";
import { Age } from "./small";
import { StatusMark } from "./StatusMark";

interface Props {
  incidents: Incident[];
  /** Without the name of the target, where that is plain. */
  brief?: boolean;
  linkTo?: (one: Incident) => string;
  onAcknowledge?: (one: Incident) => void;
}

export function IncidentList({ incidents, brief = false, linkTo, onAcknowledge }: Props) {
  return (
    <ul className="us-incidents">
      {incidents.map((one) => (
        <li key={one.id}>
          <StatusMark tone={toneOf(one)} />
          <div className="us-incident">
            <span>
              <span className="us-hidden">{one.open ? `open, ${one.severity}: ` : "resolved: "}</span>
              {!brief && (
                <a className="us-link us-strong" href={linkTo?.(one)}>
                  {one.service} <span className="us-muted">{one.environment}</span>
                </a>
              )}{" "}
              {one.headline}
            </span>
            <span className="us-muted">
              <span title={moment(one.opened_at)}>
                opened <Age at={one.opened_at} suffix=" ago" />
              </span>
              {one.peak !== one.severity && `, ${one.peak} at its worst`}
              {one.returns > 0 && `, came back ${one.returns}×`}
              {one.acknowledged_by && `, ${one.acknowledged_by} knows of it`}
              {one.owner && !brief && `, owner ${one.owner}`}
            </span>
          </div>
          {onAcknowledge && one.open && !one.acknowledged_by && (
            <button type="button" className="us-button us-small" onClick={() => onAcknowledge(one)}>
              Acknowledge
            </button>
          )}
        </li>
      ))}
    </ul>
  );
}

function toneOf(one: Incident): Tone {
  if (!one.open) return "sync";
  if (one.kind === "unknown") return "unknown";
  return one.severity === "none" ? "info" : one.severity;
}
