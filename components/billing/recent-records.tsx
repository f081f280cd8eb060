import type { TransferRecord } from "@/lib/ledger";
import type { InvoiceLink } from "@/lib/top-ups";
import { MoneyText } from "./money-text";
import { kindName, recordName } from "./record-words";

/** The newest transfers. Each opens to the ids behind its numbers. A list and no table: it must also fit a phone. */
export function RecentRecords({
  records,
  invoices,
  mayTopUp,
}: {
  records: readonly TransferRecord[];
  /** Of the top-ups among them, by their ids. */
  invoices: ReadonlyMap<string, InvoiceLink>;
  mayTopUp: boolean;
}) {
  return (
    <section aria-labelledby="records-heading">
      <h2 id="records-heading" className="text-lg font-semibold tracking-[-0.01em]">
        Recent records
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
          Nothing has happened yet.{" "}
          {mayTopUp ? "Your first top-up will be the first line here" : "Top-ups will stand here"}, and
          everything that is spent after it.
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
        <Fact name="Kind" value={kindName(record.kind)} />
        <Fact
          name="Time"
          value={record.occurredAt
            .toISOString()
            .replace("T", " ")
            .replace(/\.\d+Z$/, " UTC")}
        />
        <Fact name="Record" value={record.transferId} />
        <Fact name={sourceName(record.source.type)} value={record.source.id} />
      </dl>
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

function Fact({ name, value }: { name: string; value: string }) {
  return (
    <>
      <dt className="text-faint">{name}</dt>
      <dd className="font-mono text-[13px] leading-5 break-all text-soft">{value}</dd>
    </>
  );
}

/** What moved the money: "topup" is "Top-up" for people. */
function sourceName(type: string): string {
  const words = type === "topup" ? "top-up" : type.replaceAll("_", " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** The day, and where there is room the time of day. */
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
