import type { AddressInfo } from "node:net";
import { SMTPServer } from "smtp-server";

/** An email that the mail server received. */
export interface ReceivedMail {
  to: string;
  text: string;
}

/** Starts a mail server that accepts every email, unless `refuse` is set or the address is in `refused`. */
export async function startMailServer() {
  const mails: ReceivedMail[] = [];
  const waiting: (() => void)[] = [];
  const read = new Set<ReceivedMail>();
  const state = { refuse: false, refused: new Set<string>() };
  const server = new SMTPServer({
    disabledCommands: ["AUTH", "STARTTLS"],
    onRcptTo({ address }, _session, done) {
      const refusal = Object.assign(new Error("No such mailbox."), { responseCode: 550 });
      done(state.refused.has(address) ? refusal : null);
    },
    onData(stream, session, done) {
      const chunks: Buffer[] = [];
      stream.on("data", (chunk: Buffer) => chunks.push(chunk));
      stream.on("end", () => {
        if (state.refuse) {
          done(Object.assign(new Error("Try again later."), { responseCode: 451 }));
          return;
        }
        const to = session.envelope.rcptTo.map(({ address }) => address).join();
        mails.push({ to, text: Buffer.concat(chunks).toString() });
        for (const wake of waiting.splice(0)) wake();
        done();
      });
    },
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `smtp://127.0.0.1:${(server.server.address() as AddressInfo).port}`,
    mails,
    state,
    async nextLink(email: string): Promise<string> {
      for (;;) {
        const mail = mails.find((candidate) => candidate.to === email && !read.has(candidate));
        if (mail) {
          read.add(mail);
          const text = mail.text.replace(/=\r\n/g, "").replace(/=3D/g, "="); // quoted-printable
          return /https?:\/\/\S+\/api\/auth\/callback\/email\S+/.exec(text)?.[0] ?? "";
        }
        await new Promise<void>((resolve) => waiting.push(resolve));
      }
    },
    stop: () => new Promise<void>((resolve) => server.close(() => resolve())),
  };
}
