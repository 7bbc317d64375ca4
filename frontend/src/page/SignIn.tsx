/** Where nobody knows who asks: a token, or the place where one says who one is. */

import { type KeyboardEvent, useState } from "react";

const KEPT = "unshipped-token";

/** Kept for as long as the tab is open, and nowhere else. */
export const token = {
  get: () => sessionStorage.getItem(KEPT) ?? "",
  set: (text: string) => sessionStorage.setItem(KEPT, text),
};

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
  /** In the middle of something else, which goes on afterwards. */
  brief?: boolean;
}

export function SignIn({ login, onDone, brief = false }: Props) {
  const [text, setText] = useState("");
  const typed = text.trim();
  const odd = !SENT.test(typed);
  const use = () => {
    token.set(typed);
    setText("");
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
