/** The board alone, for a frame in somebody else's page: it is read there, and nothing is done. */

import { DeploymentStatus } from "../DeploymentStatus";
import type { Client } from "../data/client";

export function Embedded({ client, search }: { client: Client; search: string }) {
  const asked = new URLSearchParams(search);
  const scope = {
    ...(asked.has("service") && { services: asked.getAll("service") }),
    ...(asked.has("environment") && { environments: asked.getAll("environment") }),
  };
  const theme = asked.get("theme");
  return (
    <main className="us-embedded">
      <DeploymentStatus client={client} scope={scope} theme={theme === "light" || theme === "dark" ? theme : "auto"} />
    </main>
  );
}
