// A real provider of OpenID Connect for the tests: node-oidc-provider with its own pages for signing in and agreeing.
// argv: port, JSON of what differs between tests. New keys are made at each start. Says "ready" when it listens.
import { generateKeyPairSync, randomUUID } from "node:crypto";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

const [port, told] = process.argv.slice(2);
const { home, clients, people, now } = JSON.parse(told);
Date.now = () => now; // the clock of the tests stands still, and so does this one
const { default: Provider } = await import(pathToFileURL(createRequire(`${home}/`).resolve("oidc-provider")));

function newKey() {
  const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  return { ...privateKey.export({ format: "jwk" }), kid: randomUUID(), use: "sig", alg: "RS256" };
}

const provider = new Provider(`http://127.0.0.1:${port}`, {
  clients,
  jwks: { keys: [newKey()] },
  cookies: { keys: [randomUUID()] },
  claims: { openid: ["sub"], profile: ["name", "citizen_number"] },
  pkce: { required: () => true },
  features: { devInteractions: { enabled: true } },
  findAccount: (_ctx, id) => ({ accountId: id, claims: () => ({ sub: id, ...people[id] }) }),
});
const server = createServer(provider.callback());
server.listen(Number(port), "127.0.0.1", () => process.stdout.write("ready\n"));
for (const signal of ["SIGTERM", "SIGINT"]) process.on(signal, () => process.exit(0));
