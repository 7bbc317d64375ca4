/** One thing that somebody does: what it means, a reason, and what came of it. */

import { type FormEvent, type ReactNode, useEffect, useId, useLayoutEffect, useRef, useState } from "react";
import { createPortal } from "react-dom";
import { ProblemError } from "../data/client";
import { useAgain } from "../data/queries";

interface Props {
  title: string;
  /** What the button that does it says. */
  verb: string;
  onClose: () => void;
  act: () => Promise<unknown>;
  children: ReactNode;
  /** Why it cannot be done now; empty where it can. */
  refused?: string;
  /** Whether what it is about is not known yet. */
  unready?: boolean;
  wide?: boolean;
  /** Where nobody knows any more who asks: how to say it, without losing what was typed. */
  signIn?: ReactNode;
}

export function Dialog({ title, verb, onClose, act, children, refused = "", unready = false, wide = false, signIn }: Props) {
  const dialog = useRef<HTMLDialogElement>(null);
  const heading = useId();
  const again = useAgain();
  const [doing, setDoing] = useState(false);
  const [problem, setProblem] = useState<Error | null>(null);
  const opener = useRef<Element | null>(null);
  // Not within a row: where that moves to another place of its table, a dialog in it would let the focus out.
  const place = useRef<HTMLSpanElement>(null);
  const [home, setHome] = useState<Element | null>(null);
  useLayoutEffect(() => setHome(place.current?.closest(".unshipped") ?? null), []);
  useEffect(() => {
    if (!home) return;
    opener.current = document.activeElement;
    dialog.current?.showModal();
  }, [home]);

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (doing || refused || unready) return;
    setDoing(true);
    setProblem(null);
    try {
      await act();
      dialog.current?.close();
      stayNear(opener.current);
    } catch (error) {
      setProblem(error instanceof Error ? error : new Error(String(error)));
    } finally {
      setDoing(false);
      again();
    }
  };
  const stranger = problem instanceof ProblemError && problem.status === 401;
  if (!home) return <span hidden ref={place} />;
  return createPortal(
    <dialog ref={dialog} className={`us-dialog${wide ? " us-wide" : ""}`} aria-labelledby={heading} onClose={onClose}>
      <form onSubmit={submit}>
        <h2 id={heading}>{title}</h2>
        {children}
        {problem && (
          <div className="us-trouble" role="alert">
            <p>
              <strong>{stranger ? "Nobody knows any more who you are." : problem.message}</strong>{" "}
              <span className="us-muted">
                {stranger
                  ? "Nothing was done. Sign in and press again: what you wrote is still here."
                  : problem instanceof ProblemError && problem.hint}
              </span>
              {stranger && signIn}
            </p>
          </div>
        )}
        {refused && <p className="us-refused">{refused}</p>}
        <div className="us-dialog-end">
          <button type="button" className="us-button" onClick={() => dialog.current?.close()}>
            Cancel
          </button>
          <button className="us-button us-primary" disabled={doing || unready || refused !== ""}>
            {doing ? "…" : verb}
          </button>
        </div>
      </form>
    </dialog>,
    home,
  );
}

const LONGEST_WAIT = 10_000;

/** Where the button that opened it goes away with what was done, the focus stays near it. */
function stayNear(opener: Element | null): void {
  const home = opener?.closest(".us-detail, .us-locks, main, .unshipped");
  const look = new MutationObserver(() => {
    if (opener?.isConnected) return;
    look.disconnect();
    if (document.activeElement === document.body) home?.querySelector<HTMLElement>("a[href], button")?.focus();
  });
  look.observe(document.body, { childList: true, subtree: true });
  setTimeout(() => look.disconnect(), LONGEST_WAIT);
}

interface FieldProps {
  label: string;
  value: string;
  onChange: (text: string) => void;
  required?: boolean;
}

export function Reason({ label, value, onChange, required = true }: FieldProps) {
  return (
    <label className="us-field">
      {label}
      <input
        className="us-input"
        value={value}
        required={required}
        maxLength={1000}
        autoComplete="off"
        onChange={(event) => onChange(event.target.value)}
      />
    </label>
  );
}

interface ChoiceProps {
  label: string;
  chosen: boolean;
  onChange: (chosen: boolean) => void;
}

export function Choice({ label, chosen, onChange }: ChoiceProps) {
  return (
    <label className="us-choice">
      <input type="checkbox" checked={chosen} onChange={(event) => onChange(event.target.checked)} /> {label}
    </label>
  );
}

export const HOURS: readonly (readonly [number, string])[] = [
  [1, "1 hour"],
  [4, "4 hours"],
  [24, "1 day"],
  [168, "1 week"],
];

export function Lasting({ hours, onChange }: { hours: number; onChange: (hours: number) => void }) {
  return (
    <label className="us-field">
      For
      <select className="us-input" value={hours} onChange={(event) => onChange(Number(event.target.value))}>
        {HOURS.map(([value, text]) => (
          <option key={value} value={value}>
            {text}
          </option>
        ))}
      </select>
    </label>
  );
}
