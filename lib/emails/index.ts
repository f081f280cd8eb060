export { sendSignInLink } from "./sign-in-link";
