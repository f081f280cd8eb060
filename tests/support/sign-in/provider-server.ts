import { generateKeyPairSync, randomBytes } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { Provider } from "oidc-provider";

/** A user's account at a provider. */
export interface ProviderAccount {
  /** A number for GitHub. */
  id: string;
  /** The primary address first. */
  emails: { email: string; verified: boolean }[];
}

/** A local authorization server that stands in for GitHub and Google. */
export interface ProviderServer {
  url: string;
  /** Adds an account, or updates the one with the same id. */
  put(account: ProviderAccount): void;
  stop(): Promise<void>;
}

export const CLIENTS = {
  github: { id: "github-client", secret: "github-secret" },
  google: { id: "google-client", secret: "google-secret" },
};

/** Path prefix of GitHub's authorization server. All other paths are Google's. */
const GITHUB_PATH = "/login/oauth";

type Request = IncomingMessage & { originalUrl?: string };

/** @param appUrl URL of Brim, because a provider accepts only the registered redirect URI */
export async function startProviderServer(appUrl: string): Promise<ProviderServer> {
  const accounts = new Map<string, ProviderAccount>();
  const server = createServer((request, response) => {
    route(request, response).catch((error: unknown) => response.writeHead(500).end(String(error)));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const github = newProvider({
    issuer: `${url}${GITHUB_PATH}`,
    client: { ...CLIENTS.github, redirectUri: `${appUrl}/api/auth/callback/github` },
    routes: { authorization: "/authorize", token: "/access_token" },
    scopes: ["read:user", "user:email"],
    accounts,
  });
  const google = newProvider({
    issuer: url,
    client: { ...CLIENTS.google, redirectUri: `${appUrl}/api/auth/callback/google` },
    routes: {},
    scopes: ["openid", "email", "profile"],
    accounts,
  });
  const callbacks = { github: github.callback(), google: google.callback() };

  async function route(request: Request, response: ServerResponse): Promise<void> {
    const { pathname } = new URL(request.url ?? "/", url);
    if (pathname === "/user" || pathname === "/user/emails") return githubApi(pathname, request, response);
    const isGitHub = pathname.startsWith(GITHUB_PATH);
    const provider = isGitHub ? github : google;
    if (/\/interaction\//.test(pathname)) return signIn(provider, request, response);
    if (isGitHub) {
      request.originalUrl = request.url ?? "";
      request.url = request.originalUrl.slice(GITHUB_PATH.length);
    }
    return callbacks[isGitHub ? "github" : "google"](request, response);
  }

  /** @see https://docs.github.com/en/rest/users */
  async function githubApi(path: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const token = await github.AccessToken.find(request.headers.authorization?.replace(/^Bearer /, "") ?? "");
    const account = token && accounts.get(token.accountId);
    const [first] = account?.emails ?? [];
    const body =
      path === "/user"
        ? { id: Number(account?.id), login: `login-${account?.id}`, name: null, email: first?.email ?? null }
        : account?.emails.map((entry, index) => ({ ...entry, primary: index === 0 }));
    response.writeHead(account ? 200 : 401, { "content-type": "application/json" });
    response.end(JSON.stringify(account ? body : { message: "Bad credentials" }));
  }

  return {
    url,
    put: (account) => accounts.set(account.id, account),
    async stop() {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

interface ProviderOptions {
  issuer: string;
  client: { id: string; secret: string; redirectUri: string };
  routes: { authorization?: string; token?: string };
  scopes: string[];
  accounts: Map<string, ProviderAccount>;
}

function newProvider({ issuer, client, routes, scopes, accounts }: ProviderOptions): Provider {
  return new Provider(issuer, {
    clients: [
      {
        client_id: client.id,
        client_secret: client.secret,
        redirect_uris: [client.redirectUri],
        grant_types: ["authorization_code"],
        response_types: ["code"],
      },
    ],
    routes,
    scopes,
    claims: { openid: ["sub"], email: ["email", "email_verified"], profile: ["name"] },
    conformIdTokenClaims: false, // Google's ID token contains the email address
    findAccount: (_context, id) => {
      const [first] = accounts.get(id)?.emails ?? [];
      const claims = { sub: id, name: `Name ${id}`, email: first?.email, email_verified: first?.verified };
      return { accountId: id, claims: () => claims };
    },
    features: { devInteractions: { enabled: false } },
    interactions: { url: (_context, { uid }) => `${issuer}/interaction/${uid}` },
    cookies: { keys: [randomBytes(16).toString("hex")] },
    jwks: { keys: [SIGNING_KEY] },
    ttl: { Session: 600, Interaction: 600, Grant: 600, AccessToken: 600, IdToken: 600 },
  });
}

const SIGNING_KEY = {
  ...generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey.export({ format: "jwk" }),
  use: "sig",
};

/** The provider's sign-in page: a GET shows it, a POST with `account` signs in and gives consent. */
async function signIn(provider: Provider, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { params } = await provider.interactionDetails(request, response);
  if (request.method === "GET") {
    response.end(`<form method="post"><input name="account"></form>`);
    return;
  }
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const accountId = new URLSearchParams(Buffer.concat(chunks).toString()).get("account") ?? "";
  const grant = new provider.Grant({ accountId, clientId: String(params.client_id) });
  grant.addOIDCScope(String(params.scope));
  const result = { login: { accountId }, consent: { grantId: await grant.save() } };
  await provider.interactionFinished(request, response, result);
}
