/** Where nobody knows who asks: a token, or the place where one says who one is. */

import { type FormEvent, useState } from "react";

const KEPT = "unshipped-token";

/** Kept for as long as the tab is open, and nowhere else. */
export const token = {
  get: () => sessionStorage.getItem(KEPT) ?? "",
  set: (text: string) => sessionStorage.setItem(KEPT, text),
};

export function SignIn({ login, onDone }: { login: string | null; onDone: () => void }) {
  const [text, setText] = useState("");
  const send = (event: FormEvent) => {
    event.preventDefault();
    token.set(text.trim());
    onDone();
  };
  return (
    <div className="us-blank">
      <p className="us-blank-title">Who are you?</p>
      {login && (
        <p>
          <a className="us-button us-primary" href={login}>
            Sign in
          </a>
        </p>
      )}
      <form onSubmit={send} className="us-sign-in">
        <label>
          A token with the scope <code>read</code>
          <input
            type="password"
            className="us-input"
            autoComplete="off"
            value={text}
            onChange={(event) => setText(event.target.value)}
          />
        </label>
        <button className="us-button" disabled={!text.trim()}>
          Use it
        </button>
      </form>
      <p className="us-muted">
        Whoever runs this makes one with <code>unshipped token</code>.
      </p>
    </div>
  );
}
