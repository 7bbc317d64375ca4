/** Services down, environments across: where each of them stands, at one glance. */

import type { Target } from "../data/shapes";
import { nameOf, standingWord, toneOf } from "../lib/view";
import { Age } from "./small";
import { StatusMark } from "./StatusMark";

/** All services of a large fleet at once would keep a browser from anything else for many seconds. */
const MOST = 500;

interface Props {
  targets: Target[];
  linkTo?: ((target: Target) => string) | undefined;
}

export function ServiceGrid({ targets, linkTo }: Props) {
  const services = [...new Set(targets.map((one) => one.service))];
  const further = services.length - MOST;
  const environments = [...new Set(targets.map((one) => one.environment))].sort();
  const known = new Map(targets.map((one) => [nameOf(one), one]));
  return (
    <div className="us-scroll" tabIndex={0} role="group" aria-label="services and environments">
      <table className="us-table us-grid">
        <thead>
          <tr>
            <th scope="col">Service</th>
            {environments.map((one) => (
              <th key={one} scope="col">
                {one}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {services.slice(0, MOST).map((service) => (
            <tr key={service} className="us-row">
              <th scope="row" className="us-service">
                {service}
              </th>
              {environments.map((environment) => {
                const target = known.get(nameOf({ service, environment }));
                return <td key={environment}>{target ? <Cell target={target} href={linkTo?.(target)} /> : null}</td>;
              })}
            </tr>
          ))}
        </tbody>
      </table>
      {further > 0 && (
        <p className="us-muted">
          and {further.toLocaleString("en")} more: the filter finds them
        </p>
      )}
    </div>
  );
}

function Cell({ target, href }: { target: Target; href: string | undefined }) {
  const tone = toneOf(target);
  const body = (
    <>
      <StatusMark tone={tone} /> <span className={`us-word-${tone}`}>{standingWord(target)}</span>
      <span className="us-muted us-number">
        {target.changes_behind ? ` ${target.changes_behind}` : ""}
        {target.behind_since && (
          <>
            , <Age at={target.behind_since} />
          </>
        )}
      </span>
    </>
  );
  return href ? (
    <a className="us-grid-link" href={href}>
      {body}
    </a>
  ) : (
    <span>{body}</span>
  );
}
