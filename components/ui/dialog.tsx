import type { ReactNode, Ref } from "react";

interface DialogProps {
  ref: Ref<HTMLDialogElement>;
  /** Unique on the page. */
  id: string;
  title: string;
  /** What happens when it is confirmed. */
  children: ReactNode;
  /** Why it could not be done. */
  error?: string | null;
  /** The buttons, the safe one first. */
  actions: ReactNode;
}

/** A modal dialog that asks for confirmation. Open it with `showModal`; closing it returns the focus. */
export function Dialog({ ref, id, title, children, error, actions }: DialogProps) {
  return (
    <dialog
      ref={ref}
      aria-labelledby={`${id}-heading`}
      aria-describedby={`${id}-text`}
      className="m-auto w-[calc(100%-2.5rem)] max-w-[432px] rounded-[20px] border border-line bg-panel p-6 text-ink shadow-panel backdrop:bg-black/50 sm:p-8"
    >
      <h2 id={`${id}-heading`} className="text-lg font-semibold tracking-[-0.01em]">
        {title}
      </h2>
      <div id={`${id}-text`} className="mt-2 space-y-3 text-[15px] text-soft">
        {children}
      </div>
      {error && (
        <p role="alert" className="mt-4 rounded-xl bg-bad-wash px-4 py-3 text-sm">
          {error}
        </p>
      )}
      <div className="mt-6 flex flex-wrap justify-end gap-2">{actions}</div>
    </dialog>
  );
}
