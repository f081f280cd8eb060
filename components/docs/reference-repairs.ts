/**
 * The one thing that Scalar 1.76.0 leaves out and that no setting of its adds: the field of its search does not say that its
 * list is open, as a combobox must. The list is open for as long as the field is there, and the field is there with the focus.
 *
 * @returns what ends it
 * @see https://www.w3.org/TR/wai-aria-1.2/#combobox
 */
export function repairSearchField(): () => void {
  const repair = ({ target }: FocusEvent) => {
    if (target instanceof Element && target.matches("input[role=combobox]:not([aria-expanded])")) {
      target.setAttribute("aria-expanded", "true");
    }
  };
  document.addEventListener("focusin", repair);
  return () => document.removeEventListener("focusin", repair);
}
