/** The timeline as a table: for whoever does not see the picture, or wants the figures. */

import type { Timeline } from "../data/shapes";
import { bandsOf } from "../lib/timeline";
import { moment, shortAge } from "../lib/time";
import { nameOf, stateWord } from "../lib/view";

const MOST_ROWS = 500;

export function TimelineTable({ timeline }: { timeline: Timeline }) {
  const since = Date.parse(timeline.since);
  const until = Date.parse(timeline.until);
  const rows = timeline.targets.flatMap((lane) =>
    bandsOf(lane, since, until).map((band) => ({ name: nameOf(lane), lane, band })),
  );
  return (
    <div className="us-scroll" tabIndex={0} role="group" aria-label="the timeline as a table">
      <table className="us-table us-plain">
        <thead>
          <tr>
            <th scope="col">Service</th>
            <th scope="col">From</th>
            <th scope="col">Until</th>
            <th scope="col">State</th>
            <th scope="col">Changes</th>
            <th scope="col">Stale at the end</th>
            <th scope="col">Why</th>
          </tr>
        </thead>
        <tbody>
          {rows.slice(0, MOST_ROWS).map(({ name, lane, band }) => (
            <tr key={`${name} ${band.from}`}>
              <th scope="row">
                {lane.service} <span className="us-muted">{lane.environment}</span>
              </th>
              <td className="us-nowrap">{moment(new Date(band.from).toISOString())}</td>
              <td className="us-nowrap">{moment(new Date(band.until).toISOString())}</td>
              <td className="us-nowrap">
                {band.stretch ? stateWord(band.stretch.state) : "nobody looked"}
                {band.stretch && band.stretch.severity !== "none" && `, ${band.stretch.severity}`}
              </td>
              <td className="us-number">{band.stretch?.changes_behind ?? "–"}</td>
              <td className="us-number">{band.after ? shortAge(band.after * 3600) : "–"}</td>
              <td>{band.stretch?.reason ?? ""}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {rows.length > MOST_ROWS && <p className="us-muted">and {rows.length - MOST_ROWS} more</p>}
    </div>
  );
}
