import { Brand } from "@/components/ui/brand";
import { classNames } from "@/components/ui/class-names";
import type { OutboxMail } from "@/lib/emails";

type ListedMail = Omit<OutboxMail, "text" | "html">;

interface OutboxProps {
  /** Newest first. */
  mails: readonly ListedMail[];
  selected: OutboxMail | null;
}

/** The demo's emails: a list, and next to it the selected one. On a narrow screen, one of the two. */
export function Outbox({ mails, selected }: OutboxProps) {
  return (
    <div className="flex min-h-dvh flex-col">
      <header className="border-b border-line">
        <div className="mx-auto flex min-h-16 w-full max-w-[1136px] items-center gap-x-4 px-5 sm:px-8">
          <a href="/billing" className="-ml-1 flex min-h-11 items-center rounded-lg px-1">
            <Brand />
          </a>
          <h1 className="border-l border-line pl-4 text-[15px] text-soft">Outbox</h1>
        </div>
      </header>
      <main className="mx-auto grid w-full max-w-[1136px] flex-1 content-start gap-8 px-5 pt-8 pb-20 sm:px-8 lg:grid-cols-[320px_minmax(0,1fr)]">
        <div className={classNames(selected && "hidden lg:block")}>
          <p className="text-sm text-faint">
            The demo sends no email. What it would send appears here. Reload the page to see new ones.
          </p>
          <MailList mails={mails} selectedId={selected?.outboxMailId} />
        </div>
        {selected ? <MailView mail={selected} /> : <NothingSelected isEmpty={mails.length === 0} />}
      </main>
    </div>
  );
}

function MailList({ mails, selectedId }: { mails: readonly ListedMail[]; selectedId: string | undefined }) {
  if (mails.length === 0) return null;
  return (
    <nav aria-label="Emails" className="mt-4">
      <ul className="-mx-3 divide-y divide-line">
        {mails.map(({ outboxMailId, subject, recipient, sentAt }) => (
          <li key={outboxMailId}>
            <a
              href={`/outbox?mail=${outboxMailId}`}
              aria-current={outboxMailId === selectedId ? "page" : undefined}
              className="block rounded-xl px-3 py-3 hover:bg-well aria-[current]:bg-accent-wash"
            >
              <span className="block text-[15px] font-medium">{subject}</span>
              <span className="mt-0.5 block truncate text-sm text-soft">{recipient}</span>
              <SentAt at={sentAt} className="mt-0.5 block text-sm text-soft" />
            </a>
          </li>
        ))}
      </ul>
    </nav>
  );
}

function NothingSelected({ isEmpty }: { isEmpty: boolean }) {
  return (
    <p
      className={classNames(
        "rounded-2xl bg-well px-5 py-10 text-center text-soft",
        !isEmpty && "hidden lg:block",
      )}
    >
      {isEmpty ? "No emails yet. Top up, or request a sign-in link." : "Select an email."}
    </p>
  );
}

function MailView({ mail }: { mail: OutboxMail }) {
  return (
    <article className="min-w-0" aria-labelledby="subject">
      <a href="/outbox" className="flex min-h-11 items-center text-[15px] text-accent lg:hidden">
        All emails
      </a>
      <h2 id="subject" className="text-xl font-semibold tracking-[-0.01em]">
        {mail.subject}
      </h2>
      <p className="mt-1 text-sm break-words text-soft">
        To {mail.recipient} · <SentAt at={mail.sentAt} />
      </p>
      {/* No scripts and no access to this origin. Links open in a new tab, as in an email client. */}
      <iframe
        title={`HTML part: ${mail.subject}`}
        sandbox="allow-popups allow-popups-to-escape-sandbox"
        srcDoc={mail.html}
        className="mt-6 h-[640px] w-full rounded-2xl border border-line"
      />
      <h3 className="mt-8 text-sm font-medium">Text part</h3>
      <pre className="mt-2 rounded-2xl bg-well px-5 py-4 font-mono text-[13px] leading-5 break-words whitespace-pre-wrap">
        {mail.text}
      </pre>
    </article>
  );
}

function SentAt({ at, className }: { at: Date; className?: string }) {
  const text = at.toISOString().replace("T", " ").slice(0, 19);
  return (
    <time dateTime={at.toISOString()} className={className}>
      {text} UTC
    </time>
  );
}
