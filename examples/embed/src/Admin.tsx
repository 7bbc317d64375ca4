import { useState } from "react";
import { createHttpClient, DeploymentStatus } from "unshipped-deployment-status";

// The server half: `app.mount("/drift", …)` in host.py.
const client = createHttpClient("/drift/api/v1");

export function Admin() {
  const [done, setDone] = useState("");
  return (
    <div className="mx-auto max-w-6xl p-8">
      <h1 className="text-2xl font-bold">Shop admin</h1>
      <div className="mt-6 grid gap-6 lg:grid-cols-3">
        <section className="rounded-lg bg-white p-6 shadow lg:col-span-2">
          <h2 className="mb-4 text-lg font-semibold">Deployment status</h2>
          <DeploymentStatus
            client={client}
            scope={{ environments: ["production"] }}
            theme="light"
            refreshEvery={60}
            onDeploy={(what) => setDone(`${what.action}: ${what.service}`)}
          />
          <p role="status">{done}</p>
        </section>
        <section className="rounded-lg bg-white p-6 shadow">
          <h2 className="mb-4 text-lg font-semibold">Last week</h2>
          <DeploymentStatus.History client={client} theme="light" />
          <button className="mt-4 rounded bg-red-critical px-3 py-1 text-white">A button of the host</button>
        </section>
      </div>
    </div>
  );
}
