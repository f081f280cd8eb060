/** The Brim logo and name. */
export function Brand({ className = "" }: { className?: string }) {
  return (
    <span className={`inline-flex items-center gap-2.5 ${className}`}>
      <svg viewBox="0 0 32 32" className="size-7 flex-none text-accent" aria-hidden="true">
        <rect width="32" height="32" rx="9" fill="currentColor" />
        <path
          className="fill-on-accent"
          d="M6 11.6c1.7-1.5 3.3-1.5 5 0s3.3 1.5 5 0 3.3-1.5 5 0 3.3 1.5 5 0V22a4 4 0 0 1-4 4H10a4 4 0 0 1-4-4Z"
        />
      </svg>
      <span className="text-[17px] font-semibold tracking-[-0.01em]">Brim</span>
    </span>
  );
}
