// A certified provider of OpenID Connect on loopback: `node provider.mjs PORT PEOPLE CLIENT SETTINGS`, all JSON
// but the port. Anybody logs in by their name, whatever the password. A line on standard input makes it sign
// with a new key from then on.
import { generateKeyPairSync } from "node:crypto";
import { createServer } from "node:http";
import { createInterface } from "node:readline";
import { Provider } from "oidc-provider";

console.info = () => {}; // it says of each default that it is one
const [port, people, client, settings] = process.argv.slice(2).map((one) => JSON.parse(one));
const issuer = `http://127.0.0.1:${port}`;
let keys = 0;

function key(kind, options, more) {
  return { ...generateKeyPairSync(kind, options).privateKey.export({ format: "jwk" }), kid: `key-${++keys}`, ...more };
}

function provider() {
  const made = new Provider(issuer, {
    clients: [client],
    jwks: {
      keys: [
        key("rsa", { modulusLength: 2048 }, { use: "enc" }),
        key("rsa", { modulusLength: 2048 }, { use: "sig", alg: "RS256" }),
        key("ec", { namedCurve: "P-256" }, { use: "sig", alg: "ES256" }),
      ],
    },
    features: { encryption: { enabled: true } }, // so that it publishes keys that sign nothing, as most do
    cookies: { keys: ["not a secret"] },
    claims: { openid: ["sub"], email: ["email", "email_verified"], groups: ["groups"], profile: ["name"] },
    scopes: ["openid", "email", "profile", "groups"],
    findAccount: (_, sub) => ({ accountId: sub, claims: () => ({ sub, ...people[sub] }) }),
    // Who logs in has agreed.
    async loadExistingGrant({ oidc }) {
      const grant = new oidc.provider.Grant({ clientId: oidc.client.clientId, accountId: oidc.session.accountId });
      grant.addOIDCScope("openid email profile groups");
      await grant.save();
      return grant;
    },
    ...settings,
  });
  return made.callback();
}

let answer = provider();
const server = createServer((request, response) => answer(request, response));
server.listen(port, "127.0.0.1", () => process.stdout.write(`${issuer}\n`));
createInterface({ input: process.stdin }).on("line", () => {
  answer = provider();
  process.stdout.write(`key-${keys}\n`);
});
