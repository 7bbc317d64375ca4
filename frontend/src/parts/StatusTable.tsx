/** Every target, the worst first. Long tables draw only the rows that can be seen. */

import { defaultRangeExtractor, type Range, useVirtualizer, useWindowVirtualizer } from "@tanstack/react-virtual";
import { flushSync } from "react-dom";
import { Fragment, type KeyboardEvent, useCallback, useEffect, useLayoutEffect, useRef, useState } from "react";
import type { Target } from "../data/shapes";
import { type Item, nameOf } from "../lib/view";
import { FoldRow, TargetRow } from "./TargetRow";

const COLUMNS = ["state", "target", "owner", "why", "changes", "waiting", "runs", "deployed", "action"] as const;
const HEADERS: Record<(typeof COLUMNS)[number], string> = {
  state: "State",
  target: "Service",
  owner: "Owner",
  why: "Why",
  changes: "Changes",
  waiting: "Waiting",
  runs: "Runs → should run",
  deployed: "Deployed",
  action: "",
};
/** Shorter tables are drawn whole: a search of the browser finds all of it. */
const LONG = 120;
const STEPS: Record<string, number> = { j: 1, ArrowDown: 1, k: -1, ArrowUp: -1 };

export interface TableProps {
  items: Item[];
  open: string | null;
  unfolded: boolean;
  onOpen: (name: string | null) => void;
  onUnfold: () => void;
  linkTo?: ((target: Target) => string) | undefined;
  intercept?: boolean;
}

export function StatusTable(props: TableProps) {
  const { items, open } = props;
  const table = useRef<HTMLTableElement>(null);
  const [{ pane, margin }, setPlace] = useState<Place>({ pane: null, margin: 0 });

  const long = !usePrinting() && items.length > LONG;
  const opened = open === null ? -1 : items.findIndex((one) => keyOf(one) === open);
  // The row that a key led to is drawn wherever it is: it gets the focus at once, and the next key finds it there.
  const [wanted, setWanted] = useState<{ key: string } | null>(null);
  const led = wanted ? items.findIndex((one) => keyOf(one) === wanted.key) : -1;
  // With each drawing, of which each scrolling is one: what a host has above the table grows and goes away.
  useLayoutEffect(() => {
    if (!long || !table.current) return;
    const found = placeOf(table.current);
    if (found.pane !== pane || found.margin !== margin) setPlace(found);
  });
  const options = {
    count: items.length,
    estimateSize: () => 37,
    overscan: 12,
    scrollMargin: margin,
    getItemKey: (at: number) => keyOf(items[at]),
    rangeExtractor: (range: Range) => withKept(range, [opened, led]),
  };
  const inPage = useWindowVirtualizer({ ...options, enabled: long && !pane });
  const inPane = useVirtualizer({ ...options, enabled: long && pane !== null, getScrollElement: () => pane });
  const virtual = pane ? inPane : inPage;

  const goTo = (at: number) => setWanted({ key: keyOf(items[at]) });
  useLayoutEffect(() => {
    const row = table.current?.querySelector<HTMLElement>(`tbody[data-index="${led}"] .us-open-link`);
    const seen = virtual.range;
    // Where a host scrolls smoothly, the rows that are drawn on the way would stop it.
    if (seen && (led < seen.startIndex || led > seen.endIndex)) {
      row?.scrollIntoView({ block: "center", behavior: "instant" });
    }
    row?.focus();
  }, [wanted]);
  const before = useRef(open);
  useEffect(() => {
    const closed = before.current;
    before.current = open;
    // A link from elsewhere may lead to a row that is far down, or that a long table has not drawn.
    if (opened >= 0 && !table.current?.contains(document.activeElement)) goTo(opened);
    // Who was within what is closed goes on at its row, or where that is folded now.
    else if (opened < 0 && closed !== null && closed !== open && document.activeElement === document.body) {
      const row = items.findIndex((one) => keyOf(one) === closed);
      goTo(row < 0 ? items.length - 1 : row);
    }
  }, [open]);
  const step = useCallback(
    (by: number) => {
      // Within what is open, too: from there it goes on to the next row.
      const here = table.current?.querySelector<HTMLElement>("tbody:focus-within")?.dataset["index"];
      const at = Number(here ?? -1) + by;
      flushSync(() => goTo(Math.min(items.length - 1, Math.max(0, at))));
    },
    [items],
  );

  const onKeyDown = (event: KeyboardEvent) => {
    const by = STEPS[event.key];
    if (!by || event.ctrlKey || event.metaKey || event.altKey) return;
    if ((event.target as HTMLElement).closest("input, textarea, select, dialog, .us-output, .us-scroll")) return;
    event.preventDefault();
    step(by);
  };

  // On a page of somebody else only keys that are pressed in the table are ours.
  useJumpKeys(props.intercept ? items.length : 0, step);

  let reached = margin;
  const shown = !long
    ? items.map((_, at) => ({ at, gap: 0 }))
    : virtual.getVirtualItems().map(({ index, start, end }) => {
        const gap = start - reached;
        reached = end;
        return { at: index, gap };
      });
  const after = long ? virtual.getTotalSize() - (reached - margin) : 0;

  return (
    <table ref={table} className="us-table" role="table" aria-rowcount={items.length + 1} onKeyDown={onKeyDown}>
      <colgroup>
        {COLUMNS.map((name) => (
          <col key={name} className={`us-col-${name}`} />
        ))}
      </colgroup>
      <thead role="rowgroup">
        <tr role="row" aria-rowindex={1}>
          {COLUMNS.map((name) => (
            <th key={name} role="columnheader" scope="col" className={`us-cell-${name}`}>
              {HEADERS[name] || <span className="us-hidden">Action</span>}
            </th>
          ))}
        </tr>
      </thead>
      {shown.map(({ at, gap }) => {
        const item = items[at];
        if (!item) return null;
        const key = keyOf(item);
        return (
          <Fragment key={key}>
            {gap > 0 && <Space height={gap} />}
            <tbody role="rowgroup" data-index={at} ref={long ? virtual.measureElement : undefined}>
              {item.kind === "fold" ? (
                <FoldRow at={at} count={item.count} open={props.unfolded} onOpen={props.onUnfold} />
              ) : (
                <TargetRow
                  at={at}
                  target={item.target}
                  open={open === key}
                  onOpen={props.onOpen}
                  href={props.linkTo?.(item.target)}
                  intercept={props.intercept ?? false}
                />
              )}
            </tbody>
          </Fragment>
        );
      })}
      {after > 0 && <Space height={after} />}
    </table>
  );
}

