import { type Context, Hono } from "hono";
import { answerChallenge } from "../payments/answer-challenge";
import { type OpenChallenge, readChallenge } from "../payments/read-challenge";
import { inTransaction, NO_REQUEST, type Runtime } from "../runtime";
import { challengePage } from "./challenge-page";
import { messagePage } from "./closed-page";
import { type PageEnv, show } from "./show";

/** The bank's page for 3-D Secure, which Checkout, the hosted invoice and the API send cardholders to. */
export function createChallengePages(runtime: Runtime): Hono<PageEnv> {
  const pages = new Hono<PageEnv>();
  pages.get("/3d-secure/:intent/:token", async (c) => {
    const open = await read(runtime, c.req.param("intent"), c.req.param("token"));
    return open ? show(c, challengePage(open, c.req.path)) : isOver(c);
  });
  pages.post("/3d-secure/:intent/:token", async (c) => {
    const passed = new URLSearchParams(await c.req.text()).get("answer") === "complete";
    const answered = await answerChallenge(runtime, c.req.param("intent"), c.req.param("token"), passed);
    if (!answered) return isOver(c);
    return answered.goTo === null
      ? show(c, resultPage(answered.intent.status))
      : c.redirect(answered.goTo, 303);
  });
  return pages;
}

function read(runtime: Runtime, intentId: string, token: string): Promise<OpenChallenge | undefined> {
  return inTransaction(runtime, NO_REQUEST, (tx) => readChallenge(tx, intentId, token, "read"));
}

function isOver(c: Context<PageEnv>): Response {
  return show(
    c,
    messagePage(
      "Nothing to confirm",
      "The bank is not asking for anything here, or it was answered already.",
    ),
    410,
  );
}

function resultPage(status: string): string {
  return status === "succeeded" || status === "requires_capture"
    ? messagePage("Confirmed", "Your bank agreed. You can close this page.")
    : messagePage("Not confirmed", "Nothing was charged or saved. You can close this page.");
}
