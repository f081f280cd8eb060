import { classNames } from "../ui/class-names";

interface CustomerSwitcherProps {
  customers: readonly { customerId: string; name: string }[];
  current: string;
}

/** Links to the billing pages of the user's customers. */
export function CustomerSwitcher({ customers, current }: CustomerSwitcherProps) {
  return (
    <nav aria-label="Customers" className="mb-8">
      <ul className="flex flex-wrap gap-2">
        {customers.map(({ customerId, name }) => (
          <li key={customerId}>
            <a
              href={`/billing?customer=${customerId}`}
              aria-current={customerId === current ? "page" : undefined}
              className={classNames(
                "flex min-h-11 items-center rounded-full border px-4 text-[15px]",
                customerId === current
                  ? "border-accent font-medium text-accent-strong"
                  : "border-line text-soft hover:border-edge",
              )}
            >
              {name}
            </a>
          </li>
        ))}
      </ul>
    </nav>
  );
}