/** On paper nobody scrolls: there every row is drawn. */
function usePrinting(): boolean {
  const [printing, setPrinting] = useState(false);
  useEffect(() => {
    const begins = () => flushSync(() => setPrinting(true));
    const ends = () => setPrinting(false);
    window.addEventListener("beforeprint", begins);
    window.addEventListener("afterprint", ends);
    return () => {
      window.removeEventListener("beforeprint", begins);
      window.removeEventListener("afterprint", ends);
    };
  }, []);
  return printing;
}

/** `j` and `k` begin at the top of the table from anywhere on the page where nothing is typed. */
function useJumpKeys(count: number, step: (by: number) => void) {
  useEffect(() => {
    const jump = (event: globalThis.KeyboardEvent) => {
      if (!["j", "k"].includes(event.key) || event.ctrlKey || event.metaKey || event.altKey || !count) return;
      const focused = document.activeElement;
      if (focused && focused !== document.body) return;
      event.preventDefault();
      step(STEPS[event.key]!);
    };
    document.addEventListener("keydown", jump);
    return () => document.removeEventListener("keydown", jump);
  }, [count, step]);
}

interface Place {
  /** What scrolls the table, where that is not the page itself. */
  pane: Element | null;
  /** How far down in it the table begins. */
  margin: number;
}

function placeOf(table: Element): Place {
  const { top } = table.getBoundingClientRect();
  const page = document.documentElement;
  for (let up = table.parentElement; up && up !== page; up = up.parentElement) {
    // What the page's body says of it is taken for the page, unless that has its own.
    if (up === document.body && getComputedStyle(page).overflowY === "visible") break;
    if (up.scrollHeight > up.clientHeight && /auto|scroll/.test(getComputedStyle(up).overflowY))
      return { pane: up, margin: Math.round(top - up.getBoundingClientRect().top + up.scrollTop) };
  }
  return { pane: null, margin: Math.round(top + window.scrollY) };
}

/** What somebody is in stays, whether it is in sight or not: what they write in it, and where their keys go. */
function withKept(range: Range, kept: number[]): number[] {
  const drawn = new Set([...defaultRangeExtractor(range), ...kept.filter((at) => at >= 0)]);
  return [...drawn].sort((one, other) => one - other);
}

function Space({ height }: { height: number }) {
  return (
    <tbody aria-hidden="true">
      <tr>
        <td colSpan={COLUMNS.length} className="us-space" height={height} />
      </tr>
    </tbody>
  );
}

function keyOf(item: Item | undefined): string {
  return item === undefined ? "" : item.kind === "fold" ? "fold" : nameOf(item.target);
}
