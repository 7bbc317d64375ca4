/** The fleet: one line, one bar, and every target. */

import { useContext, useDeferredValue, useMemo, useState } from "react";
import { ScopeContext, useHeard, useStatus } from "../data/queries";
import type { Status, Target } from "../data/shapes";
import { itemsOf, nameOf, type Tone } from "../lib/view";
import { Answer } from "./Answer";
import { Freshness } from "./Freshness";
import { ServiceGrid } from "./ServiceGrid";
import { Blank, Cut } from "./small";
import { StatusTable } from "./StatusTable";
import { SummaryBar } from "./SummaryBar";

interface Props {
  summary?: boolean;
  table?: boolean;
  /** What of the fleet is meant, where it is not all of it. */
  narrow?: (status: Status) => Status;
  linkTo?: ((target: Target) => string) | undefined;
  /** Which row is open, where somebody else keeps that: in the address of a page. */
  open?: string | null;
  onOpen?: (name: string | null) => void;
}

export function StatusView({ summary = true, table = true, narrow, linkTo, open, onOpen }: Props) {
  const asked = useStatus();
  const { old } = useHeard(asked);
  const scope = useContext(ScopeContext);
  const part = (scope?.services ?? scope?.environments) !== undefined;
  const whole = asked.data;
  const [opened, setOpened] = useState<string | null>(null);
  if (!whole) return <Answer asked={asked}>{() => null}</Answer>;
  const status = narrow?.(whole) ?? whole;
  // What there was no room for may be watched all the same.
  const known = whole.total > whole.targets.length ? "among these" : "watched, or not any more";
  const gone = open && !status.targets.some((one) => nameOf(one) === open) ? open : null;
  return (
    <div className={old ? "us-old" : undefined}>
      <div className="us-headline">
        <p className="us-sentence">{status.summary.sentence}</p>
        <Freshness asked={asked} targets={status.targets} />
      </div>
      <Cut shown={whole.targets.length} total={whole.total} />
      {gone && (
        <Blank title={`${gone} is not ${known}.`}>
          <button type="button" className="us-button us-small" onClick={() => onOpen?.(null)}>
            Close
          </button>
        </Blank>
      )}
      {status.targets.length === 0 && (part || whole.targets.length) ? (
        <Blank title={`None of what is meant here is ${known}.`} />
      ) : status.targets.length === 0 ? (
        <Blank title="Nothing has been looked at yet.">
          <p className="us-muted">
            The first round of the watch fills this page. To look now: <code>unshipped watch --once</code>
          </p>
        </Blank>
      ) : (
        <Board
          status={status}
          summary={summary}
          table={table}
          linkTo={linkTo}
          intercept={onOpen !== undefined}
          open={onOpen ? (open ?? null) : opened}
          onOpen={onOpen ?? setOpened}
        />
      )}
    </div>
  );
}

interface BoardProps {
  status: Status;
  summary: boolean;
  table: boolean;
  linkTo?: ((target: Target) => string) | undefined;
  intercept: boolean;
  open: string | null;
  onOpen: (name: string | null) => void;
}

function Board({ status, summary, table, linkTo, intercept, open, onOpen }: BoardProps) {
  const [text, setText] = useState("");
  const [tone, setTone] = useState<Tone | null>(null);
  const [unfolded, setUnfolded] = useState(false);
  const [grid, setGrid] = useState(false);
  const wanted = useDeferredValue(text);
  const openFolded = open !== null && status.targets.some((one) => nameOf(one) === open && one.state === "in_sync");
  const items = useMemo(
    () => itemsOf(status.targets, { text: wanted, tone, unfolded: unfolded || openFolded, open }),
    [status.targets, wanted, tone, unfolded, openFolded, open],
  );
  // Who follows a link to a target sees it among the others.
  const across = grid && open === null;
  const several = new Set(status.targets.map((one) => one.environment)).size > 1;
  const turn = (wanted: boolean) => {
    setGrid(wanted);
    if (wanted && open !== null) onOpen(null);
  };
  const shown = items.flatMap((one) => (one.kind === "target" ? [one.target] : []));
  return (
    <>
      {summary && <SummaryBar status={status} chosen={tone} onChoose={setTone} />}
      {table && (
        <>
          <div className="us-tools">
            <input
              type="search"
              className="us-input"
              data-us-filter
              placeholder="Filter: service, environment, owner, commit"
              aria-label="Filter"
              value={text}
              onChange={(event) => setText(event.target.value)}
            />
            <span className="us-muted us-count" role="status">
              {wanted || tone ? `${shown.length} of ${status.targets.length}` : ""}
            </span>
            {several && (
              <button type="button" className="us-button us-small" aria-pressed={across} onClick={() => turn(!across)}>
                By environment
              </button>
            )}
          </div>
          {items.length === 0 ? (
            <Blank title="Nothing fits this filter.">
              <button
                type="button"
                className="us-button us-small"
                onClick={() => {
                  setText("");
                  setTone(null);
                }}
              >
                Show everything
              </button>
            </Blank>
          ) : across ? (
            <ServiceGrid targets={wanted || tone ? shown : status.targets} linkTo={linkTo} />
          ) : (
            <StatusTable
              items={items}
              open={open}
              unfolded={unfolded || openFolded}
              onOpen={onOpen}
              onUnfold={() => setUnfolded(!unfolded)}
              linkTo={linkTo}
              intercept={intercept}
            />
          )}
        </>
      )}
    </>
  );
}
