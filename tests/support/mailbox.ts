import { type ParsedMail, simpleParser } from "mailparser";
import { createDemoUser, type Role } from "@/lib/auth";
import { addMember } from "@/lib/customers";
import { pool, prisma } from "@/lib/platform/db";
import type { CustomerId } from "@/lib/platform/ids";
import { type RunningBrim, startBrim } from "./brim";
import { startMailServer } from "./mail-server";
import { runTasks } from "./tasks";

/** Brim with a mail server. Stripe's events are not delivered by themselves. */
export interface Mailbox {
  brim: RunningBrim;
  /** `refuse`: the server accepts no email. `refused`: it accepts none to these addresses. */
  server: { refuse: boolean; refused: Set<string> };
  /** The emails that an address received, oldest first. */
  mailsOf(address: string): Promise<ParsedMail[]>;
  /** Their subjects. */
  subjectsOf(address: string): Promise<string[]>;
  stop(): Promise<void>;
}

/** Starts both. */
export async function startMailbox(): Promise<Mailbox> {
  const server = await startMailServer();
  const brim = await startBrim({
    settings: { SMTP_URL: server.url, MAIL_FROM: "Acme <billing@brim.example>" },
  });
  await brim.control("/deliveries/mode", { mode: "drop" });
  const mailsOf = (address: string) =>
    Promise.all(server.mails.filter(({ to }) => to === address).map(({ text }) => simpleParser(text)));
  return {
    brim,
    server: server.state,
    mailsOf,
    subjectsOf: async (address) => (await mailsOf(address)).map(({ subject }) => subject ?? ""),
    async stop() {
      await brim.stop();
      await server.stop();
    },
  };
}

/** Gives a customer a member, and returns the member's address. */
export async function aMember(
  { customerId }: { customerId: CustomerId },
  role: Role = "owner",
): Promise<string> {
  const email = `${role}-${customerId}@example.com`;
  const { userId } = await createDemoUser({ email, name: role, password: "correct horse battery" });
  await addMember({ customerId, userId, role });
  return email;
}

/** Removes a member from its customer. */
export function removeMember(email: string) {
  return prisma().membership.deleteMany({ where: { user: { email } } });
}

/** Lets the task of an email run again, as after a crash. */
export async function repeatMailTask(
  fact: { customerId: string; kind: string; subjectId: string },
  times = 1,
): Promise<void> {
  const { customerId, kind, subjectId } = fact;
  await pool().query(
    "SELECT graphile_worker.add_job('mail-customer', $1::json) FROM generate_series(1, $2::int)",
    [JSON.stringify({ customerId, kind, subjectId }), times],
  );
  await runTasks();
}
