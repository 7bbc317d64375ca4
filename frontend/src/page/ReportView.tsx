/** What the week was like, in the words of `unshipped report`. */

import { Answer } from "../parts/Answer";
import { useClient, useQuestion } from "../data/queries";
import type { Report } from "../data/shapes";
import { DAY, weekOf } from "../lib/time";
import { to } from "./route";

type Part = Report["told"]["sections"][number];

export function ReportView({ week }: { week: string }) {
  const client = useClient();
  const asked = useQuestion("report", client.report, week);
  return (
    <Answer asked={asked}>
      {({ told, since, until }) => (
        <>
          <div className="us-headline">
            <h1>{told.title}</h1>
            <nav className="us-windows" aria-label="week">
              <a className="us-button us-small" href={to.report(weekOf(Date.parse(since) - DAY))}>
                The week before
              </a>
              {week && Date.parse(until) < Date.now() && (
                <a className="us-button us-small" href={to.report(weekOf(Date.parse(until) + DAY))}>
                  The week after
                </a>
              )}
              {week && (
                <a className="us-button us-small" href={to.report("")}>
                  The last whole week
                </a>
              )}
            </nav>
          </div>
          <p className="us-report-headline">{told.headline}</p>
          {told.compared && <p className="us-muted">Before: {told.compared}.</p>}
          <div className="us-report">
            {told.sections.filter(says).map((part) => (
              <SectionPart key={part.title} part={part} />
            ))}
          </div>
        </>
      )}
    </Answer>
  );
}

const says = (part: Part): boolean => [part.rows, part.bars, part.lines].some((one) => one.length > 0);

function SectionPart({ part }: { part: Part }) {
  const most = Math.max(...part.bars.map((one) => one.amount), 0) || 1;
  return (
    <section>
      <h2>{part.title}</h2>
      {part.rows.length > 0 && (
        <table className="us-table us-plain">
          <thead>
            <tr>
              <th scope="col">
                <span className="us-hidden">What</span>
              </th>
              <th scope="col">The week</th>
              <th scope="col">Before</th>
              <th scope="col">Counted from</th>
            </tr>
          </thead>
          <tbody>
            {part.rows.map((row) => (
              <tr key={row.label}>
                <th scope="row">{row.label}</th>
                <td className="us-number us-strong">{row.value || "–"}</td>
                <td className="us-number us-muted us-before">{row.before}</td>
                <td className="us-muted">{row.counted}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {part.bars.length > 0 && (
        <figure className="us-bars">
          {part.caption && <figcaption className="us-muted">{part.caption}</figcaption>}
          {part.bars.map((bar) => (
            <div key={bar.label} className="us-bar-row">
              <span>{bar.label}</span>
              <svg viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true">
                <rect width={(bar.amount / most) * 100} height="8" className="us-fill-info" />
              </svg>
              <span className="us-muted us-number">{bar.text}</span>
            </div>
          ))}
        </figure>
      )}
      {part.lines.length > 0 && (
        <ul className="us-reasons">
          {part.lines.map((line) => (
            <li key={line}>{line}</li>
          ))}
        </ul>
      )}
    </section>
  );
}
