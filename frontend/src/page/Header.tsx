/** The head of the page: where one can go, the search for a change, the look. */

import { type FormEvent, useState } from "react";
import type { Me } from "../data/shapes";
import { to, type Route, VIEWS, type View } from "./route";

export type Theme = "auto" | "light" | "dark";
const NAMES: Record<View, string> = {
  status: "Status",
  timeline: "Timeline",
  deployments: "Deployments",
  incidents: "Incidents",
  report: "Report",
};
/** How much of a circle is dark. */
const SHADES: Record<Theme, string> = {
  auto: "M8 2.5a5.5 5.5 0 0 1 0 11z",
  light: "",
  dark: "M8 2.5a5.5 5.5 0 0 1 0 11a5.5 5.5 0 0 1 0-11z",
};
const NEXT: Record<Theme, Theme> = { auto: "light", light: "dark", dark: "auto" };

interface Props {
  route: Route;
  theme: Theme;
  onTheme: (theme: Theme) => void;
  onHelp: () => void;
  me: Me | undefined;
}

export function Header({ route, theme, onTheme, onHelp, me }: Props) {
  const [change, setChange] = useState(route.change);
  const [sought, setSought] = useState(route.change);
  if (sought !== route.change) {
    setSought(route.change);
    setChange(route.change);
  }
  const search = (event: FormEvent) => {
    event.preventDefault();
    if (change.trim()) window.location.hash = to.change(change.trim());
  };
  return (
    <header className="us-header">
      <a className="us-brand" href="#/">
        unshipped
      </a>
      <nav aria-label="views" className="us-nav">
        {VIEWS.map((view) => (
          <a key={view} href={to.view(view)} aria-current={route.view === view ? "page" : undefined}>
            {NAMES[view]}
          </a>
        ))}
      </nav>
      <form className="us-search" role="search" onSubmit={search}>
        <input
          type="search"
          className="us-input"
          aria-label="Is my change live? A commit, a tag or a pull request"
          placeholder="Is my change live?  #12, commit"
          value={change}
          maxLength={200}
          onChange={(event) => setChange(event.target.value)}
        />
      </form>
      <div className="us-header-end">
        {me?.name && me.name !== "local" && <span className="us-muted us-me">{me.name}</span>}
        {me?.logout && (
          <a className="us-link" href={me.logout}>
            Sign out
          </a>
        )}
        <button
          type="button"
          className="us-button us-quiet us-small"
          onClick={() => onTheme(NEXT[theme])}
          aria-label={`look: ${theme}; change to ${NEXT[theme]}`}
          title={`look: ${theme}; change to ${NEXT[theme]}`}
        >
          <svg viewBox="0 0 16 16" width="12" height="12" aria-hidden="true" className="us-look">
            <circle cx="8" cy="8" r="6.5" className="us-mark-line" />
            <path d={SHADES[theme]} className="us-mark-fill" />
          </svg>{" "}
          <span className="us-wide-only">{theme}</span>
        </button>
        <button
          type="button"
          className="us-button us-quiet us-small"
          onClick={onHelp}
          aria-label="keyboard"
          title="keyboard"
        >
          ?
        </button>
      </div>
    </header>
  );
}
