/**
 * Adds the `aria-expanded` attribute that Scalar 1.76.0 omits from its search combobox. The attribute is always true,
 * because the list is open whenever the field is shown.
 *
 * @returns a function that removes the fix
 * @see https://www.w3.org/TR/wai-aria-1.2/#combobox
 */
export function fixSearchField(): () => void {
  const addAttribute = ({ target }: FocusEvent) => {
    if (target instanceof Element && target.matches("input[role=combobox]:not([aria-expanded])")) {
      target.setAttribute("aria-expanded", "true");
    }
  };
  document.addEventListener("focusin", addAttribute);
  return () => document.removeEventListener("focusin", addAttribute);
}
