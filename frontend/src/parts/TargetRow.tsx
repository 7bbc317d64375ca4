/** One target in one line; what there is to know of it below, where it is open. */

import { memo, type MouseEvent } from "react";
import type { Target } from "../data/shapes";
import { nameOf, standingWord, toneOf } from "../lib/view";
import { Age, Sha } from "./small";
import { StatusMark, TONE_WORDS } from "./StatusMark";
import { TargetDetail } from "./TargetDetail";

interface Props {
  at: number;
  target: Target;
  open: boolean;
  onOpen: (name: string | null) => void;
  href: string | undefined;
  /** Whether a click on the link opens the row here, and only another tab follows it. */
  intercept: boolean;
}

export const TargetRow = memo(function TargetRow({ at, target, open, onOpen, href, intercept }: Props) {
  const tone = toneOf(target);
  const said = target.reasons.join("; ") || target.headline;
  const why = target.state === "unknown" ? said : (target.hold?.sentence ?? said);
  const toggle = () => onOpen(open ? null : nameOf(target));
  const click = (event: MouseEvent) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey || !intercept) return;
    event.preventDefault();
    toggle();
  };
  const name = (
    <>
      <span className="us-service">{target.service}</span>{" "}
      <span className="us-muted us-environment">{target.environment}</span>
    </>
  );
  return (
    <>
      <tr role="row" aria-rowindex={at + 2} className={`us-row us-row-${tone}${open ? " us-open" : ""}`}>
        <td role="cell" className="us-cell-state">
          <StatusMark tone={tone} /> <span className={`us-word-${tone}`}>{standingWord(target)}</span>
          {tone !== "sync" && <span className="us-hidden"> ({TONE_WORDS[tone]})</span>}
        </td>
        <th role="rowheader" scope="row" className="us-cell-target" title={`${target.service} ${target.environment}`}>
          {href ? (
            <a className="us-open-link" href={href} onClick={click} aria-expanded={intercept ? open : undefined}>
              {name}
            </a>
          ) : (
            <button type="button" className="us-open-link" onClick={toggle} aria-expanded={open}>
              {name}
            </button>
          )}
        </th>
        <td role="cell" className="us-cell-owner us-muted">
          {target.owner}
        </td>
        <td role="cell" className="us-cell-why" title={why}>
          <span className="us-lines">{why}</span>
        </td>
        <td role="cell" className="us-cell-changes us-number">
          {target.changes_behind || <span className="us-muted">–</span>}
        </td>
        <td role="cell" className="us-cell-waiting us-number">
          <Age at={target.behind_since ?? (target.state === "unknown" ? target.since : null)} />
        </td>
        <td role="cell" className="us-cell-runs">
          <Sha of={target.deployed} />
          {target.state !== "in_sync" && (
            <>
              <span className="us-muted"> → </span>
              <Sha of={target.expected} />
            </>
          )}
        </td>
        <td role="cell" className="us-cell-deployed us-muted" title={target.deployed_by ?? undefined}>
          {target.deployed_at && <Age at={target.deployed_at} suffix=" ago" />}
          {target.deployed_by && `, ${target.deployed_by}`}
        </td>
        <td role="cell" className="us-cell-action">
          <span className="us-chevron" aria-hidden="true">
            {open ? "▾" : "▸"}
          </span>
        </td>
      </tr>
      {open && (
        <tr role="row" className="us-detail-row">
          <td role="cell" colSpan={9}>
            <TargetDetail target={target} />
          </td>
        </tr>
      )}
    </>
  );
});

interface FoldProps {
  at: number;
  count: number;
  open: boolean;
  onOpen: () => void;
}

export function FoldRow({ at, count, open, onOpen }: FoldProps) {
  return (
    <tr role="row" aria-rowindex={at + 2} className="us-row us-fold">
      <td role="cell" colSpan={9}>
        <button type="button" className="us-open-link" aria-expanded={open} onClick={onOpen}>
          <StatusMark tone="sync" /> {count} in sync
          <span className="us-muted">{open ? ": fold" : ": show"}</span>
        </button>
      </td>
    </tr>
  );
}
