import type { ComponentPropsWithRef } from "react";
import { classNames } from "./class-names";

type Look = "primary" | "secondary" | "quiet" | "danger";

const BASE =
  "inline-flex min-h-11 cursor-pointer items-center justify-center gap-2 rounded-[10px] px-4 text-[15px] font-medium select-none transition-colors duration-150 disabled:cursor-default aria-disabled:cursor-default";

const LOOKS: Record<Look, string> = {
  primary:
    "bg-accent text-on-accent shadow-button hover:bg-accent-strong aria-disabled:bg-accent aria-disabled:opacity-80",
  secondary:
    "border border-line bg-panel text-ink hover:border-edge aria-disabled:border-line aria-disabled:text-faint",
  quiet: "text-soft hover:text-ink aria-disabled:text-faint",
  danger: "bg-bad text-panel hover:opacity-90 aria-disabled:opacity-80",
};

/** Returns the classes of a button, for links styled as buttons. */
export function buttonLook(look: Look, extra?: string): string {
  return classNames(BASE, LOOKS[look], extra);
}

/** A button at least 44 pixels high. Use one `primary` button per page. */
export function Button({
  look = "secondary",
  className,
  type = "button",
  ...props
}: ComponentPropsWithRef<"button"> & { look?: Look }) {
  return <button type={type} className={buttonLook(look, className)} {...props} />;
}
