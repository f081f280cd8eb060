import {
  type CheckoutField,
  type CheckoutForm,
  type FieldErrors,
  readFormAddress,
  requireAddress,
} from "../checkout/checkout-form";
import { isCountry } from "../checkout/countries";
import { saveCustomer } from "../resources/customers/customer";
import { addTaxId, removeTaxId } from "../resources/tax-ids";
import type { Tx } from "../runtime";
import type { Stripe } from "../stripe-types";
import { type BusinessTaxId, readTaxId } from "../tax/tax-table";
import type { PortalOutcome } from "./change-cards";
import type { Portal } from "./read-portal";

/** Saves the details that the configuration lets the customer change, and ignores all others. */
export async function changeDetails(tx: Tx, portal: Portal, form: CheckoutForm): Promise<PortalOutcome> {
  const may = mayChange(portal);
  const errors = findErrors(portal, form);
  if (Object.keys(errors).length > 0) return { kind: "invalid", errors };
  const { customer } = portal;
  const after: Stripe.Customer = {
    ...customer,
    ...(may("email") && { email: form.email.trim() }),
    ...(may("name") && { name: form.name.trim() || null }),
    ...(may("address") && { address: readFormAddress(form) as Stripe.Address }),
  };
  await saveCustomer(tx, customer, after);
  if (may("tax_id")) await replaceTaxId(tx, portal, after, form);
  return { kind: "done", notice: "details-saved" };
}

type Detail = "address" | "email" | "name" | "tax_id";

export function mayChange({ features }: Portal): (detail: Detail) => boolean {
  const { enabled, allowed_updates: allowed } = features.customer_update;
  return (detail) => enabled && allowed.includes(detail);
}

function findErrors(portal: Portal, form: CheckoutForm): FieldErrors {
  const may = mayChange(portal);
  const errors: FieldErrors = {};
  const require = (field: CheckoutField, message: string) => {
    if (String(form[field] ?? "").trim() === "") errors[field] = message;
  };
  if (may("email") && !/^[^\s@]+@[^\s@.]+(\.[^\s@.]+)+$/.test(form.email.trim())) {
    errors.email = "Enter an email address.";
  }
  if (may("address")) {
    requireAddress(form, require);
    if (!isCountry(form.country)) errors.country = "Choose a country.";
  }
  if (may("tax_id") && form.taxId.trim() !== "" && !taxIdOf(portal, form)) {
    errors.taxId = "This is not a tax ID of the chosen country.";
  }
  return errors;
}

function taxIdOf(portal: Portal, form: CheckoutForm): BusinessTaxId | undefined {
  const country = mayChange(portal)("address") ? form.country : portal.customer.address?.country;
  return readTaxId(country ?? "", form.taxId);
}

/** The page has one field: another ID replaces the old one, an empty field removes it. */
async function replaceTaxId(
  tx: Tx,
  portal: Portal,
  { address }: Stripe.Customer,
  form: CheckoutForm,
): Promise<void> {
  const wanted = taxIdOf(portal, form);
  const isWanted = (taxId: Stripe.TaxId) => taxId.type === wanted?.type && taxId.value === wanted.value;
  for (const taxId of portal.taxIds) if (!isWanted(taxId)) await removeTaxId(tx, taxId);
  if (wanted) await addTaxId(tx, portal.customer.id, address?.country ?? "", wanted);
}
