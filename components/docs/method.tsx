import { classNames } from "../ui/class-names";

/** The method of a call. What only reads is quieter than what does something. */
export function Method({ name }: { name: string }) {
  return (
    <span
      className={classNames(
        "w-12 flex-none font-mono text-xs font-semibold",
        name === "GET" ? "text-faint" : "text-accent",
      )}
    >
      {name}
    </span>
  );
}
