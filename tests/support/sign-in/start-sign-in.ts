import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { getRequestListener } from "@hono/node-server";
import { apiListener } from "@/lib/http";
import { closeDatabase } from "@/lib/platform/db";
import { createTestDatabase } from "../database";
import { onFileEnd } from "../file-resources";
import { type ReceivedMail, startMailServer } from "../mail-server";
import { applySettings } from "../settings";
import type { Browser } from "./browser";
import { CLIENTS, type ProviderServer, startProviderServer } from "./provider-server";

/** Brim's sign-in and API over HTTP, with a mail server and a local authorization server instead of GitHub and Google. */
export interface RunningSignIn {
  url: string;
  providers: ProviderServer;
  mails: ReceivedMail[];
  smtpUrl: string;
  /** Signs in at a provider with one of its accounts. Returns the page the browser ends up on. */
  signInWith(
    browser: Browser,
    provider: "github" | "google",
    accountId: string,
    callbackUrl?: string,
  ): Promise<URL>;
  /** Requests a sign-in link. */
  requestLink(browser: Browser, email: string, callbackUrl?: string): Promise<URL>;
  /** Waits for the next email to an address and returns its link. */
  nextLink(email: string): Promise<string>;
  stop(): Promise<void>;
}

export async function startSignIn(settings: Record<string, string> = {}): Promise<RunningSignIn> {
  const database = await createTestDatabase();
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${portOf(server)}`;
  const providers = await startProviderServer(url);
  const mailServer = await startMailServer();
  const stopServers = () => Promise.all([close(server), providers.stop(), mailServer.stop()]);
  const forgetServers = onFileEnd("the servers of sign-in", stopServers);
  applySettings({
    APP_URL: url,
    DATABASE_URL: database.url,
    OAUTH_API_BASE: providers.url,
    GITHUB_ID: CLIENTS.github.id,
    GITHUB_SECRET: CLIENTS.github.secret,
    GOOGLE_ID: CLIENTS.google.id,
    GOOGLE_SECRET: CLIENTS.google.secret,
    SMTP_URL: mailServer.url,
    MAIL_FROM: "billing@brim.example",
    ...settings,
  });
  server.on("request", await listener());
  const isPage = (address: URL) => address.origin === url && !address.pathname.startsWith("/api/");

  async function postWithToken(
    browser: Browser,
    path: string,
    form: Record<string, string>,
    stopAt = isPage,
  ) {
    const { csrfToken } = (await (await browser.send(`${url}/api/auth/csrf`)).json()) as {
      csrfToken: string;
    };
    return browser.post(`${url}/api/auth/${path}`, { csrfToken, ...form }, stopAt);
  }

  return {
    url,
    providers,
    mails: mailServer.mails,
    smtpUrl: mailServer.url,
    async signInWith(browser, provider, accountId, callbackUrl = "/billing") {
      const started = await postWithToken(browser, `signin/${provider}`, { callbackUrl });
      if (isPage(started.url)) return started.url;
      return (await browser.post(started.url.href, { account: accountId }, isPage)).url;
    },
    requestLink: async (browser, email, callbackUrl = "/billing") =>
      (await postWithToken(browser, "signin/email", { email, callbackUrl })).url,
    nextLink: (email) => mailServer.nextLink(email),
    async stop() {
      await stopServers();
      await closeDatabase();
      forgetServers();
      await database.drop();
    },
  };
}

/** Serves the sign-in `route.ts` files and the API. */
async function listener() {
  const [auth, signOut, billingLink] = await Promise.all([
    import("@/app/api/auth/[...nextauth]/route"),
    import("@/app/sign-out/route"),
    import("@/app/billing-link/open/route"),
  ]);
  const pages = getRequestListener(
    (request) => {
      const { pathname } = new URL(request.url);
      if (pathname === "/sign-out") return signOut.POST(request);
      if (pathname === "/billing-link/open") return billingLink.POST(request);
      return request.method === "POST" ? auth.POST(request) : auth.GET(request);
    },
    { overrideGlobalObjects: false },
  );
  return (request: Parameters<typeof apiListener>[0], response: Parameters<typeof apiListener>[1]) =>
    request.url?.startsWith("/api/v1/") ? apiListener(request, response) : pages(request, response);
}

function portOf(server: Server): number {
  return (server.address() as AddressInfo).port;
}

async function close(server: Server): Promise<void> {
  server.closeAllConnections();
  await new Promise<void>((resolve) => server.close(() => resolve()));
}
