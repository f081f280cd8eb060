import type { Params, ParamValue } from "../../api/request-schema";
import { invalidRequest, missingParameter } from "../../api/stripe-error";

/** Which addresses a session needs depends on where its form is shown. */
export function checkUrls(params: Params): void {
  const uiMode = params.ui_mode ?? "hosted_page";
  if (uiMode === "hosted_page") {
    if (params.success_url === undefined) throw missingParameter("success_url");
    if (params.return_url !== undefined) {
      throw invalidRequest("`return_url` is not supported with `ui_mode: hosted_page`.", "return_url");
    }
  } else {
    const refused = ["success_url", "cancel_url"].find((name) => params[name] !== undefined);
    if (refused)
      throw invalidRequest(`\`${refused}\` is not supported with \`ui_mode: ${uiMode}\`.`, refused);
    if (params.return_url === undefined && params.redirect_on_completion !== "never") {
      throw missingParameter("return_url");
    }
  }
  for (const name of ["success_url", "cancel_url", "return_url"]) checkUrl(params[name], name);
}

function checkUrl(value: ParamValue | undefined, param: string): void {
  if (typeof value !== "string") return;
  const url = URL.canParse(value) ? new URL(value) : undefined;
  if (url && (url.protocol === "https:" || url.protocol === "http:")) return;
  throw invalidRequest("Not a valid URL", param, "url_invalid");
}
