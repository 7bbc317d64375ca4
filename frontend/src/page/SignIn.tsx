/** Where nobody knows who asks: a token, or the place where one says who one is. */

import { type KeyboardEvent, useRef, useState } from "react";
import { kept } from "./kept";

/** Kept for as long as the tab is open, and nowhere else. */
export const token = kept(() => sessionStorage, "unshipped-token");

/** What a browser sends in a header. Where something else is kept, nothing is asked at all any more. */
const SENT = /^[\x21-\x7e]*$/;

/** Who comes back from there is where they were. */
function andBack(login: string): string {
  const { pathname, search, hash } = window.location;
  return `${login}?back=${encodeURIComponent(pathname + search + hash)}`;
}

interface Props {
  login: string | null;
  onDone: () => void;
  /** Whoever asks as they do now is nobody. */
  refused: boolean;
  /** In the middle of something else, which goes on afterwards. */
  brief?: boolean;
}

export function SignIn({ login, onDone, refused, brief = false }: Props) {
  const field = useRef<HTMLInputElement>(null);
  const [text, setText] = useState("");
  const typed = text.trim();
  const odd = !SENT.test(typed);
  const use = () => {
    token.set(typed);
    setText("");
    field.current?.focus();
    onDone();
  };
  const press = (event: KeyboardEvent) => {
    if (event.key !== "Enter" || !typed) return;
    event.preventDefault();
    if (!odd) use();
  };
  return (
    <div className={brief ? "us-sign-in-brief" : "us-blank"}>
      {!brief && <p className="us-blank-title">Who are you?</p>}
      {login && (
        <p>
          <a className="us-button us-primary" href={andBack(login)} target={brief ? "_blank" : undefined} rel="noreferrer">
            Sign in
          </a>
        </p>
      )}
      <div className="us-sign-in">
        <label>
          A token{!brief && " with the scope read"}
          <input
            ref={field}
            type="password"
            className="us-input"
            autoComplete="off"
            value={text}
            onChange={(event) => setText(event.target.value)}
            onKeyDown={press}
          />
        </label>
        <button type="button" className="us-button" disabled={!typed || odd} onClick={use}>
          Use it
        </button>
      </div>
      {refused && !typed && token.get() && (
        <p className="us-refused" role="alert">
          The token that was given here is not known, or has ended.
        </p>
      )}
      {odd && (
        <p className="us-refused" role="alert">
          This is no whole token: something in it is no letter, digit or sign.
        </p>
      )}
      {!brief && (
        <p className="us-muted">
          Whoever runs this makes one with <code>unshipped token</code>.
        </p>
      )}
    </div>
  );
}
