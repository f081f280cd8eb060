import type { TransferRecord } from "@/lib/ledger";
import type { InvoiceLink } from "@/lib/top-ups";
import { MoneyText } from "./money-text";
import { kindName, recordName } from "./record-labels";

/** Lists the newest transfers. Each expands to show its ids. A list rather than a table, so that it fits a phone. */
export function RecentRecords({
  records,
  invoices,
  mayTopUp,
}: {
  records: readonly TransferRecord[];
  /** Invoices by the id of their top-up. */
  invoices: ReadonlyMap<string, InvoiceLink>;
  mayTopUp: boolean;
}) {
  return (
    <section aria-labelledby="records-heading">
      <h2 id="records-heading" className="text-lg font-semibold tracking-[-0.01em]">
        Recent activity
      </h2>
      {records.length > 0 ? (
        <ul className="mt-3 divide-y divide-line border-y border-line">
          {records.map((record) => (
            <li key={record.transferId}>
              <RecordRow record={record} invoice={invoices.get(record.source.id)} />
            </li>
          ))}
        </ul>
      ) : (
        <p className="mt-2 max-w-[60ch] text-[15px] text-soft">
          No activity yet.{" "}
          {mayTopUp ? "Your top-ups and usage will appear here." : "Top-ups and usage will appear here."}
        </p>
      )}
    </section>
  );
}

function RecordRow({ record, invoice }: { record: TransferRecord; invoice: InvoiceLink | undefined }) {
  const isCredit = record.direction === "credit";
  const name = recordName(record.kind, record.description);
  return (
    <details className="group">
      <summary className="-mx-3 block min-h-14 cursor-pointer list-none rounded-lg px-3 py-3 hover:bg-well [&::-webkit-details-marker]:hidden">
        <span className="flex items-baseline justify-between gap-4 text-[15px] font-medium">
          <span className="flex min-w-0 items-center gap-1.5">
            <span className="truncate group-open:whitespace-normal">{name}</span>
            <Chevron />
          </span>
          <span className={isCredit ? "flex-none text-accent" : "flex-none"}>
            {isCredit && "+"}
            <MoneyText amount={isCredit ? record.amount : -record.amount} />
          </span>
        </span>
        <span className="flex items-baseline justify-between gap-4 text-sm text-faint">
          <span className="min-w-0 truncate">
            <RecordTime at={record.occurredAt} />
            {kindName(record.kind) !== name && (
              <span className="max-sm:hidden"> · {kindName(record.kind)}</span>
            )}
          </span>
          <span className="flex-none">
            Balance <MoneyText amount={record.balanceAfter} />
          </span>
        </span>
      </summary>
      <dl className="grid grid-cols-[auto_minmax(0,1fr)] gap-x-6 gap-y-1 pt-1 pb-4 text-sm">
        <Fact name="Type" value={kindName(record.kind)} />
        <Fact
          name="Time"
          value={record.occurredAt
            .toISOString()
            .replace("T", " ")
            .replace(/\.\d+Z$/, " UTC")}
        />
        <Fact name="Record" value={record.transferId} />
        {!STRIPE_SOURCES.has(record.source.type) && (
          <Fact name={sourceName(record.source.type)} value={record.source.id} />
        )}
      </dl>
      {record.source.type === "topup" && (
        <a
          href={`/billing/top-ups/${record.source.id}`}
          className="-mt-3 mr-6 mb-1 inline-flex min-h-11 items-center text-sm font-medium underline underline-offset-4"
        >
          View top-up
        </a>
      )}
      {invoice && (
        <a
          href={invoice.hostedUrl}
          className="-mt-3 mb-1 inline-flex min-h-11 items-center text-sm font-medium underline underline-offset-4"
        >
          Invoice {invoice.number}
        </a>
      )}
    </details>
  );
}

/** Sources whose id is Stripe's, which means nothing to a customer. */
const STRIPE_SOURCES = new Set(["stripe_refund", "dispute"]);

function Fact({ name, value }: { name: string; value: string }) {
  return (
    <>
      <dt className="text-faint">{name}</dt>
      <dd className="font-mono text-[13px] leading-5 break-all text-soft">{value}</dd>
    </>
  );
}

/** Formats a source type for display: "topup" becomes "Top-up". */
function sourceName(type: string): string {
  const name = type === "topup" ? "top-up" : type.replaceAll("_", " ");
  return name.charAt(0).toUpperCase() + name.slice(1);
}

/** Shows the date, and the time on wide screens. */
function RecordTime({ at }: { at: Date }) {
  return (
    <time dateTime={at.toISOString()}>
      {DAY.format(at)}
      <span className="max-sm:hidden">, {TIME_OF_DAY.format(at)} UTC</span>
    </time>
  );
}

function Chevron() {
  return (
    <svg
      viewBox="0 0 12 12"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.5"
      strokeLinecap="round"
      strokeLinejoin="round"
      className="size-3 flex-none text-faint transition-transform duration-150 group-open:rotate-180"
      aria-hidden="true"
    >
      <path d="m2.5 4.5 3.5 3.5 3.5-3.5" />
    </svg>
  );
}

const DAY = new Intl.DateTimeFormat("en-GB", {
  day: "numeric",
  month: "short",
  year: "numeric",
  timeZone: "UTC",
});

const TIME_OF_DAY = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", timeZone: "UTC" });
