/** The product's own page: the component, with a title, an icon, views and keys around it. */

import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { useCallback, useEffect, useState } from "react";
import { type Client, ProblemError } from "../data/client";
import { ClientContext, Listening, useAgain, useClient, useQuestion, useStatus } from "../data/queries";
import { ActContext, SignInContext } from "../parts/asked";
import { Guard } from "../parts/Guard";
import { StatusView } from "../parts/StatusView";
import { Header, type Theme } from "./Header";
import { Help } from "./Help";
import { kept } from "./kept";
import { ReportView } from "./ReportView";
import { parse, to, useRoute, type Route } from "./route";
import { SignIn } from "./SignIn";
import { useTrouble } from "./trouble";
import { DeploymentsView, IncidentPlace, IncidentsView, TimelineView } from "./views";
import { WhereView } from "./WhereView";

const linkTo = (one: { service: string; environment: string }) => to.target(one);
const look = kept(() => localStorage, "unshipped-theme");

export function App({ client }: { client: Client }) {
  const [queries] = useState(() => new QueryClient());
  return (
    <QueryClientProvider client={queries}>
      <ClientContext.Provider value={client}>
        <Listening>
          <Page />
        </Listening>
      </ClientContext.Provider>
    </QueryClientProvider>
  );
}

function Page() {
  const route = useRoute();
  const client = useClient();
  const status = useStatus(true);
  const me = useQuestion("me", client.me);
  const [theme, setTheme] = useTheme();
  const [help, setHelp] = useState(false);
  const refused = status.error instanceof ProblemError ? status.error.status : 0;
  // Those of a whole company may come by one address: as soon as they ask too often, that is what they are told.
  const stranger = refused === 401 || (refused === 429 && me.data?.name === "");
  const login = me.data?.login ?? null;
  const signIn = { login, onDone: useAgain(), refused: refused === 401 && !status.isFetching };
  // In a hidden tab what failed is not tried again, and it goes on to tell how it stands.
  useTrouble(status.data, status.error !== null || status.fetchStatus === "paused", refused === 401);
  const openHelp = useCallback(() => setHelp(true), []);
  useKeys(openHelp);
  return (
    <div className="unshipped us-page" data-theme={theme}>
      <a className="us-skip" href="#us-main" onClick={(event) => skip(event)}>
        To the content
      </a>
      <Header
        route={route}
        theme={theme}
        onTheme={setTheme}
        onHelp={openHelp}
        me={me.data}
      />
      <main id="us-main" tabIndex={-1}>
        {stranger && !status.data ? (
          <SignIn {...signIn} />
        ) : (
          <SignInContext.Provider value={<SignIn {...signIn} brief />}>
            {stranger && (
              <div className="us-trouble">
                <div>
                  <strong>Nobody knows any more who you are.</strong> What is below is what was known before.
                  <SignIn {...signIn} brief />
                </div>
              </div>
            )}
            <Guard key={route.view}>
              <Shown route={route} />
            </Guard>
          </SignInContext.Provider>
        )}
      </main>
      <Help open={help} onClose={() => setHelp(false)} />
    </div>
  );
}

function Shown({ route }: { route: Route }) {
  const onOpen = useCallback((name: string | null) => {
    const at = name?.lastIndexOf("/") ?? -1;
    window.location.hash = name
      ? to.target({ service: name.slice(0, at), environment: name.slice(at + 1) })
      : to.view("status");
  }, []);
  switch (route.view) {
    case "timeline":
      return <TimelineView days={route.days} />;
    case "deployments":
      return <DeploymentsView days={route.days} />;
    case "incidents":
      return <IncidentsView days={route.days} />;
    case "report":
      return <ReportView week={route.week} />;
    case "where":
      return <WhereView change={route.change} />;
    case "incident":
      return <IncidentPlace incident={route.incident} act={route.act} />;
    case "status":
      return (
        <ActContext.Provider value={route.act}>
          <h1 className="us-hidden">Deployment status</h1>
          <StatusView open={route.target} onOpen={onOpen} linkTo={linkTo} />
        </ActContext.Provider>
      );
  }
}

function useKeys(help: () => void): void {
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      const typed = (event.target as HTMLElement).closest("input, textarea, select");
      if (event.key === "Escape" && !document.querySelector("dialog[open]")) {
        if (typed) (typed as HTMLElement).blur();
        else if (parse(window.location.hash).target) window.location.hash = to.view("status");
      }
      if (typed) return;
      if (event.key === "/") {
        event.preventDefault();
        document.querySelector<HTMLInputElement>("[data-us-filter]")?.focus();
      } else if (event.key === "?") help();
    };
    document.addEventListener("keydown", press);
    return () => document.removeEventListener("keydown", press);
  }, [help]);
}

function useTheme(): [Theme, (theme: Theme) => void] {
  const [theme, setTheme] = useState<Theme>(() => {
    const last = look.get();
    return last === "light" || last === "dark" ? last : "auto";
  });
  const set = (next: Theme) => {
    look.set(next);
    setTheme(next);
  };
  return [theme, set];
}

/** The address of the page is its own: a link within it moves the focus, and nothing else. */
function skip(event: React.MouseEvent): void {
  event.preventDefault();
  document.getElementById("us-main")?.focus();
}
