import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { createHttpClient } from "./data/http";
import { App } from "./page/App";
import { Embedded } from "./page/Embedded";
import { token } from "./page/SignIn";
import "./theme/tokens.css";
import "./theme/parts.css";
import "./theme/page.css";

const headers = (): Record<string, string> => (token.get() ? { Authorization: `Bearer ${token.get()}` } : {});
const client = createHttpClient(new URL("api/v1", document.baseURI).href, { headers });

createRoot(document.getElementById("root")!).render(
  <StrictMode>
    {window.location.pathname.endsWith("/embed") ? (
      <Embedded client={client} search={window.location.search} />
    ) : (
      <App client={client} />
    )}
  </StrictMode>,
);
